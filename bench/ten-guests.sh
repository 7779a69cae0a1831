#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmtui itself on ten real Linux guests behind a daemon (whose work is not counted), at a 2 s tick.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. tests/e2e/daemon.sh
cleanup_more() {
    stop_daemon
}
if ! daemon_possible; then
    echo "ten guests: left out, a daemon of our own needs root and libvirtd"
    exit 0
fi
ready "the daemon starts" start_daemon
for i in 1 2 3 4 5 6 7 8 9 10; do
    SERIAL_LOG=$work/guest$i.log linux_guest_xml "guest$i" 80 1 "" "" >"$work/guest.xml"
    ready "guest$i starts" daemon_virsh create "$work/guest.xml"
done
for i in 1 2 3 4 5 6 7 8 9 10; do
    ready "guest$i boots" until_true 120 grep GUEST-READY "$work/guest$i.log"
done
"$build/bench/pty_bench" --warm 10 --idle 60 -- "$build/vmtui" -c "$daemon_uri" >"$work/idle"
row "CPU of vmtui, ten real guests, 2 s tick, 60 s" "$(value_of cpu_percent "$work/idle")" % 1
row "resident memory, ten real guests" "$(value_of rss_kib "$work/idle")" KiB 40960
row "bytes to the terminal per idle tick, 80x24, ten real guests" \
    "$(value_of idle_bytes_per_tick "$work/idle")" bytes 600
exit $((over > 0))
