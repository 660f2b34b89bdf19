#!/bin/sh
# Pages of 2020: the rule in each page makes that page again, byte for byte. Pages of our own always;
# those of the shared data where they are.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# rule_of PAGE: the rule file in it; six lines stand between it and the next heading.
rule_of() {
    LC_ALL=C awk '
        /^### es-qs$/ { exit }
        inside == 2 { line[n++] = $0 }
        inside == 1 && /^```$/ { inside = 2 }
        /^### Sigma rule$/ { inside = 1 }
        END { for (i = 0; i < n - 6; i++) printf "%s%s", line[i], i < n - 7 ? "\n" : "" }' "$1"
}

# folder NAME PAGE...: one test for all of them.
folder() {
    name=$1
    shift
    bad=
    pages=0
    for page; do
        [ -f "$page" ] || continue
        pages=$((pages + 1))
        rule_of "$page" >"$work/rule.yml"
        timeout 20 "$EVTRIAGE" rules card --dialect atc-2020 "$work/rule.yml" >"$work/page" 2>"$work/err"
        cmp -s "$work/page" "$page" || bad="$bad $(basename "$page")"
    done
    count=$((count + 1))
    if [ $pages = 0 ]; then
        echo "ok $count - $name # SKIP no such pages here"
    elif [ -z "$bad" ]; then
        echo "ok $count - $name ($pages pages)"
    else
        failed=1
        echo "not ok $count - $name"
        echo "# differ:$bad"
    fi
}

folder "pages of our own" "$srcdir"/tests/knowledge/pages/*.md
folder "the first page" "${EVTRIAGE_SHARED:-/nowhere}"/seed/*.txt
folder "pages of 2020" "${EVTRIAGE_SHARED:-/nowhere}"/expected/rule-pages/*.md
echo "1..$count"
exit $failed
