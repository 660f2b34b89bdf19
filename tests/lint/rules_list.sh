#!/bin/sh
# rules_list.sh - rules/module.am and the tables of rules/README.md name every rule.
#
# A rule that is in no list would be in the repository, but neither installed
# nor in the tarball, and nobody would miss it.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

tree=$(find rules -name '*.yml' -type f 2>/dev/null | LC_ALL=C sort)
listed=$(sed -n 's/^[[:space:]]*\(rules\/[^[:space:]]*\.yml\).*/\1/p' rules/module.am)
shown=$(sed -n 's,^| \[[^]]*](\([^)]*\)).*,rules/\1,p' rules/README.md)

# absent LIST FROM TEXT: the lines of LIST that FROM lacks, each with TEXT behind it.
absent() {
    printf '%s\n' "$1" | while read -r file; do
        [ -z "$file" ] || printf '%s\n' "$2" | grep -Fqx -- "$file" || echo "$file $3"
    done
}

lint_result "the pack has rules" "$([ -n "$tree" ] || echo 'rules/: no .yml file')"
lint_result "every rule is in rules/module.am" "$(absent "$tree" "$listed" 'is not in rules/module.am')"
lint_result "every rule of rules/module.am is there" "$(absent "$listed" "$tree" 'is in rules/module.am, but not there')"
lint_result "no rule is listed twice" "$(printf '%s\n' "$listed" | LC_ALL=C sort | uniq -d)"
lint_result "every rule is in a table of rules/README.md" "$(absent "$tree" "$shown" 'is not in rules/README.md')"
lint_result "every rule of rules/README.md is there" "$(absent "$shown" "$tree" 'is in rules/README.md, but not there')"
lint_end
