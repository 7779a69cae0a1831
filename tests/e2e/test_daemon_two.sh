#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two screens and a shell on one libvirt daemon, with one state folder: each follows what the others do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. "$(dirname "$0")/daemon.sh"
vmtui=("$build/vmtui" -c "$daemon_uri")

if ! daemon_possible; then
    skip "two vmtui on one daemon" "needs root and libvirtd"
    exit 0
fi

on_second() { # command...: on the second screen
    local tmux_socket=$work/second
    "$@"
}
cleanup_more() {
    on_second screen_close
    stop_daemon
}

must "the daemon starts" start_daemon
make_boot_sector "$work/boot.img"
for name in one two; do
    boot_guest_xml $name "$work/boot.img" >"$work/$name.xml"
    must "$name starts" daemon_virsh create "$work/$name.xml"
done
must "the first opens" screen_open 120 30 "${vmtui[@]}"
must "the second opens" on_second screen_open 100 24 "${vmtui[@]}"
see "the first shows two" '\btwo\b'
on_second see "the second shows two" '\btwo\b'

check "the shell pauses one" "${vmtui[@]}" pause one
see "the first follows" '\bone\b.*paused' 10
on_second see "the second follows" '\bone\b.*paused' 10
on_second keys ':' 'pause two' Enter
see "what the second does, the first follows" '\btwo\b.*paused' 10
keys ':' 'resume one' Enter
check "what the first does, the second follows" on_second until_true 10 shows_not '\bone\b.*paused'
see "its own job is said done" 'resume one done' 10
check "the daemon agrees" same "running paused" "$(daemon_virsh domstate one) $(daemon_virsh domstate two)"

keys q
check "the first leaves its terminal as it was" terminal_is_restored
on_second keys ':' 'resume two' Enter
check "the second works on" on_second until_true 10 shows_not '\btwo\b.*paused'
on_second keys q
check "the second leaves its terminal as it was" on_second terminal_is_restored
check "exit statuses 0" same "0 0" "$(cat "$tmux_socket.status") $(cat "$work/second.status")"
check "the guests live on" same 2 "$(engine_guest_pids "$daemon" | wc -l)"
check "and run" same "running running" "$(daemon_virsh domstate one) $(daemon_virsh domstate two)"

# All of them wrote into the same folder, and nothing was lost or torn.
"${vmtui[@]}" events >"$work/events" 2>"$work/err"
for what in 'pause one' 'pause two' 'resume one' 'resume two'; do
    check "the events have: $what" grep -E "\\b$what\\b.*done" "$work/events"
done
check "nothing to complain of" same "" "$(cat "$work/err")"
check "the journal ends clean" same 0 "$("${vmtui[@]}" jobs --json | jq 'map(select(.state == "running")) | length')"
