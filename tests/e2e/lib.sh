# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests here: a private embedded engine in $root, guests in it, vmtui on it as
# "${vmtui[@]}". At the end, also after a failure, everything of it is stopped and removed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
project=$PWD
build=${BUILD:-$project/build}
suite=$(basename "$0" .sh)
suite=${suite#test_}
work=$(mktemp -d "${TMPDIR:-/tmp}/e.XXXXXX")
chmod 711 "$work"
root=$work/e
tmux_socket=$work/tmux
export VMTUI_STATE_DIR=${VMTUI_STATE_DIR:-$work}/$suite LC_ALL=C.UTF-8
unset TMUX
. tools/engine.sh
. tests/tools/checks.sh
vmtui=("${one_cpu[@]}" "$build/vmtui" -c "$(engine_uri "$root")")

cleanup() {
    trap - EXIT
    screen_close
    declare -F cleanup_more >/dev/null && cleanup_more
    engine_stop "$root"
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# Linux guests of 96 MiB, each with a small disk, started and booted.
linux_guests() { # "name words"...
    local spec name words commands=()
    mkdir -p "$work/disks"
    engine_prepare "$root" "$guest_folder/vmlinuz" "$guest_folder/initramfs.gz" "$work/disks"
    for spec in "$@"; do
        name=${spec%% *} words=${spec#"$name"}
        qemu-img create -q -f qcow2 "$work/disks/$name.qcow2" 64M
        SERIAL_LOG=$work/$name.log linux_guest_xml "$name" 96 1 "$words" "$work/disks/$name.qcow2" \
            >"$work/$name.xml"
        commands+=("define $work/$name.xml; start $name;")
    done
    must "guests start" engine_virsh "$root" "${commands[*]}"
    for spec in "$@"; do
        must "${spec%% *} boots" until_true 60 grep GUEST-READY "$work/${spec%% *}.log"
    done
}

# Boot-sector guests: a tenth of a second each, a few MiB.
boot_guests() { # name...
    local name commands=()
    make_boot_sector "$work/boot.img"
    engine_prepare "$root" "$work/boot.img"
    for name in "$@"; do
        boot_guest_xml "$name" "$work/boot.img" >"$work/$name.xml"
        commands+=("define $work/$name.xml; start $name;")
    done
    must "guests start" engine_virsh "$root" "${commands[*]}"
}

qemu_pid() { # guest
    cat "$root/run/qemu/$1.pid"
}
is_running() { # guest: its QEMU, whatever anybody says of it
    local pid
    pid=$(qemu_pid "$1") && ! is_gone "$pid"
}
# What `list --json` says, through a jq filter.
listed() { # filter
    "${vmtui[@]}" list --json | jq -r "$1"
}
