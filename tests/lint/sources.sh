#!/bin/sh
# sources.sh - what is in the tree is in the build: a forgotten file is missing only in the tarball.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

# Words that the fragments name; tests/unit/test_x stands for its source.
named=$(find Makefile.am src tests rules testdata man doc completions kit -name '*.am' -exec sed 's/#.*//' {} + 2>/dev/null |
    tr ' \t\\' '\n\n\n' | LC_ALL=C sort -u)
lint_result "every source file is named by a module.am" "$( {
    c_files src
    find src -name vendor -prune -o \( -name '*.def' -o -name '*.inc' \) -print
    find tests -name '*.c' -o -name '*.sh' -o -name '*.awk'
} | LC_ALL=C sort | while read -r file; do
    printf '%s\n' "$named" | grep -qxF -e "$file" -e "${file%.c}" || echo "$file is in no module.am"
done)"

# What a rule makes need not be there yet.
made=$(find src tests -name '*.am' -exec sed -n 's/^\([^ \t#=]*\):.*/\1/p' {} +)
lint_result "every file that a module.am names is there" "$(printf '%s\n' "$named" |
    grep -E '^(src|tests)/[^$]*\.(c|h|sh|awk|def|inc)$' | while read -r file; do
        [ -e "$file" ] || printf '%s\n' "$made" | grep -qxF "$file" || echo "$file is not there"
    done)"
lint_end
