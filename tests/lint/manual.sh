#!/bin/sh
# manual.sh - the OPTIONS of evtriage(1) are those of options.def.
#
# gen_docs prints them from the table; man/update.sh puts them into the page.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"
gen=${builddir:-build}/gen_docs
if [ -x "$gen" ]; then
    lint_result "evtriage(1) has the options of options.def" "$(man/update.sh "$gen" --check 2>&1)"
else
    lint_skip "evtriage(1) has the options of options.def" "gen_docs is not built"
fi
lint_end
