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
# mandoc -Tlint looks for the pages that .Xr names among the installed ones.
lint_result "pages name each other without .Xr" "$(grep -n '^\.Xr' man/*.[1-8])"
lint_end
