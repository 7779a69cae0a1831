#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contain: hands on how a command ended, kills one that takes too long and everything it started, and
# tells when a command leaves something behind.
suite=contain
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tools/checks.sh
. tests/tools/checks.sh
contain=${BUILD:-build}/tests/tools/contain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pid_in() { # file
    until_true 5 test -s "$1" && cat "$1"
}

check "status 0" fails_with 0 "$contain" 10 true
check "status 7" fails_with 7 "$contain" 10 sh -c 'exit 7'
check "no such program" fails_with 127 "$contain" 10 "$work/none"
check "too long" fails_with 124 "$contain" 0.5 sh -c "setsid sleep 1000 & echo \$! >$work/slow; sleep 1000"
check "what it had detached is gone too" is_gone "$(pid_in "$work/slow")"
check "something left" fails_with 99 "$contain" 10 sh -c "setsid sh -c 'setsid sleep 1000 & echo \$! >$work/left' & wait"
check "it is gone" is_gone "$(pid_in "$work/left")"
check "it is named" grep 'left behind: process [0-9]*, sleep 1000' <("$contain" 10 sh -c 'setsid sleep 1000 &' 2>&1)
check "a failure is not hidden by what is left" fails_with 3 "$contain" 10 sh -c 'setsid sleep 1000 & exit 3'
"$contain" 60 sh -c "sleep 1000 & echo \$! >$work/asked; wait" &
pid=$!
asked=$(pid_in "$work/asked")
kill -TERM $pid
wait $pid
check "asked to stop" same 143 $?
check "its child is gone" is_gone "$asked"
