#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real KVM, wherever the test runs: an emulated AMD machine has it, and in there vmtui manages a
# type='kvm' guest from start to end (inside.sh). Prints what it prints.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
build=${BUILD:-$project/build}
export GUEST=${GUEST:-$project/build/guest}
folder=$build/nested

if ! command -v dpkg-query >/dev/null || ! command -v apt-cache >/dev/null; then
    echo "SKIP nested KVM: the emulated machine is made from Debian packages"
    exit 0
fi
if ! { "$project/tools/demo-guest" "$GUEST" && "$here/build-root" "$folder"; }; then
    echo "not ok nested: the emulated machine could not be prepared"
    exit 1
fi
if [ ! -e "$folder/init.gz" ] || [ "$here/init" -nt "$folder/init.gz" ] || [ "$GUEST/vmlinuz" -nt "$folder/init.gz" ]; then
    "$project/tools/demo-guest" --initramfs "$folder/init.gz" "$here/init" kvm_amd virtio_pci virtio_blk ext4 tun
fi
payload=$(mktemp -d)
trap 'rm -rf "$payload"' EXIT
cp "$build/vmtui" "$here/inside.sh" "$project/tools/engine.sh" "$project/tests/tools/checks.sh" \
    "$GUEST/vmlinuz" "$GUEST/initramfs.gz" "$payload"
strip "$payload/vmtui" 2>/dev/null
tar -C "$payload" -cf "$payload/payload.tar" vmtui inside.sh engine.sh checks.sh vmlinuz initramfs.gz
timeout -k 5 540 qemu-system-x86_64 -M q35,accel=tcg -cpu max -m 1536 -smp 2 -nodefaults -display none \
    -serial stdio -no-reboot -kernel "$GUEST/vmlinuz" -initrd "$folder/init.gz" \
    -append "console=ttyS0 quiet no_timer_check panic=1" \
    -drive "file=$folder/root.ext4,format=raw,if=virtio,snapshot=on" \
    -drive "file=$payload/payload.tar,format=raw,if=virtio,read-only=on" </dev/null 2>&1 |
    tr -d '\r' | tee "$folder/serial.log" | sed -n '/^\(ok\|not ok\|nested:\|  \)/p'
grep -q '^nested: done' "$folder/serial.log" || {
    echo "not ok nested: the emulated machine did not come to the end"
    tail -n 20 "$folder/serial.log"
    exit 1
}
! grep -q '^not ok' "$folder/serial.log"
