#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make demo` does without a terminal, and `make demo-clean` after it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$work/build"
ln -s "$build/vmtui" "$work/build/vmtui"
demo() {
    BUILD=$work/build tools/demo "$@" </dev/null
}
cleanup_more() {
    demo --clean >/dev/null 2>&1
}

must "ends with 0" demo
out=$(demo)
for name in idle busy alloc; do
    check "$name runs" grep -E "\\b$name\\b.*running" <<<"$out"
done
root=$(cat "$work/build/demo/engine-root")
pids=$(engine_guest_pids "$root")
check "three real guests" same 3 "$(wc -w <<<"$pids")"
check "clean" demo --clean
for pid in $pids; do check "guest process $pid is gone" is_gone "$pid"; done
check "its folder is gone" test ! -e "$root"
check "clean twice is no fault" demo --clean
