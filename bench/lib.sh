# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the benchmarks: the tests' private engine, and rows of the table on stdout. A row over its
# bound is marked, and noted in $over.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tests/e2e/lib.sh"
over=0

row() { # what value unit [bound]: the value is to be below the bound
    local verdict=
    if [ -n "${4:-}" ]; then
        if awk -v value="$2" -v bound="$4" 'BEGIN {exit !(value != "" && value >= 0 && value <= bound)}'; then
            verdict="ok, bound $4"
        else
            verdict="OVER, bound $4"
            over=$((over + 1))
        fi
    fi
    printf '%-71s %10s %-8s %s\n' "$1" "${2:--}" "$3" "$verdict"
}

# Like must, and says nothing when all is well.
ready() {
    local out
    out=$(check "$@") || {
        echo "$out" >&2
        exit 1
    }
}

# CPU seconds that a process has used so far.
cpu_seconds() { # pid
    awk -v ticks="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); print ($12 + $13) / ticks}' "/proc/$1/stat"
}

value_of() { # name file: of pty_bench's output
    awk -v name="$1" '$1 == name {print $2}' "$2"
}

less() { # a b: a - b
    awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a - b}'
}
