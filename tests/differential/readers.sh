#!/bin/sh
# readers.sh - no record that another program returns as active is missing in a dump, and its values
# are the same but for what doc/decoders.md names.
#
# Over testdata/ and a sixth of the shared logs; with EVTRIAGE_ALL_LOGS=yes over all of them. Needs
# evtxexport (libevtx-utils), and a Python with the package evtx: EVTRIAGE_PYTHON names it.
: "${srcdir:=.}" "${builddir:=.}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
program=${EVTRIAGE:-$builddir/evtriage}
python=${EVTRIAGE_PYTHON:-python3}
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
find "$srcdir/testdata" -name '*.evtx' | LC_ALL=C sort >"$work/logs"
if [ -n "$EVTRIAGE_SHARED" ] && [ -d "$EVTRIAGE_SHARED/corpus" ]; then
    one_in=6
    [ "$EVTRIAGE_ALL_LOGS" = yes ] && one_in=1
    find "$EVTRIAGE_SHARED/corpus" -name '*.evtx' | LC_ALL=C sort |
        awk -v n=$one_in 'NR % n == 0' >>"$work/logs"
else
    echo "# no shared data: testdata only"
fi
number=0

# READER WITHOUT: the other reader hangs on the log WITHOUT, or crashes.
compare() {
    number=$((number + 1))
    name="$1 returns no active record that a dump lacks, nor other values"
    if [ "$1" = libevtx ] && ! command -v evtxexport >/dev/null; then
        echo "ok $number - $name # SKIP evtxexport not found"
        return
    elif [ "$1" = rust ] && ! "$python" -c 'import evtx' 2>/dev/null; then
        echo "ok $number - $name # SKIP no Python package evtx"
        return
    fi
    grep -v "/$2\.evtx\$" "$work/logs" |
        timeout 900 "$python" "$srcdir/tests/differential/readers.py" "$program" "$1" >"$work/$1" 2>&1
    # Two made logs show what others do wrong (testdata/WRITER.md); the record of definition-id is
    # read there by a definition that is not its own.
    grep -E '^(records|values): ' "$work/$1" | sed 's/^/# /'
    grep -v -E -e '^((records|values|only in the dump): .*)?$' -e '^value	.*/(zoo/zoo|damaged/odd)\.evtx	' \
        -e '^(missing|value)	.*/damaged/definition-id\.evtx	4(	|$)' "$work/$1" >"$work/bad"
    grep -q '^records: both [1-9]' "$work/$1" || echo "nothing was compared" >>"$work/bad"
    sed -n '1,20s/^/# /p' "$work/bad"
    [ -s "$work/bad" ] && printf 'not '
    echo "ok $number - $name"
}

compare libevtx nothing
compare rust name-cycle
echo "1..$number"
