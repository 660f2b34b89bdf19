#!/bin/sh
# format.sh - C files are formatted by .clang-format.
#
# Other versions of clang-format judge otherwise, so only Debian 12's is asked.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

name="C files have the house format"
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
if [ "$version" = 14 ]; then
    lint_result "$name" "$(c_files src tests testdata | xargs -r clang-format --style=file --dry-run -Werror 2>&1 |
        grep -E '^[^ ].*:[0-9]+:[0-9]+:' | cut -d: -f1 | uniq -c |
        awk '{ print $2 ": " $1 " places; run: clang-format -i " $2 }')"
else
    lint_skip "$name" "clang-format 14 not found"
fi
lint_end
