#!/bin/sh
# Watches of xpack-watcher, in both dialects, by a JSON schema of the API (watch.schema.json).
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
python=${EVTRIAGE_PYTHON:-python3}
command -v "$python" >/dev/null || python=python3
if ! "$python" -c 'import jsonschema' 2>/dev/null; then
    echo "1..0 # SKIP needs the Python package jsonschema"
    exit 0
fi
shared=${EVTRIAGE_SHARED:-/nowhere}/sigma/rules
set -- "$srcdir/testdata/exports" "$srcdir/rules"
[ ! -d "$shared" ] || set -- "$@" "$shared"
exec "$python" "$srcdir/tests/knowledge/watch.py" "$EVTRIAGE" "$srcdir/tests/knowledge/watch.schema.json" \
    "$(ls "$srcdir"/tests/fuzz/corpus/page2020/*.yml)" "$@"
