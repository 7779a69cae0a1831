#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job on the screen, with three real guests: see them, pause, snapshot, console, resize.
# shellcheck disable=SC2016 # what the guest is to expand
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

guest_sees_less_memory() { # the balloon took some: asked of the guest, on its console
    keys Enter 'free -m | awk "/Mem:/ {print \"total-is-\" (\$2 < 80)}"' Enter
    until_true 3 shows '^.*total-is-1'
}

linux_guests "alpha" "beta busy" "gamma"

for size in "80 24" "200 60"; do
    # shellcheck disable=SC2086 # two numbers
    must "opens at $size" screen_open $size "${vmtui[@]}"
    for name in alpha beta gamma; do
        see "$name is shown at $size" "\\b$name\\b"
    done
    keys q
    check "q leaves the terminal as it was, at $size" terminal_is_restored
    check "exit status 0" same 0 "$(cat "$tmux_socket.status")"
    screen_close
done

must "opens" screen_open 120 40 "${vmtui[@]}"
see "alpha is shown" '\balpha\b' && see "its figures come" 'alpha +1 +[0-9]'
keys g p
see "paused by p" 'alpha.*paused'
keys p
check "resumed by p" until_true 20 shows_not 'alpha.*paused'

keys s
see "the snapshot's dialog" '[Ss]napshot'
keys Enter
keys 4
see "the snapshot is in its tab" '[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}' 30
keys 1

keys c
see "the console opens" 'Ctrl-\]'
keys Enter 'echo marker-$((6*7))' Enter
see "the console echoes" '^.*marker-42'
keys C-']'

keys z
see "the resize dialog" 'Resize|resize'
escape
keys :
keys 'resize alpha --memory 72M' Enter
see "resized by a typed command" 'set memory alpha 72 MiB done'
keys c
see "the console opens again" 'Ctrl-\]'
check "the guest's own figure follows" until_true 40 guest_sees_less_memory
keys C-']'

see "the console is left" 'Help'
T resize-window -x 16 -y 4
see "tiny: says so" 'small' 5
T resize-window -x 1 -y 1
check "1x1 is survived" until_true 5 same "1 1" "$(T display-message -p '#{pane_width} #{pane_height}')"
T resize-window -x 120 -y 40
see "back at full size" '\bgamma\b'

# A second vmtui on the same engine is told who holds it. (libvirt leaks some bytes then; only the slow way
# of looking at the stack finds out that it was libvirt.)
ASAN_OPTIONS=${ASAN_OPTIONS:-}:fast_unwind_on_malloc=0
pid=$(program_pid)
second=$("${vmtui[@]}" list 2>&1)
check "the second one ends with 4" fails_with 4 "${vmtui[@]}" list
check "and is told who holds the engine" grep -E "\\b$pid\\b" <<<"$second"

kill -KILL "$pid"
until_true 10 shows SCREEN-ENDED >/dev/null
screen_close
for name in alpha beta gamma; do
    check "$name outlives kill -9 of vmtui" is_running "$name"
done
check "and is found again" same 3 "$(listed 'map(select(.state == "running")) | length')"
