#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-layers.sh passes the project and goes red on one planted violation of each kind.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

expect() { # name wanted-status planted-file planted-include
    rm -rf "$tree/src"
    mkdir -p "$tree/src/core" "$tree/$(dirname "$3")"
    printf '#include <stdio.h>\n#include "core/error.h"\n' >"$tree/src/core/error.c"
    printf '#include %s\n' "$4" >>"$tree/$3"
    tools/check-layers.sh "$tree" >"$tree/out" 2>&1
    local status=$?
    # A violation is named with its file and line.
    if [ "$status" = "$2" ] && { [ "$2" = 0 ] || grep -q "^$3:[0-9]*: " "$tree/out"; }; then
        echo "ok layers: $1"
    else
        echo "not ok layers: $1 (status $status)"
        cat "$tree/out"
    fi
}

if out=$(tools/check-layers.sh 2>&1); then
    echo "ok layers: the project's own includes"
else
    echo "not ok layers: the project's own includes"
    echo "$out"
fi
expect "backend may use core" 0 src/backend/a.c '"core/error.h"'
expect "ui may use monitor" 0 src/ui/views/a.c '"monitor/board.h"'
expect "app may use anything" 0 src/app_screen.c '"backend/session.h"'
expect "core may not use backend" 1 src/core/a.c '"backend/driver.h"'
expect "ui may not use backend" 1 src/ui/views/a.c '"backend/session.h"'
expect "backend may not use monitor" 1 src/backend/a.c '"monitor/board.h"'
expect "monitor may not use ui" 1 src/monitor/a.c '"ui/ui.h"'
expect "shell may not use ui" 1 src/shell/a.c '"ui/ui.h"'
expect "main may not use backend" 1 src/main.c '"backend/driver.h"'
expect "nobody includes app" 1 src/ui/a.c '"app.h"'
expect "no climbing out" 1 src/ui/a.c '"../backend/driver.h"'
expect "no unknown room" 1 src/misc/a.c '"core/error.h"'
expect "libvirt in its room" 0 src/backend/libvirt/a.c '<libvirt/libvirt.h>'
expect "libvirt outside" 1 src/backend/session.c '<libvirt/libvirt.h>'
expect "libxml2 outside" 1 src/backend/libvirt/a.c '<libxml/parser.h>'
expect "curses in its room" 0 src/ui/screen/terminal.c '<ncurses.h>'
expect "curses outside" 1 src/ui/loop.c '<curses.h>'
expect "wide curses outside" 1 src/ui/loop.c '<ncursesw/ncurses.h>'
expect "terminfo outside" 1 src/ui/loop.c '<term.h>'
expect "libconfig outside" 1 src/core/config/config.c '<libconfig.h>'
expect "libvterm outside" 1 src/ui/a.c '<vterm.h>'
expect "json-c outside" 1 src/monitor/board.c '<json-c/json.h>'
expect "json-c in its room" 0 src/shell/a.c '<json-c/json.h>'
