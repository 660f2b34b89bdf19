#!/bin/sh
# evidence.sh - archives and disk images give the timeline of the plain folder: a sample of cases.py, or
# with EVTRIAGE_ALL_EVIDENCE (./check --long) every kind in every other.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP python3 not found"
    exit 0
fi
[ -z "${EVTRIAGE_ALL_EVIDENCE:-}" ] || set -- --all "$@"
exec python3 -B "$srcdir/tests/evidence/cases.py" "$@"
