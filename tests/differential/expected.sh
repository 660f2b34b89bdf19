#!/bin/sh
# Our hits over the shared corpora against those of an independent matcher; every difference must
# stand in doc/expected-differences.md. Skips where the shared data or Python is absent.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
if [ ! -d "${EVTRIAGE_SHARED:-/nowhere}/expected" ] || ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP needs the shared data and python3"
    exit 0
fi
exec python3 "$srcdir/tests/differential/expected_hits.py" "$EVTRIAGE" "$EVTRIAGE_SHARED" \
    "$srcdir/doc/expected-differences.md"
