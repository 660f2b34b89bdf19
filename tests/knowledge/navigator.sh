#!/bin/sh
# navigator.sh - layers that we write are layers of format 4.5, by the tables of its specification.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
python=${EVTRIAGE_PYTHON:-python3}
command -v "$python" >/dev/null || python=python3
if ! command -v "$python" >/dev/null; then
    echo "1..0 # SKIP python3 not found"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
story=$srcdir/testdata/story
rules=$srcdir/rules

layer() {
    name=$1
    shift
    "$EVTRIAGE" rules navigator "$@" -o "$work/$name" || exit 1
}
"$EVTRIAGE" scan -q -r "$rules" -o "$work/hits.jsonl" "$story" || exit 1
layer rules.json -r "$rules"
layer hits.json -r "$rules" --hits "$work/hits.jsonl"
layer evidence.json -r "$rules" --evidence "$story"
layer both.json -r "$rules" --hits "$work/hits.jsonl" --evidence "$story"
layer strangers.json -r "$rules/windows/wmi" --hits "$work/hits.jsonl"
if [ -d "${EVTRIAGE_SHARED:-/nowhere}/sigma/rules" ]; then
    layer sigmahq.json -r "$EVTRIAGE_SHARED/sigma/rules"
fi
"$python" "$srcdir/tests/knowledge/navigator.py" "$srcdir/src/knowledge/attack.txt" "$work/hits.jsonl" \
    "$work"/*.json
