#!/bin/sh
# Ctrl-C and other signals, and the progress line: see signals.py.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
if ! command -v python3 >/dev/null || [ ! -r /proc/self/io ]; then
    echo "1..0 # SKIP no python3, or no /proc"
    exit 0
fi
exec python3 "$srcdir/tests/golden/signals.py" "${EVTRIAGE:-$srcdir/build/evtriage}" \
    "$srcdir/testdata/story/Microsoft-Windows-Sysmon%4Operational.evtx" "$srcdir/rules"
