#!/bin/bash
# shellcheck disable=SC2016 # what the guest is to expand
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs as process 1 of the emulated machine: manages a real type='kvm' guest with vmtui, from its
# command line and from its screen, on the embedded engine with its QEMU as an ordinary user.
export PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
chmod 1777 /tmp
chmod 666 /dev/kvm # as a distribution's rules have it
echo machine >/proc/sys/kernel/hostname
ip link set lo up
# Only version 2 of cgroups here, with every process in a leaf, as systemd has it.
mount -t cgroup2 none /sys/fs/cgroup
mkdir /sys/fs/cgroup/init
while read -r pid; do echo "$pid" >/sys/fs/cgroup/init/cgroup.procs; done </sys/fs/cgroup/cgroup.procs 2>/dev/null

export VMTUI_STATE_DIR=/tmp/state
export guest_folder=/test GUEST=/test
# shellcheck source=tools/engine.sh
. /test/engine.sh
root=/tmp/e
vmtui=("${one_cpu[@]}" /test/vmtui -c "$(engine_uri $root)")

suite=nested
tmux_socket=/tmp/tmux
# shellcheck source=tests/tools/checks.sh
. /test/checks.sh

power_off() {
    sync
    echo o >/proc/sysrq-trigger
    sleep 20
}
abandon() {
    echo "nested: done, early"
    power_off
}
# ---- through the command line
field() { # filter: of the guest, from list --json
    "${vmtui[@]}" list --json | jq -r ".[] | select(.name == \"k\") | $1"
}
has() { # filter that is to be true
    [ "$(field "$1")" = true ] || { field . && false; }
}
cpu_is_known() {
    "${vmtui[@]}" stats k --json --interval 1 --count 2 |
        jq -s -e 'flatten | map(.. | objects | .cpu_percent? // empty) | length > 0'
}
qemu_user_is() { same "$1" "$(ps -C qemu-system-x86_64 -o user:32= | head -n 1)"; }
qemu_has() { tr '\0' ' ' <"/proc/$(pgrep -o qemu-system)/cmdline" | grep -e "$1"; }

# ---- through the screen
no_vmtui() { ! pgrep -x vmtui; }
open_screen() {
    screen_open 120 40 "${vmtui[@]}" && until_true 30 shows '\bk\b.*(running|[0-9])'
}
close_screen() {
    screen_close
    until_true 10 no_vmtui
}
typed() { # line pattern: into the guest's console, in a screen of its own
    local result=0
    open_screen || result=1
    keys c
    until_true 20 shows 'Ctrl-\]' || result=1
    keys Enter "$1" Enter
    until_true 30 shows "$2" || result=1
    close_screen
    return $result
}

main() {
    echo "nested: userland after $SECONDS s"
    mkdir -p /tmp/disks
    chmod 777 /tmp/disks
    chmod 644 /test/vmlinuz /test/initramfs.gz
    chmod 755 /test
    qemu-img create -q -f qcow2 /tmp/disks/k.qcow2 64M
    engine_prepare $root /test/vmlinuz /test/initramfs.gz
    check "QEMU can run as its own user" same "" "${engine_note:-}"
    GUEST_TYPE=kvm SERIAL_LOG=/tmp/serial.log linux_guest_xml k 160 1 "" /tmp/disks/k.qcow2 >/tmp/k.xml
    must "a guest is defined" engine_virsh $root define /tmp/k.xml
    must "found, off" same "shut off" "$(field .state)"
    must "start" "${vmtui[@]}" start k
    check "it runs, with type kvm" same "running kvm" "$(field '"\(.state) \(.type)"')"
    must "the guest boots" until_true 60 grep GUEST-READY /tmp/serial.log
    check "the host says KVM" same KVM "$("${vmtui[@]}" hosts --json | jq -r '.[0].acceleration')"
    check "QEMU's user" qemu_user_is libvirt-qemu
    check "QEMU uses KVM" qemu_has 'accel kvm'
    check "figures: CPU" cpu_is_known
    check "figures: memory, balloon, resident" until_true 10 has \
        '.memory_available_kib > 60000 and .memory_available_kib < 163840 and .balloon_kib == 163840 and .rss_kib > 20000'

    check "the console takes a line" typed 'echo hello > /tmp/note; echo note-$((1+1))' note-2
    check "the screen shows the guest" open_screen
    keys c
    check "the console opens" until_true 20 shows 'Ctrl-\]'
    keys Enter 'echo $(cat /tmp/note) marker-$((6*7))' Enter
    check "the console echoes" until_true 30 shows 'hello marker-42'
    keys C-']' p
    check "paused by key" until_true 20 shows paused
    check "the screen closes" close_screen
    check "paused" same paused "$(field .state)"
    check "resume" "${vmtui[@]}" resume k
    check "snapshot with memory" "${vmtui[@]}" snapshot k --name before
    check "it runs again and has one snapshot" same "running 1" "$(field '"\(.state) \(.snapshots)"')"
    check "a change after it" typed 'rm /tmp/note; ls /tmp/note; echo gone-$((1+1))' gone-2
    check "revert" "${vmtui[@]}" snapshot-revert k --name before --yes
    check "the old content is back" typed 'echo again $(cat /tmp/note)' 'again hello'

    check "resize" "${vmtui[@]}" resize k --memory 112M
    check "the balloon moved and the guest's figures followed" until_true 15 has \
        '.balloon_kib == 114688 and .memory_available_kib < 114688'
    check "force off" "${vmtui[@]}" force-off k --yes
    check "off" same "shut off" "$(field .state)"
    echo "nested: done after $SECONDS s"
}
main
power_off
