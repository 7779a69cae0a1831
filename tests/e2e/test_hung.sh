#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One of five QEMUs stands still (SIGSTOP): the others live on, the screen says which one hangs, and it heals.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

boot_guests three
# The others compute instead of halting, so that their CPU time goes up at every tick.
cp "$work/boot.img" "$work/busy.img"
printf '\xeb\xfe' | dd of="$work/busy.img" bs=1 seek=20 conv=notrunc status=none
commands=()
for name in one two four five; do
    boot_guest_xml $name "$work/busy.img" >"$work/$name.xml"
    commands+=("define $work/$name.xml; start $name;")
done
must "four busy ones start" engine_virsh "$root" "${commands[*]}"
pid=$(qemu_pid three)
cpu_time() { # guest: as its row says
    screen | grep -E "^│[> ] .$1 " | grep -oE '[0-9]+:[0-9]+ *│' | head -n 1
}
goes_on() { # guest cpu-time: it has another one by now
    local now
    now=$(cpu_time "$1")
    [ -n "$now" ] && [ "$now" != "$2" ] || { echo "still $now" && false; }
}
cleanup_more() {
    kill -CONT "$pid" 2>/dev/null
}

must "opens" screen_open 200 40 "${vmtui[@]}"
for name in one two three four five; do see "$name is shown" "\\b$name\\b"; done
kill -STOP "$pid"
see "the row says hung" '\bthree\b.*hung' 30
for name in one two four five; do
    check "$name is not called hung" until_true 5 shows_not "\\b$name\\b.*hung"
done
declare -A before
for name in one two four five; do before[$name]=$(cpu_time $name); done
for name in one two four five; do
    check "$name has live figures, two ticks on" until_true 5 goes_on $name "${before[$name]}"
done
keys ':' 'pause four' Enter
see "a command on another one works" '\bfour\b.*paused' 10
keys ':' 'pause three' Enter
see "a command on the hung one ends with a time-out" 'pause three ended.*no answer within' 40
kill -CONT "$pid"
check "continued, it heals" until_true 60 shows_not '\bthree\b.*hung'

kill -STOP "$pid"
see "hung once more" '\bthree\b.*hung' 30
keys ':' 'force-off three' Enter
see "force off asks" '>Cancel<'
keys Tab
see "and is confirmed" '>Force off<'
keys Enter
check "force off works on it" until_true 40 is_gone "$pid"
