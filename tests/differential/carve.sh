#!/bin/sh
# carve.sh - raw images and memory dumps are carved whole, in bounded memory. See carve.py.
: "${srcdir:=.}" "${builddir:=.}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/differential/carve.py" \
    "${EVTRIAGE:-$builddir/evtriage}" "$srcdir/testdata" "$work"
