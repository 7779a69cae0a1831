#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand simulated VMs: opens, moves, filters, and stays small.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
vmtui=("$build/vmtui" -c 'sim:///?hosts=1&vms=1000&seed=7')

check "a thousand in list --json" same 1000 "$("${vmtui[@]}" list --json | jq length)"
check "the same seed, the same names" same "$("${vmtui[@]}" list --json | jq -r '.[].name' | sort | sha256sum)" \
    "$("${vmtui[@]}" list --json | jq -r '.[].name' | sort | sha256sum)"
last=$("${vmtui[@]}" list --json | jq -r '.[].name' | sort -V | tail -n 1) # web10 comes after web9
must "opens" screen_open 80 24 "${vmtui[@]}"
see "the VMs are counted" '1000|1,000'
keys G
see "G goes to the last one" "$last" 5
keys g
check "g goes back" until_true 5 shows_not "$last"
keys /
keys "$last" Enter
see "the filter finds it" "$last" 5
pid=$(program_pid)
if [ -z "${SANITIZED:-}" ]; then
    check "under 64 MiB" test "$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")" -lt 65536
fi
escape
keys q
check "leaves" terminal_is_restored
