#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The screen at 1,000 simulated VMs, with a driver that stalls for 30 s, measured in a pseudo terminal.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"
pty=$build/bench/pty_bench
thousand='sim:///?hosts=1&vms=1000&seed=7'

"$pty" --warm 1 -- "$build/vmtui" -c "$thousand" >"$work/warm-up"
for i in 1 2 3 4 5; do
    "$pty" --warm 0 -- "$build/vmtui" -c "$thousand&open_delay_ms=3000" >"$work/first$i"
    value_of first_frame_ms "$work/first$i"
done | sort -n >"$work/first"
row "first frame, median of 5 starts, nothing connected yet" "$(sed -n 3p "$work/first")" ms 150

"$pty" --warm 6 --keys 400 -- "$build/vmtui" -c "$thousand&stall_at_s=3&stall_for_s=30" >"$work/keys"
row "key to output, 1,000 VMs, driver stalled: median" "$(value_of key_p50_ms "$work/keys")" ms
row "key to output, 1,000 VMs, driver stalled: p99 of 400" "$(value_of key_p99_ms "$work/keys")" ms 16
row "keys without an answer" "$(value_of keys_unanswered "$work/keys")" keys 0

"$pty" --warm 6 --keys 400 -- "$build/vmtui" -c "$thousand" >"$work/keys"
row "key to output, 1,000 VMs, driver answering: p99 of 400" "$(value_of key_p99_ms "$work/keys")" ms 16

"$pty" --warm 10 --idle 20 -- "$build/vmtui" -c "$thousand" >"$work/idle"
row "resident memory, 1,000 VMs" "$(value_of rss_kib "$work/idle")" KiB 65536
row "CPU, 1,000 VMs, simulation included" "$(value_of cpu_percent "$work/idle")" %
"$pty" --warm 10 --idle 20 -- "$build/vmtui" -c 'sim:///?hosts=1&vms=20&seed=7' >"$work/idle"
row "bytes to the terminal per tick, 80x24, every figure of 20 VMs changing" \
    "$(value_of idle_bytes_per_tick "$work/idle")" bytes
exit $((over > 0))
