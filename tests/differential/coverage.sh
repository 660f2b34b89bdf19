#!/bin/sh
# coverage.sh - what coverage says of logs, counted again by the Python package evtx.
#
# EVTRIAGE_PYTHON names a Python that has it. The rules are SigmaHQ's where they are at hand.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
python=${EVTRIAGE_PYTHON:-python3}
if ! "$python" -c 'import evtx' 2>/dev/null; then
    echo "1..0 # SKIP no Python with the package evtx"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rules=$srcdir/rules
[ -d "${EVTRIAGE_SHARED:-/nowhere}/sigma/rules" ] && rules=$EVTRIAGE_SHARED/sigma/rules
"$EVTRIAGE" rules list -q -f tsv -r "$rules" >"$work/rules.tsv" || exit 1
set -- "$srcdir/testdata/story" "$srcdir/testdata/story-dc" "$srcdir/testdata/story-old"
[ -d "${EVTRIAGE_SHARED:-/nowhere}/corpus/mitre" ] && set -- "$@" "$EVTRIAGE_SHARED/corpus/mitre"
"$EVTRIAGE" coverage -q -r "$rules" -f json "$@" >"$work/answer.json"
"$python" "$srcdir/tests/differential/coverage.py" "$work/answer.json" "$work/rules.tsv"
