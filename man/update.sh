#!/bin/sh
# Puts the OPTIONS that gen_docs prints between the markers of evtriage.1.
# Usage: man/update.sh GEN_DOCS [--check]; --check changes nothing and fails on a difference.
set -eu
gen=$1
page=$(dirname "$0")/evtriage.1
new=$(mktemp)
part=$(mktemp)
trap 'rm -f "$new" "$part"' EXIT
cp "$page" "$new"
for command in $(sed -n 's/^\.\\" BEGIN OPTIONS //p' "$page"); do
    "$gen" "$command" >"$part"
    awk -v command="$command" -v part="$part" '
        $0 == ".\\\" END OPTIONS " command { inside = 0 }
        !inside { print }
        $0 == ".\\\" BEGIN OPTIONS " command {
            inside = 1
            while ((getline line < part) > 0) print line
            close(part)
        }' "$new" >"$new.2"
    mv "$new.2" "$new"
done
if [ "${2:-}" = --check ]; then
    diff -u "$page" "$new"
else
    cp "$new" "$page"
fi
