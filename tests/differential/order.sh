#!/bin/sh
# Many detections sorted in little memory: the same rows as in much, and the process stays small.
# EVTRIAGE_ROWS: how many (default 200,000; ./check --long: ten millions, with 64 MiB).
rows=${EVTRIAGE_ROWS:-200000}
if [ "$rows" -ge 1000000 ]; then
    little=64M bound=$((64 * 1024 + 24 * 1024))
else
    little=2M bound=$((2 * 1024 + 24 * 1024))
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sorter=${builddir:-build}/tests/differential/order_many
"$sorter" "$rows" $little "$work" >"$work.little" && "$sorter" "$rows" 2G "$work" >"$work.much"
left=$(find "$work" -type f | wc -l)
# shellcheck disable=SC2034 # names of the columns
read -r how n folded digest kib _ <"$work.little"
echo "# $n rows, $folded folded, $digest; with $little at most $kib KiB, with 2G $(cut -d' ' -f5 "$work.much") KiB"
want=$(cut -d' ' -f1-4 "$work.much")
rm -f "$work.little" "$work.much"
result() { # NUMBER NAME; status of the test before
    if [ "$3" -eq 0 ]; then echo "ok $1 - $2"; else echo "not ok $1 - $2"; fi
}
[ "$n" = "$rows" ] && [ "$how $n $folded $digest" = "$want" ]
result 1 "the same rows in the same order with $little and 2G" $?
# A sanitizer's own memory is not ours.
if nm "$sorter" 2>/dev/null | grep -q __asan; then
    echo "ok 2 - memory # SKIP built with ASan"
else
    [ "$kib" -le "$bound" ]
    result 2 "with $little the process stays below $bound KiB" $?
fi
[ "$left" -eq 0 ]
result 3 "no temporary file is left" $?
echo 1..3
