#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Linux guest that floods its console: keys are answered, memory is bounded, Ctrl-] leaves.
# shellcheck disable=SC2016 # what the guest is to expand
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

growth_most_kib=20480

rss_kib() {
    awk '/^VmRSS/ {print $2}' "/proc/$pid/status"
}
# Ten seconds of it, and more than the scrollback keeps.
flooded() { # since_seconds since_bytes
    [ $SECONDS -ge $(($1 + 10)) ] && [ "$(stat -c %s "$work/loud.log")" -ge $(($2 + 600000)) ]
}
quick() { # name pattern key...: a key and what it does, within three seconds
    keys "${@:3}"
    see "$1" "$2" 3
}

linux_guests "loud" "quiet"
must "opens" screen_open 120 40 "${vmtui[@]}"
see "loud is shown" '\bloud\b' && see "quiet is shown" '\bquiet\b'
pid=$(program_pid)
title=$(T display-message -p '#{pane_title}')
keys g c
see "the console opens" 'Ctrl-\] to leave'
keys Enter
see "the guest's shell answers" 'loud:.*#'

flood() { # name command pattern
    local seconds=$SECONDS bytes before after
    bytes=$(stat -c %s "$work/loud.log")
    before=$(rss_kib)
    keys -l "$2"
    keys Enter
    see "$1: on the screen" "$3"
    check "$1: ten seconds of it" until_true 90 flooded "$seconds" "$bytes"
    after=$(rss_kib)
    [ -n "${SANITIZED:-}" ] ||
        check "$1: memory is bounded, $before to $after KiB" test $((after - before)) -lt $growth_most_kib
    quick "$1: Ctrl-] leaves" 'c to type' C-']'
    escape # back to the list
    quick "$1: the bar moves" '^.> .*\bquiet\b' j
    quick "$1: and back" '^.> .*\bloud\b' k
    quick "$1: help opens" 'Esc close' '?'
    escape
    check "$1: and closes" until_true 3 shows_not 'Esc close'
    see "$1: it floods on" "$3"
    check "$1: QEMU lives" is_running loud
    quick "$1: into the console again" 'Ctrl-\] to leave' c
    keys C-c
    keys Enter 'echo end-of-$((6*7))' Enter
    see "$1: Ctrl-C reaches the guest" '│end-of-42' 60
    keys clear Enter
    check "$1: cleared" until_true 20 shows_not 'end-of-42'
}
flood "a line without end" "cat /dev/zero | tr '\\0' x" 'xxxxxxxxxxxxxxxxxxxx'
flood "lines" "yes flood-flood-flood-flood" '│flood-flood-flood-flood'
flood "noise" "while :; do head -c 4096 /dev/urandom; echo ===noise===; done" '===noise==='
check "the window's title is untouched" same "$title" "$(T display-message -p '#{pane_title}')"
keys C-']'
keys q
check "q leaves the terminal as it was" terminal_is_restored
