#!/bin/sh
# examples.sh [ROOT] - every example in the README and the man pages runs.
#
# An example is a line that begins with "$ " and names evtriage, in a fenced
# block of a .md file or between .Bd and .Ed (.EX and .EE) of a man page; `\` at the end
# goes on. A block runs in a fresh folder of its own that has testdata/ and rules/ of the
# source, one example after the other; rules/ is the installed pack. An example is wrong if the
# program could not be started, did not finish (1), or refused its usage (2).
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"
top=$PWD
program=${EVTRIAGE:-$top/build/evtriage}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$program" "$work/bin/evtriage"
PATH=$work/bin:$PATH
EVTRIAGE_RULES=$top/rules
export EVTRIAGE_RULES

# BLOCK<TAB>FILE:LINE<TAB>COMMAND, one line an example.
find README.md man doc "${builddir:-build}/man" \( -name '*.md' -o -name '*.[1-8]' \) 2>/dev/null |
    LC_ALL=C sort | while read -r file; do
    awk -v file="$file" '
        /^[ \t]*```/ || /^\.(EX|EE|Bd|Ed)/ { block++; next }
        going { line = line "\n" text($0) }
        !going && /^[ \t]*(\$|\\fB\$\\fR|\\\$) / { line = text($0); sub(/^[ \t]*\$ /, "", line); at = FNR; going = 1 }
        going {
            if (line ~ /\\$/) { sub(/\\$/, "", line); next }
            gsub(/\n/, " ", line)
            if (line ~ /evtriage/) print file "#" block + 0 "\t" file ":" at "\t" line
            going = 0
        }
        function text(s) {
            if (file !~ /\.[1-8]$/) return s
            gsub(/\\f[BIRP]/, "", s); gsub(/\\-/, "-", s); gsub(/\\\(aq/, "\047", s)
            gsub(/\\\(dq/, "\"", s); gsub(/\\\(ti/, "~", s); gsub(/\\\(ha/, "^", s)
            gsub(/\\e/, "\\", s); gsub(/\\&/, "", s); gsub(/\\\$/, "$", s)
            return s
        }' "$file"
done >"$work/examples"

block=
while IFS='	' read -r in_block place command <&3; do
    if [ "$in_block" != "$block" ]; then
        block=$in_block
        rm -rf "$work/here"
        mkdir "$work/here" && cd "$work/here" || exit 1
        ln -s "$top/testdata" testdata
        ln -s "$top/rules" rules
    fi
    timeout 60 sh -c "$command" </dev/null >"$work/out" 2>&1
    status=$?
    fault=
    case $status in
    1 | 2 | 12[4-9] | 1[3-9][0-9]) fault="$place: exit code $status: $(tail -n 3 "$work/out" | tr '\n' ' ')" ;;
    esac
    lint_result "$place: $command" "$fault"
done 3<"$work/examples"
[ $lint_count -gt 0 ] || lint_skip "examples run" "no examples found"
lint_end
