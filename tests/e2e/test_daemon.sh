#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A libvirt daemon of our own that dies, stands still and comes back while the screen is open.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. "$(dirname "$0")/daemon.sh"
vmtui=("$build/vmtui" -c "$daemon_uri")

if ! daemon_possible; then
    skip "a private daemon" "needs root and libvirtd"
    exit 0
fi

cleanup_more() {
    stop_daemon
}

must "the daemon starts" start_daemon
make_boot_sector "$work/boot.img"
for name in one two; do
    boot_guest_xml $name "$work/boot.img" >"$work/$name.xml"
    must "$name starts" daemon_virsh create "$work/$name.xml"
done

must "opens" screen_open 100 30 "${vmtui[@]}"
see "one is shown" '\bone\b'
kill -KILL "$(daemon_pid)"
see "the daemon is gone: said so" OFFLINE 15
check "the guests live" same 2 "$(engine_guest_pids "$daemon" | wc -l)"
must "the daemon is back" start_daemon
check "found again" until_true 60 shows_not OFFLINE
keys ':' 'pause one' Enter
see "and a command works" '\bone\b.*paused' 60

kill -STOP "$(daemon_pid)"
see "the daemon stands still: said so" 'OFFLINE|figures .* old' 40
keys j k '?'
see "keys still work" '[Hh]elp|[Kk]eys' 5
escape
kill -CONT "$(daemon_pid)"
check "it goes on" until_true 60 shows_not 'OFFLINE|figures .* old'
keys ':' 'resume one' Enter
check "and commands work again" until_true 60 shows_not '\bone\b.*paused'
check "the daemon says the same" same running "$(daemon_virsh domstate one)"
kill -STOP "$(daemon_pid)"
keys q
check "q leaves at once while the daemon stands still" terminal_is_restored
kill -CONT "$(daemon_pid)"
