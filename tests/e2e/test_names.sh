#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names as long and as odd as libvirt takes them: rows stay aligned, commands find their VM.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

repeated() { # text times
    local i
    for ((i = 0; i < $2; i++)); do printf '%s' "$1"; done
}
# Cells of a row up to its second border and in all, counted without the program's own tables: the two
# wide characters used here are two cells, the two combining ones none.
widths() {
    screen | grep -E '^│[> ] [^ ]' | sed 's/[宽😀]/ww/g; s/\xcc\x81//g; s/\xe2\x80\x8d//g' | while IFS= read -r line; do
        pane=${line#│} pane=${pane%%│*}
        echo "${#pane} ${#line} ${line: -1}"
    done | sort -u
}
aligned() {
    same 1 "$(widths | wc -l)" && widths | grep -E '^[0-9]+ 120 │$' || { widths && screen && false; }
}
paused_rows() { # count
    same "$1" "$(screen | grep -cE '^│[> ] [^ ].* paused ')"
}
bar_left() { # row, as it was
    [ "$(screen | grep '^│> ' | cut -c1-20)" != "$(cut -c1-20 <<<"$1")" ]
}
no_controls() { # none of C0 but the ends of lines, none of C1, nothing that turns the direction
    ! screen | grep -nP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae'
}

# libvirt writes the file that holds such a guest's process id with the name escaped as in XML.
cleanup_more() {
    local file pid
    for file in "$root"/run/qemu/*'&amp;'*.pid; do
        pid=$(cat "$file" 2>/dev/null) && grep -qF "$root/" "/proc/$pid/cmdline" && kill -KILL "$pid" &&
            until_true 10 is_gone "$pid"
    done
}

# The file "NAME.xml.new" bounds a name in the QEMU driver, and so does, of wide characters, the path of
# the monitor's socket.
names=("$(repeated L 247)" "$(repeated 宽 13)" "$(repeated 'e&#x301;' 80)" "b&#x9b;31mred" "c&#x202e;right"
    "d&amp;&lt;&quot;" "-dash" "f sp ace" "g&#x200d;join" "😀😀")
make_boot_sector "$work/boot.img"
engine_prepare "$root" "$work/boot.img"
commands=()
for i in "${!names[@]}"; do
    boot_guest_xml "${names[i]}" "$work/boot.img" >"$work/$i.xml"
    commands+=("create $work/$i.xml;")
done
# A tab is taken in a definition, and only there.
boot_guest_xml "a&#9;tab" "$work/boot.img" >"$work/tab.xml"
commands+=("define $work/tab.xml;")
must "guests with odd names start" engine_virsh "$root" "${commands[*]}"

must "opens" screen_open 120 40 "${vmtui[@]}"
must "all are shown" until_true 20 shows "VMs $((${#names[@]} + 1))\\b"
see "the wide one" '宽宽' && see "the other wide one" '😀😀' && see "the escaped one" 'd&<"'
check "rows are aligned" aligned
check "no control character on the screen" no_controls
keys g
paused=0
for ((row = 0; row <= ${#names[@]}; row++)); do
    if ! shows '^│> .*a.tab .* off ' >/dev/null; then
        keys p
        paused=$((paused + 1))
        check "pausing row $row" until_true 20 paused_rows $paused
    fi
    moved=$(screen | grep '^│> ')
    keys j
    [ $row -eq ${#names[@]} ] || check "the bar leaves row $row" until_true 5 bar_left "$moved"
done
check "still aligned" aligned
check "still no control character" no_controls
keys q
check "q leaves the terminal as it was" terminal_is_restored
screen_close
check "every one is paused" same "${#names[@]}" "$(listed 'map(select(.state == "paused")) | length')"
check "the one with a tab is off" same 1 "$(listed 'map(select(.state == "shut off")) | length')"
listed '.[] | select(.state == "paused") | .name' >"$work/list"
while IFS= read -r name; do
    check "resume by name: ${name:0:12}" "${vmtui[@]}" resume -- "$name"
done <"$work/list"
check "every one runs" same "${#names[@]}" "$(listed 'map(select(.state == "running")) | length')"

# 255 bytes and a newcomer's favourite, in libvirt's own test driver.
{
    echo '<node>'
    for name in "$(repeated L 255)" "$(repeated 宽 85)" "$(repeated 'e&#x301;' 85)" "&#x9b;2Jx"; do
        echo "<domain type='test'><name>$name</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    done
    echo '</node>'
} >"$work/node.xml"
vmtui=("$build/vmtui" -c "test://$work/node.xml")
check "255 bytes survive" same 255 "$(listed '.[].name' | grep '^LLL' | tr -d '\n' | wc -c)"
check "and so do 85 wide ones" same "$(repeated 宽 85)" "$(listed '.[].name' | grep 宽)"
must "opens on the test driver" screen_open 120 40 "${vmtui[@]}"
see "all four" 'VMs 4\b'
check "aligned" aligned
check "no control character" no_controls
for i in 1 2 3 4; do
    keys p
    check "pausing one, $i" until_true 20 paused_rows "$i"
    keys j
done
check "aligned when paused" aligned
keys g X
see "a dialog with 255 bytes in it" '[Ff]orce off'
check "has no control character" no_controls
escape
keys q
check "q leaves the terminal as it was, too" terminal_is_restored
