#!/bin/sh
# out_formats.sh - reads sample timelines back with programs that know nothing of ours.
here=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP python3 not found"
    exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"${builddir:-.}/tests/unit/write_timeline" "$folder" 1500 || exit 1
python3 "$here/out_formats.py" "$folder"
