#!/bin/sh
# `rules list --source` against a second count of the classes: our rules, and SigmaHQ's where they are.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
if ! python3 -c 'import yaml' 2>/dev/null; then
    echo "1..0 # SKIP needs python3 with PyYAML"
    exit 0
fi
rules=$srcdir/rules
if [ -d "${EVTRIAGE_SHARED:-/nowhere}/sigma/rules/windows/process_creation" ]; then
    rules=$EVTRIAGE_SHARED/sigma/rules/windows/process_creation
fi
exec python3 "$srcdir/tests/differential/classes.py" "$EVTRIAGE" "$rules"
