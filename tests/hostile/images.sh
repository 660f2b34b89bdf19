#!/bin/sh
# Mutated disk images beside a log that is whole: see images.py.
# EVTRIAGE_IMAGES: how many (80; ./check --long asks for 50,000).
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${EVTRIAGE:-$srcdir/build/evtriage}
if ! "$program" --version --verbose | grep -q 'raw images'; then
    echo "1..0 # SKIP built without libtsk"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP no python3"
    exit 0
fi
exec python3 "$srcdir/tests/hostile/images.py" -n "${EVTRIAGE_IMAGES:-80}" "$program" "$srcdir/testdata"
