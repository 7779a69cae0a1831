#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A libvirt daemon of our own that is killed, stopped and restarted while a guest is being suspended to disk.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. "$(dirname "$0")/daemon.sh"
vmtui=("$build/vmtui" -c "$daemon_uri")

if ! daemon_possible; then
    skip "a daemon that goes away under a command" "needs root and libvirtd"
    exit 0
fi

cleanup_more() {
    [ ! -s "$work/writer" ] || kill -KILL "$(cat "$work/writer")" 2>/dev/null
    stop_daemon
}

# A save goes through a small program of libvirt's that writes the file. It stands still as soon as it is
# there, and the save with it, until let_write.
hold_write() {
    local parent pid tries
    parent=$(daemon_pid)
    for ((tries = 0; tries < 1000; tries++)); do
        if pid=$(pgrep -P "$parent" -f libvirt_iohelper) && kill -STOP "$pid"; then
            echo "$pid" >"$work/writer"
            return
        fi
        sleep 0.01
    done
    false
}
let_write() {
    local pid
    pid=$(cat "$work/writer")
    kill -CONT "$pid" 2>/dev/null
    until_true 30 is_gone "$pid" && rm "$work/writer"
}
kill_daemon() {
    local pid
    pid=$(daemon_pid)
    kill -KILL "$pid"
    until_true 10 is_gone "$pid"
}
daemon_says() { # of big
    same "$1" "$(daemon_virsh domstate big)"
}
listed_is() { # field value: of big
    same "$2" "$(listed ".[] | select(.name == \"big\") | .$1")"
}
last_job() { # pattern: in the journal, of the save that came last
    "${vmtui[@]}" jobs | grep 'suspend to disk big' | tail -n 1 | grep -E -- "$1"
}
# Help comes and goes and the bar moves, whatever the daemon does.
keys_answer() {
    keys '?'
    until_true 3 shows 'Esc close' || return
    escape
    keys j
    until_true 3 shows '^.> .*small' || return
    keys k
    until_true 3 shows '^.> .*\bbig\b'
}

must "the daemon starts" start_daemon
SERIAL_LOG=$work/big.log linux_guest_xml big 256 1 dirty=100 "" >"$work/big.xml"
make_boot_sector "$work/boot.img"
boot_guest_xml small "$work/boot.img" >"$work/small.xml"
must "guests start" daemon_virsh "define $work/big.xml; start big; create $work/small.xml"
must "big boots" until_true 60 grep GUEST-READY "$work/big.log"
must "opens" screen_open 140 40 "${vmtui[@]}"
see "big is shown" '\bbig\b' && see "small is shown" '\bsmall\b'

# Killed, and started again.
keys ':' 'save big' Enter
must "the save is under way" hold_write
see "it is shown as a job" 'suspend to disk big .*cancel'
check "keys are answered while it runs" keys_answer
must "the daemon is killed" kill_daemon
see "killed: the job's end is not known, and said so" 'suspend to disk big ended, and whether it was done is not known' 15
see "killed: the host is offline" OFFLINE 15
check "keys are answered while it is offline" keys_answer
check "both guests live" same 2 "$(engine_guest_pids "$daemon" | wc -l)"
must "the daemon is back" start_daemon
check "found again" until_true 60 shows_not OFFLINE
let_write
check "libvirt gave the save up: big runs" until_true 30 daemon_says running
check "and so says the screen" until_true 30 shows_not '\bbig\b.*paused'
check "and the shell" listed_is state running
see "the job's end stays on the screen" 'suspend to disk big ended, and whether it was done is not known'

# Stopped, and continued: libvirt goes on with the save that vmtui had to give up.
keys ':' 'save big' Enter
must "the second save is under way" hold_write
see "it is a job again" 'suspend to disk big .*cancel'
kill -STOP "$(daemon_pid)"
check "keys are answered while the daemon stands still" keys_answer
see "stopped: the host is offline" OFFLINE 40
check "stopped: the job does not wait for ever" until_true 30 shows_not 'suspend to disk big .*cancel'
see "its end is not known, and said so" '^ ! .*suspend to disk big ended, and whether it was done is not known'
check "keys are answered then, too" keys_answer
kill -CONT "$(daemon_pid)"
check "continued, it is found again" until_true 60 shows_not OFFLINE
check "the save ends" let_write
check "libvirt carried it out: big is off" until_true 30 daemon_says "shut off"
see "and so says the screen" '\bbig\b.*saved' 30
keys ':' 'restore big' Enter
see "and it comes back from there" 'restore big done' 60
check "big runs again" until_true 30 daemon_says running

# Killed under a command of the shell.
"${vmtui[@]}" save big >"$work/out" 2>"$work/err" &
shell=$!
must "the shell's save is under way" hold_write
see "the screen follows: paused" '\bbig\b.*paused' 30
must "the daemon is killed again" kill_daemon
wait $shell
check "the shell's exit status is 1" same 1 $?
check "and the sentence" grep -E 'suspend to disk big: outcome unknown: [A-Za-z]' "$work/err"
must "the daemon is back again" start_daemon
let_write
check "the screen finds it again" until_true 60 shows_not OFFLINE
check "big runs, says the daemon" until_true 30 daemon_says running
check "and the screen" until_true 30 shows_not '\bbig\b.*paused'
check "the journal knows" last_job "may or may not be done"
keys ':' 'pause big' Enter
see "a command on it works" '\bbig\b.*paused'
check "and really happened" daemon_says paused
keys q
check "q leaves the terminal as it was" terminal_is_restored
check "exit status 0" same 0 "$(cat "$tmux_socket.status")"
check "both guests outlive it all" same 2 "$(engine_guest_pids "$daemon" | wc -l)"
