#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One of five QEMUs stands still (SIGSTOP): the others live on, the screen says which one hangs, and it heals.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

boot_guests one two three four five
pid=$(qemu_pid three)
cleanup_more() {
    kill -CONT "$pid" 2>/dev/null
}

must "opens" screen_open 120 40 "${vmtui[@]}"
for name in one two three four five; do see "$name is shown" "\\b$name\\b"; done
kill -STOP "$pid"
see "the row says hung" '\bthree\b.*hung' 30
for name in one two four five; do
    check "$name is not called hung" until_true 5 shows_not "\\b$name\\b.*hung"
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
sleep 0.5
keys Tab Enter
check "force off works on it" until_true 40 is_gone "$pid"
