#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No terminal on one side: a sentence and exit status 2, and nothing is done to the other side's terminal.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
vmtui=("$build/vmtui" -c 'sim:///?hosts=1&vms=3&seed=7')
program=$(printf '%q ' "${vmtui[@]}")

refused() { # what redirection word-in-the-sentence
    must "$1: a terminal" screen_open 80 24 bash -c "$program $2"
    check "$1: it ends, the terminal as it was" terminal_is_restored
    check "$1: exit status 2" same 2 "$(cat "$tmux_socket.status")"
    check "$1: one sentence" same 1 "$(wc -l <"$tmux_socket.err")"
    check "$1: says which side" grep -E "^vmtui: .*$3" "$tmux_socket.err"
    check "$1: nothing was drawn" same "SCREEN-ENDED" "$(screen | grep -v '^$')"
    check "$1: not a byte of control" fails_with 1 grep -qP '[\x00-\x09\x0b-\x1f]' "$tmux_socket.err" "$work/out"
    screen_close
}
: >"$work/out"
refused "stdin from /dev/null" "</dev/null" "standard input"
refused "stdin closed" "<&-" "standard input"
refused "stdin a file" "<$0" "standard input"
refused "stdout to a file" ">$work/out" "standard output"
check "stdout to a file: nothing in it" same "" "$(cat "$work/out")"
refused "stdout closed" ">&-" "standard output"
refused "both" "</dev/null >$work/out" "terminal"

# What needs no screen needs no terminal either.
check "list without stdin" same 3 "$("${vmtui[@]}" list --json <&- | jq length)"
