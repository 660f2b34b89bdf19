#!/bin/sh
# Rules of 2020, as the shared pages show them, load. Skips without the shared data or Python.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
if [ ! -d "${EVTRIAGE_SHARED:-/nowhere}/expected/rule-pages" ] || ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP needs the shared data and python3"
    exit 0
fi
exec python3 "$srcdir/tests/differential/old_rules.py" "$EVTRIAGE" "$EVTRIAGE_SHARED/expected/rule-pages"
