#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmtui against `virsh domstats` in a loop at the same interval, 50 real guests: CPU of client and daemon
# together, in one run, and whether both show the same figures.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. tests/e2e/daemon.sh
guests=${GUESTS:-50} seconds=${SECONDS_EACH:-40}
cleanup_more() {
    stop_daemon
}
if ! daemon_possible; then
    echo "virsh loop: left out, a daemon of our own needs root and libvirtd"
    exit 0
fi
ready "the daemon starts" start_daemon
make_boot_sector "$work/boot.img"
for ((i = 1; i <= guests; i++)); do
    boot_guest_xml "guest$i" "$work/boot.img" >"$work/guest.xml"
    echo "create $work/guest$i.xml"
    cp "$work/guest.xml" "$work/guest$i.xml"
done >"$work/commands"
ready "$guests guests start" daemon_virsh "$(paste -sd';' "$work/commands")"
sleep 5

# The loop that people write. Its clients' CPU is that of the subshell's children.
daemon_before=$(cpu_seconds "$(daemon_pid)")
client_loop=$(
    TIMEFORMAT='%U %S'
    {
        time {
            end=$((SECONDS + seconds))
            while [ $SECONDS -lt $end ]; do
                next=$EPOCHREALTIME
                virsh -q -c "$daemon_uri" domstats >"$work/domstats"
                sleep "$(awk -v began="$next" -v now="$EPOCHREALTIME" 'BEGIN {left = 2 - (now - began); if (left < 0) left = 0; print left}')"
            done
        }
    } 2>&1 | awk '{print $1 + $2}'
)
daemon_loop=$(less "$(cpu_seconds "$(daemon_pid)")" "$daemon_before")

daemon_before=$(cpu_seconds "$(daemon_pid)")
"$build/bench/pty_bench" --size 200x60 --warm 0.1 --idle "$seconds" -- "$build/vmtui" -c "$daemon_uri" >"$work/idle"
daemon_vmtui=$(less "$(cpu_seconds "$(daemon_pid)")" "$daemon_before")
client_vmtui=$(awk -v percent="$(value_of cpu_percent "$work/idle")" -v seconds="$seconds" 'BEGIN {printf "%.2f", percent * seconds / 100}')

row "virsh domstats every 2 s: client, $seconds s, $guests guests" "$client_loop" "CPU s"
row "virsh domstats every 2 s: daemon" "$daemon_loop" "CPU s"
row "vmtui at a 2 s tick: client" "$client_vmtui" "CPU s"
row "vmtui at a 2 s tick: daemon" "$daemon_vmtui" "CPU s"
row "vmtui / virsh, client and daemon together" "$(awk -v a="$client_vmtui" -v b="$daemon_vmtui" -v c="$client_loop" \
    -v d="$daemon_loop" 'BEGIN {printf "%.2f", (a + b) / (c + d)}')" ratio 1

# The same figures: what does not move must be equal; CPU time moves, so ours has to lie between virsh's
# before and after.
theirs() {
    virsh -q -c "$daemon_uri" domstats | awk -F= '
        /^Domain:/ {split($0, part, "\047"); name = part[2]}
        {sub(/^ */, "", $1); value[name, $1] = $2; names[name]}
        END {
            for (name in names)
                if (name != "")
                    print name, value[name, "state.state"] == 1 ? "running" : "other", value[name, "vcpu.current"],
                        value[name, "balloon.current"], value[name, "balloon.maximum"],
                        value[name, "block.0.capacity"], value[name, "block.0.rd.bytes"], value[name, "cpu.time"]
        }' | sort
}
theirs >"$work/before"
"$build/vmtui" -c "$daemon_uri" list --json |
    jq -r '.[] | "\(.name) \(.state) \(.vcpus) \(.balloon_kib) \(.memory_max_kib) \(.disks[0].capacity_bytes) " +
        "\(.disks[0].read_bytes) \(.cpu_time_ns)"' | sort >"$work/ours"
theirs >"$work/after"
differing=$(paste -d' ' "$work/before" "$work/ours" "$work/after" | awk '
    {for (i = 1; i <= 7; i++) if ($i != $(i + 8) || $i != $(i + 16)) bad = 1
     if ($16 < $8 || $16 > $24 || NF != 24) bad = 1
     count += bad; bad = 0}
    END {print NR > 0 ? count + 0 : "none compared"}')
row "guests of $guests whose figures differ from virsh's" "$differing" guests 0
exit $((over > 0))
