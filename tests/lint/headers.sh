#!/bin/sh
# headers.sh - every file says what it is, and every header documents what it offers.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

# A .c file beside a .h of its name is described there.
lint_result "every C file begins with a comment that names it" "$(c_files src tests testdata |
    while read -r file; do
        case $file in *.c) [ ! -f "${file%.c}.h" ] || continue ;; esac
        head -n 1 "$file" | grep -q "^/\* $(basename "$file" | sed 's/\./\\./g') - " ||
            echo "$file:1: begin with: /* $(basename "$file") - what it is"
    done)"

lint_result "every header is guarded" "$(c_files src | grep '\.h$' | while read -r file; do
    grep -q -e '^#ifndef [A-Z0-9_]*_H_*$' -e '^#pragma once' "$file" || echo "$file: no include guard"
done)"

# A paragraph (no blank line within) that declares functions has a comment before
# them. The life-cycle verbs mean the same everywhere and need none (CONTRIBUTING.md).
lint_result "every public function has a comment" "$(c_files src | grep '\.h$' | while read -r file; do
    awk -v file="$file" '
    /^[ \t]*$/ && !body { comment = 0; next }
    /^\{/ { body = 1 }
    /^\}/ { body = 0; next }
    body { next }
    /^[ \t]*\/\*/ || /\*\/[ \t]*$/ { comment = 1; next }
    /^(struct|union|enum)[^(]*\{/ || /^typedef/ { next }
    /^[a-z_][a-zA-Z0-9_ *]*[ *][a-z_0-9]+\(/ && !/^static inline/ {
        if (!comment) { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
            if (name !~ /_(init|release|new|free|clear)$/) print file ":" FNR ": " name "() has no comment" }
    }' "$file"
done)"
lint_end
