#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# However the screen ends, the terminal is as it was; stopped and continued, it draws itself again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
vmtui=("$build/vmtui" -c 'sim:///?hosts=1&vms=5&seed=7')

for signal in TERM HUP INT; do
    must "opens before SIG$signal" screen_open 80 24 "${vmtui[@]}"
    must "draws before SIG$signal" until_true 20 shows 'vmtui'
    pid=$(program_pid)
    kill -"$signal" "$pid"
    check "SIG$signal restores the terminal" terminal_is_restored
    screen_close
done

# Stopped, the shell under it has the terminal back; continued, it draws itself again.
must "a shell" screen_open 80 24 env bash -c 'PS1="prompt> " exec bash --norc -i 2>&1'
must "its prompt" until_true 10 shows '^prompt>'
keys "$(printf '%q ' "${vmtui[@]}")" Enter
must "draws" until_true 20 shows 'VMs'
pid=$(pgrep -f "^$build/vmtui -c sim" | head -n 1)
kill -TSTP "$pid"
check "SIGTSTP gives the screen back" until_true 10 shows '^prompt>\s*$'
check "the first screen and the cursor are back" same "0 1" "$(T display-message -p '#{alternate_on} #{cursor_flag}')"
check "it is stopped" grep -q '^State:.T' "/proc/$pid/status"
keys fg Enter
see "fg draws it again" 'VMs'
keys q
see "and it can be left" '^prompt>\s*$'
keys exit Enter
check "the terminal is as it was" terminal_is_restored
screen_close

must "opens with stdin closed later" screen_open 80 24 "${vmtui[@]}"
must "draws again" until_true 20 shows 'vmtui'
pid=$(program_pid)
T kill-server
check "the terminal vanishes: it ends" until_true 10 is_gone "$pid"
screen_close
