# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by shell tests. Each check prints "ok NAME" or "not ok NAME" and what was seen instead. $suite
# is the first word of every name; abandon() is what a failed must calls, by default an exit.

started=$SECONDS
not_ok() { # name seen
    echo "not ok $suite: $1 ($((SECONDS - started)) s)"
    printf '%s\n' "${2:-}" | tail -n 60 | sed 's/^/  /'
    return 1
}
check() { # name command...
    local out
    if out=$("${@:2}" 2>&1); then
        echo "ok $suite: $1 ($((SECONDS - started)) s)"
    else
        not_ok "$1" "$out"
    fi
}
# Without this nothing of the rest can work.
must() {
    check "$@" || abandon
}
abandon() {
    exit 1
}
skip() { # name reason
    echo "SKIP $suite: $1: $2"
}
until_true() { # seconds command...
    local end=$((SECONDS + $1)) last
    while ! last=$("${@:2}" 2>&1); do
        if [ $SECONDS -ge $end ]; then
            printf 'not within %s s: %s\n' "$1" "$last"
            return 1
        fi
        sleep 0.1
    done
}
same() { # wanted actual
    [ "$1" = "$2" ] || { echo "wanted: $1, have: $2" && false; }
}
fails_with() { # status command...
    local have
    "${@:2}"
    have=$?
    same "$1" "$have"
}
is_gone() { # pid
    ! { [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }
}

# ---- a program on a screen: tmux on a socket of its own, $tmux_socket
T() {
    tmux -S "$tmux_socket" -f /dev/null "$@"
}
# The shell around the program stays, says how it ended, and shows what its terminal is like then.
screen_open() { # columns rows command...
    local line
    line=$(printf '%q ' "${@:3}")
    T new-session -d -s main -x "$1" -y "$2" \
        "stty -g >'$tmux_socket.before'; $line 2>'$tmux_socket.err'; echo \$? >'$tmux_socket.status'; stty -g >'$tmux_socket.after'; echo SCREEN-ENDED; exec sleep 1000" &&
        T set-option -g status off >/dev/null
}
screen_close() {
    local server
    server=$(T display-message -p '#{pid}' 2>/dev/null) || return 0
    T kill-server
    until_true 5 is_gone "$server"
    rm -f "$tmux_socket" "$tmux_socket".*
}
screen() {
    T capture-pane -p
}
shows() { # extended regular expression
    screen | grep -E -- "$1" || {
        screen
        cat "$tmux_socket.err"
        false
    }
}
shows_not() {
    ! screen | grep -qE -- "$1" || { screen && false; }
}
see() { # name pattern [seconds]
    check "$1" until_true "${3:-20}" shows "$2"
}
keys() {
    T send-keys "$@"
}
# Alone for a moment: Escape with a key right behind it means Alt and that key.
escape() {
    T send-keys Escape
    sleep 0.3
}
program_pid() { # of the program on the screen
    pgrep -P "$(T display-message -p '#{pane_pid}')" -f vmtui
}
# The terminal is as it was: the same settings, the first screen again, the cursor shown.
terminal_is_restored() {
    until_true 10 shows SCREEN-ENDED &&
        same "$(cat "$tmux_socket.before")" "$(cat "$tmux_socket.after")" &&
        same "0 1" "$(T display-message -p '#{alternate_on} #{cursor_flag}')"
}
