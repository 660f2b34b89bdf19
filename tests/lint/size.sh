#!/bin/sh
# size.sh - functions of at most 100 lines (60 are the aim), files of at most 800 (500).
#
# The house format puts a function's braces in the first column, so the body is
# what stands between them. Tables belong into .def or .inc files, not counted.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

functions=$(c_files src tests testdata | while read -r file; do
    awk -v file="$file" '
    /^[a-zA-Z_].*\(/ { head = $0; sub(/\(.*/, "", head); sub(/.*[ *]/, "", head) }
    /^\{/ || /^[a-zA-Z_].*\)[ \t]*\{[ \t]*$/ { start = FNR; name = head; next }
    /^\}/ && start { lines = FNR - start - 1; if (lines > 60) print lines "\t" file ":" start ": " name "() has " lines " lines"; start = 0 }
    ' "$file"
done)
lint_note "$(printf '%s\n' "$functions" | awk -F'\t' '$1 > 60 && $1 <= 100 { print $2 " (aim: 60)" }')"
lint_result "no function is longer than 100 lines" \
    "$(printf '%s\n' "$functions" | awk -F'\t' '$1 > 100 { print $2 }')"

files=$(c_files src tests testdata | while read -r file; do
    echo "$(wc -l <"$file") $file"
done)
lint_note "$(printf '%s\n' "$files" | awk '$1 > 500 && $1 <= 800 { print $2 ": " $1 " lines (aim: 500)" }')"
lint_result "no file is longer than 800 lines" \
    "$(printf '%s\n' "$files" | awk '$1 > 800 { print $2 ": " $1 " lines" }')"
lint_end
