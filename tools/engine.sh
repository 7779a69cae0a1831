# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the demo, the tests and the benchmarks: embedded engines of their own with small guests in
# them. An engine is a folder (kept short: libvirt's sockets below it must stay under 108 bytes).

guest_folder=${GUEST:-$PWD/build/guest}

# On some virtual machines the processor's identification differs from CPU to CPU, and libvirt, started
# on another one than last time, takes its knowledge of QEMU for outdated and spends four seconds on
# learning it again. On one CPU it doesn't; its guests still get all of them.
one_cpu=(taskset -c "$(awk '/^Cpus_allowed_list/ {sub(/[-,].*/, "", $2); print $2}' /proc/self/status)")

engine_uri() { # root
    printf 'qemu:///embed?root=%s' "$1"
}

# What libvirt writes to stderr while it opens an engine is kept in the engine's own log.
engine_virsh() { # root command...
    LIBVIRT_LOG_OUTPUTS="3:file:$1/virsh.log" "${one_cpu[@]}" virsh -q -c "$(engine_uri "$1")" "${@:2}"
}

# A /dev/kvm that opens is not enough: on x86 the processor must say that it can virtualize.
kvm_usable() {
    { : <>/dev/kvm; } 2>/dev/null && grep -qwE 'vmx|svm' /proc/cpuinfo
}

qemu_user() {
    local user
    for user in libvirt-qemu qemu; do
        getent passwd $user >/dev/null && printf '%s' $user && return
    done
    return 1
}

# Whether the user that libvirt gives to QEMU can read what the guests need. Where there is a /dev/kvm
# that this user cannot open, libvirt probes QEMU anew, for half a minute, at every start.
qemu_user_can_read() { # path...
    local user path
    user=$(qemu_user) || return 1
    local as=(setpriv --reuid "$user" --regid "$user" --init-groups)
    [ ! -e /dev/kvm ] || "${as[@]}" sh -c ': <>/dev/kvm' 2>/dev/null || return 1
    for path in "$@"; do "${as[@]}" test -r "$path" || return 1; done
}

# Makes the folder and its qemu.conf. Sets engine_note to a sentence when QEMU is to run as root.
engine_prepare() { # root [path that QEMU must read]...
    engine_note=
    mkdir -p "$1/etc"
    chmod 711 "$1"
    [ ! -e "$1/etc/qemu.conf" ] || return 0
    printf 'stdio_handler = "file"\nremember_owner = 0\n' >"$1/etc/qemu.conf"
    if [ "$(id -u)" -eq 0 ] && ! qemu_user_can_read "${@:2}"; then
        printf 'user = "root"\ngroup = "root"\n' >>"$1/etc/qemu.conf"
        engine_note="QEMU runs as root: its own user cannot open what these guests need."
    fi
}

# Domain XML on stdout. words are for the guest's init; a disk is a qcow2 file, "" for none.
linux_guest_xml() { # name MiB vcpus words disk
    local type=qemu tcg="<tcg><tb-cache unit='MiB'>8</tb-cache></tcg>" cpu='' disk=''
    if [ "${GUEST_TYPE:-}" = kvm ] || { [ -z "${GUEST_TYPE:-}" ] && kvm_usable; }; then
        type=kvm tcg='' cpu="<cpu mode='host-passthrough'/>"
    fi
    [ -z "$5" ] || disk="<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='$5'/><target dev='vda' bus='virtio'/></disk>"
    cat <<XML
<domain type='$type'>
  <name>$1</name>
  <memory unit='MiB'>$2</memory>
  <vcpu placement='static'>$3</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$guest_folder/vmlinuz</kernel>
    <initrd>$guest_folder/initramfs.gz</initrd>
    <cmdline>console=ttyS0 quiet no_timer_check panic=1 name=$1 $4</cmdline>
  </os>
  <features><acpi/>$tcg</features>
  $cpu
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    $disk
    <interface type='user'><model type='virtio'/></interface>
    <serial type='pty'>${SERIAL_LOG:+<log file='$SERIAL_LOG'/>}<target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <memballoon model='virtio'><stats period='1'/></memballoon>
  </devices>
</domain>
XML
}

# The smallest guest there is: a boot sector that says HELLO BOOT on the serial port and halts.
make_boot_sector() { # out
    truncate -s 1M "$1"
    printf '\xfa\x31\xc0\x8e\xd8\xbe\x17\x7c\xba\xf8\x03\xac\x84\xc0\x74\x03\xee\xeb\xf8\xfb\xf4\xeb\xfc%s\r\n\x00' \
        'HELLO BOOT' | dd of="$1" conv=notrunc status=none
    printf '\x55\xaa' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
}

boot_guest_xml() { # name disk
    cat <<XML
<domain type='${GUEST_TYPE:-qemu}'>
  <name>$1</name>
  <memory unit='MiB'>4</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/><tcg><tb-cache unit='MiB'>1</tb-cache></tcg></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$2'/>
      <target dev='hda' bus='ide'/><shareable/></disk>
    <controller type='usb' model='none'/>
    <serial type='pty'>${SERIAL_LOG:+<log file='$SERIAL_LOG'/>}</serial>
    <console type='pty'/>
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

# Process ids of an engine's QEMUs, as its files say; a number that means another process now is left out.
engine_guest_pids() { # root
    local file name pid
    for file in "$1"/run/qemu/*.pid; do
        name=$(basename "$file" .pid)
        [ -e "$file" ] && [ "$name" != driver ] || continue
        pid=$(cat "$file")
        grep -qzF "guest=$name," "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
    done
    return 0
}

# Stops every guest of this engine, by process id, whoever holds it. The folder can go afterwards.
engine_stop() { # root
    local pids pid tries
    pids=$(engine_guest_pids "$1")
    # shellcheck disable=SC2086 # a list of numbers
    [ -z "$pids" ] || kill -CONT $pids 2>/dev/null || true
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    for pid in $pids; do
        for ((tries = 0; tries < 100; tries++)); do
            # A zombie that PID 1 has not reaped yet is dead enough.
            [ -e "/proc/$pid/cmdline" ] && [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" ] || break
            sleep 0.05
        done
    done
}
