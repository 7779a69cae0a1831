#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A VM that somebody else removes between the key and the command.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/daemon.sh
. "$(dirname "$0")/daemon.sh"
vmtui=("$build/vmtui" -c "$daemon_uri")

if ! daemon_possible; then
    skip "a VM that vanishes" "needs root and libvirtd"
    exit 0
fi
cleanup_more() {
    stop_daemon
}
create() { # name
    daemon_virsh create "$work/$1.xml"
}
runs() { # name
    same running "$(daemon_virsh domstate "$1")"
}
# A command on the one that stays works. Afterwards nothing is left of what was said before.
bbb_obeys() {
    keys ':' 'pause bbb' Enter
    until_true 10 shows '\bbbb\b.*paused' || return
    keys ':' 'resume bbb' Enter
    until_true 10 shows_not '\bbbb\b.*paused' && until_true 20 shows_not 'is gone'
}
is_no_more() { # name
    ! daemon_virsh domstate "$1" 2>/dev/null
}

must "the daemon starts" start_daemon
make_boot_sector "$work/boot.img"
for name in aaa bbb; do
    boot_guest_xml $name "$work/boot.img" >"$work/$name.xml"
    must "$name starts" create $name
done
boot_guest_xml ccc "$work/boot.img" >"$work/ccc.xml"
must "ccc is defined" daemon_virsh define "$work/ccc.xml"

must "opens" screen_open 120 30 "${vmtui[@]}"
for name in aaa bbb ccc; do see "$name is shown" "\\b$name\\b"; done

# Gone while the screen asks: by the time of the answer the screen knows.
keys g X
see "force off asks" 'force-off aaa'
must "aaa goes away meanwhile" daemon_virsh destroy aaa
see "its row goes" 'VMs 2'
check "the question stays" shows 'force-off aaa'
keys Tab
see "confirming it" '>Force off<'
keys Enter
see "said in a sentence" '^ ! .*is gone'
check "bbb runs on" runs bbb
check "and obeys" bbb_obeys

# Gone in the same moment as the answer: either side may be first, and neither harms another VM.
must "aaa comes again" create aaa
see "its row comes" 'VMs 3'
keys g
see "it is selected" '^.> .*\baaa\b'
keys X
see "force off asks again" 'force-off aaa'
keys Tab
see "confirming again" '>Force off<'
daemon_virsh destroy aaa 2>/dev/null &
keys Enter
wait $!
check "it is destroyed by one of the two" is_no_more aaa
see "its row goes again" 'VMs 2'
see "how that went is said" '^ (!|-) .*(is gone|force off aaa done|aaa is not running)'
check "bbb still runs" runs bbb
check "and still obeys" bbb_obeys

# A definition that goes while its name is being typed.
keys G
see "ccc is selected" '^.> .*\bccc\b'
keys D
see "delete asks for the name" "Type the VM's name"
keys Tab
keys -l ccc
see "typed" '│> ccc '
must "ccc is undefined meanwhile" daemon_virsh undefine ccc
see "its row is gone, too" 'VMs 1'
keys Tab Tab
see "confirming that" '>Delete<'
keys Enter
check "the question goes" until_true 10 shows_not "Type the VM's name"
see "said in a sentence, too" '^ ! .*is gone'
check "bbb runs still" runs bbb
check "nobody touched the disk" test -s "$work/boot.img"
keys q
check "q leaves the terminal as it was" terminal_is_restored
screen_close

# The shell asks on its terminal and looks at what it asked about, not at what is there since.
must "aaa comes once more" create aaa
must "the shell asks" screen_open 100 30 "${vmtui[@]}" force-off aaa
check "its question" until_true 20 grep 'Go on' "$tmux_socket.err"
must "aaa goes away under the shell" daemon_virsh destroy aaa
keys y Enter
check "the shell ends" terminal_is_restored
check "aaa is gone, it says" grep -E 'vmtui: .*: aaa is gone$' "$tmux_socket.err"
check "exit status 1" same 1 "$(cat "$tmux_socket.status")"
check "bbb outlives it all" runs bbb
