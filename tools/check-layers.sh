#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails on an #include that crosses a layer, and on a library's header outside its one room.
# check-layers.sh [ROOT]: ROOT is a folder with src/ in it, by default the project's.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# Which room a room may include; every room may include itself.
declare -A may=(
    [main]="app core"
    [app]="shell ui backend monitor allocator core"
    [shell]="core monitor"
    [ui]="core monitor"
    [backend]="core"
    [monitor]="core allocator"
    [allocator]="core"
    [core]=""
)

# A library's headers, and the only files that may include them.
libraries=(
    '^libvirt/'            '^src/backend/libvirt/'
    '^libxml/'             '^src/backend/libvirt/domain_xml'
    '^(n?curses(w)?(/|\.h)|term\.h)' '^src/ui/screen/terminal'
    '^libconfig\.h'        '^src/core/config/settings_file\.c$'
    '^vterm'               '^src/backend/console/'
    '^json(-c/|\.h)'       '^src/(core/journal|monitor/event_(log|file)|shell/|backend/libvirt/execute/qemu_img)'
)

# Sets room: where a path below src/ stands.
room_of() {
    case $1 in
    */*) room=${1%%/*} ;;
    main.*) room=main ;;
    app*) room=app ;;
    *) room=none ;;
    esac
}

violations=0
violation() {
    printf '%s:%s: %s\n' "$1" "$2" "$3" >&2
    violations=$((violations + 1))
}

check_project_header() { # file line header
    local from to room
    room_of "${1#src/}"
    from=$room
    [[ $3 == *..* ]] && violation "$1" "$2" "\"$3\" climbs out of its folder: name it from src/"
    if [[ $3 == */* || $3 == app* ]]; then
        room_of "$3"
        to=$room
    elif [ -e "$(dirname "$1")/$3" ]; then
        to=$from
    else
        to=none
    fi
    [ "$from" = "$to" ] && return
    if [ -z "${may[$from]+known}" ]; then
        violation "$1" "$2" "src/$from is no room of the house"
    elif [[ " ${may[$from]} " != *" $to "* ]]; then
        violation "$1" "$2" "$from may not include $to (\"$3\")"
    fi
}

check_library_header() { # file line header
    local i
    for ((i = 0; i < ${#libraries[@]}; i += 2)); do
        if [[ $3 =~ ${libraries[i]} && ! $1 =~ ${libraries[i + 1]} ]]; then
            violation "$1" "$2" "<$3> belongs to ${libraries[i + 1]} only"
        fi
    done
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
while IFS=: read -r file line text; do
    [[ $text =~ [\<\"]([^\>\"]*) ]] && header=${BASH_REMATCH[1]}
    check_library_header "$file" "$line" "$header"
    [[ $text =~ $include\" ]] && check_project_header "$file" "$line" "$header"
done < <(grep -rnE "${include}[<\"]" --include='*.[ch]' src)

if [ "$violations" -gt 0 ]; then
    echo "layers: $violations wrong" >&2
    exit 1
fi
echo "layers: all includes go the right way"
