#!/bin/sh
# Mutated archives and bombs beside a log that is whole: see archives.py.
# EVTRIAGE_ARCHIVES: how many (120; ./check --long asks for 50,000).
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${EVTRIAGE:-$srcdir/build/evtriage}
if ! "$program" --version --verbose | grep -q '(libarchive' ||
    "$program" --version --verbose | grep -q 'built without libseccomp'; then
    echo "1..0 # SKIP built without libarchive or libseccomp"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP no python3"
    exit 0
fi
exec python3 "$srcdir/tests/hostile/archives.py" -n "${EVTRIAGE_ARCHIVES:-120}" "$program" "$srcdir/testdata"
