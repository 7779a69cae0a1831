#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same commands from the shell, on real guests: output for people and for programs, exit statuses.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

quiet() {
    "$@" >"$work/out" 2>"$work/err"
}

boot_guests one two
check "list names them" quiet "${vmtui[@]}" list
for name in one two; do check "$name is listed" grep -w "$name" "$work/out"; done
check "nothing on stderr" same "" "$(cat "$work/err")"
check "list --json is one array" same 2 "$(listed length)"
check "names" same "one two" "$(listed 'map(.name) | sort | join(" ")')"
check "states" same "running running" "$(listed 'map(.state) | join(" ")')"
check "vcpus and memory, units in the names" same "1 4096" "$(listed '.[0] | "\(.vcpus) \(.memory_max_kib)"')"
check "uuid, host and balloon are there" same true \
    "$(listed 'all(has("uuid") and has("host") and has("balloon_kib") and has("cpu_percent"))')"
check "the uuid is the hypervisor's" same "$(grep -o '<uuid>.*<' "$root/etc/qemu/one.xml" | tr -d '<>/' | sed 's/uuid//')" \
    "$(listed '.[] | select(.name == "one") | .uuid')"
check "list of one" same one "$("${vmtui[@]}" list one --json | jq -r '.[].name')"

check "stats --csv" quiet "${vmtui[@]}" stats --csv --interval 1 --count 2
check "a heading and two lines a VM" same 5 "$(wc -l <"$work/out")"
check "as many columns in each" same 1 "$(awk -F, '{print NF}' "$work/out" | sort -u | wc -l)"
check "stats --json" quiet "${vmtui[@]}" stats --json --interval 1 --count 2
check "is JSON" jq -s 'length >= 1' "$work/out"

check "pause" quiet "${vmtui[@]}" pause one
check "is paused" same paused "$(listed '.[] | select(.name == "one") | .state')"
check "resume" quiet "${vmtui[@]}" resume one
check "--dry-run says what would be done" quiet "${vmtui[@]}" --dry-run force-off one
check "and does nothing" same running "$(listed '.[] | select(.name == "one") | .state')"
check "--readonly refuses" fails_with 2 quiet "${vmtui[@]}" --readonly pause one

check "done is 0" fails_with 0 quiet "${vmtui[@]}" list
check "what asks needs --yes: 1" fails_with 1 quiet "${vmtui[@]}" force-off one
check "failed is 1" fails_with 1 quiet "${vmtui[@]}" resume one
check "usage is 2" fails_with 2 quiet "${vmtui[@]}" frobnicate
check "a wrong option is 2" fails_with 2 quiet "${vmtui[@]}" list --frobnicate
check "a missing argument is 2" fails_with 2 quiet "${vmtui[@]}" snapshot-revert one
check "nothing matched is 3" fails_with 3 quiet "${vmtui[@]}" pause nobody
check "no connection is 4" fails_with 4 quiet "$build/vmtui" -c "qemu+unix:///system?socket=$work/none" list
check "with a sentence that names it" grep -F "$work/none" "$work/err"
check "an impossible address is refused" fails_with 4 quiet "$build/vmtui" -c "nonsense:///" list

check "force off" quiet "${vmtui[@]}" force-off two --yes
check "off" same "shut off" "$(listed '.[] | select(.name == "two") | .state')"
check "rename" quiet "${vmtui[@]}" rename two deux
check "renamed" same "deux one" "$(listed 'map(.name) | sort | join(" ")')"
check "delete keeps the disk" quiet "${vmtui[@]}" delete deux --yes
check "gone" same one "$(listed 'map(.name) | join(" ")')"
check "its disk is there" test -s "$work/boot.img"
check "events remember it" quiet "${vmtui[@]}" events
check "the delete is among them" grep -i 'deux' "$work/out"

printf 'tick = "soon";\n' >"$work/bad.conf"
check "a config with a wrong type: 2" fails_with 2 quiet "${vmtui[@]}" --config "$work/bad.conf" list
check "file and line are named" grep -F "$work/bad.conf:1" "$work/err"
printf '\n\nfrobnicate = 1;\n' >"$work/bad.conf"
check "an unknown key: 2" fails_with 2 quiet "${vmtui[@]}" --config "$work/bad.conf" list
check "its line" grep -F "$work/bad.conf:3" "$work/err"
check "--version" grep -E '^vmtui [0-9]+\.[0-9]+\.[0-9]+$' <("$build/vmtui" --version)
check "--help names the commands" grep -w snapshot-revert <("$build/vmtui" --help)
