#!/bin/sh
# Random rules against random events, in the matcher and in a second evaluator written in Python.
# EVTRIAGE_PAIRS: how many pairs (180000; ./check --long asks for a million). Skips without PyYAML.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
python=${EVTRIAGE_PYTHON:-python3}
if ! "$python" -c 'import yaml' 2>/dev/null; then
    python=python3
fi
if ! "$python" -c 'import yaml' 2>/dev/null; then
    echo "1..0 # SKIP needs python3 with PyYAML (Debian: python3-yaml)"
    exit 0
fi
exec "$python" "$srcdir/tests/differential/opinions.py" \
    "${builddir:-$srcdir/build}/tests/differential/verdicts" "${EVTRIAGE_PAIRS:-180000}"
