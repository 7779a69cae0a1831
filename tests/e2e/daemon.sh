# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after lib.sh by tests that want a daemon of their own: a privileged libvirtd below $work/d, in
# mount and host name namespaces of its own, reached as $daemon_uri.
daemon=$work/d
daemon_uri="qemu+unix:///system?socket=$daemon/run/libvirt-sock"

daemon_possible() {
    [ "$(id -u)" -eq 0 ] && command -v libvirtd >/dev/null
}

# A privileged libvirtd that sees folders of its own where the machine's stand.
start_daemon() {
    mkdir -p "$daemon"/{run,etc,lib,cache,log}
    [ -e "$daemon/etc/libvirtd.conf" ] || printf '%s\n' 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' \
        'unix_sock_rw_perms = "0700"' "host_uuid = \"$(cat /proc/sys/kernel/random/uuid)\"" \
        'log_outputs = "2:file:/var/log/libvirt/libvirtd.log"' >"$daemon/etc/libvirtd.conf"
    [ -e "$daemon/etc/qemu.conf" ] || printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' \
        'remember_owner = 0' 'stdio_handler = "file"' 'cgroup_controllers = [ ]' >"$daemon/etc/qemu.conf"
    # shellcheck disable=SC2016 # expanded by the inner shell
    "${one_cpu[@]}" unshare --mount --uts --propagation private bash -c '
        hostname vmtui-test
        for pair in run:/run/libvirt etc:/etc/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log/libvirt; do
            mkdir -p "${pair#*:}"
            mount --bind "$1/${pair%%:*}" "${pair#*:}" || exit 1
        done
        exec libvirtd --pid-file "$1/libvirtd.pid"' sh "$daemon" >"$daemon/out" 2>&1 &
    disown
    until_true 60 daemon_virsh list
}
daemon_virsh() {
    virsh -q -c "$daemon_uri" "$@"
}
daemon_pid() {
    cat "$daemon/libvirtd.pid"
}
stop_daemon() {
    local pid=
    pid=$(daemon_pid 2>/dev/null)
    engine_stop "$daemon"
    [ -z "$pid" ] || kill -CONT "$pid" 2>/dev/null
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
}
