#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The disk with the state directory is full: said once, and everything else works.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

small=$work/small
mkdir "$small"
if ! mount -t tmpfs -o size=64k vmtui-test "$small" 2>/dev/null; then
    skip "a full state directory" "only root can mount a small file system"
    exit 0
fi
cleanup_more() {
    umount "$small"
}
mkdir "$small/state"
dd if=/dev/zero of="$small/filler" bs=1k 2>/dev/null
export VMTUI_STATE_DIR=$small/state
vmtui=("$build/vmtui" -c 'sim:///?hosts=1&vms=3&seed=7')

check "list works" same 3 "$("${vmtui[@]}" list --json 2>"$work/err" | jq length)"
name=$("${vmtui[@]}" list --json 2>/dev/null | jq -r 'map(select(.state == "running"))[0].name')
check "so does a command" fails_with 0 "${vmtui[@]}" pause "$name"
must "the screen opens" screen_open 100 30 "${vmtui[@]}"
see "and shows the VMs" "$name"
keys q
check "and closes" terminal_is_restored
