#!/bin/sh
# The same bytes for any number of threads and any memory for sorting, over the sample logs and, where
# they are, the shared corpora.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
bad=0
compare() { # NAME RULES PATH
    "$EVTRIAGE" scan --quiet -j 1 -r "$2" -o "$work/one.csv" -o "$work/one.jsonl" --force "$3"
    for how in '-j 2' '-j 7' '-j 3 --memory 1M'; do
        # shellcheck disable=SC2086 # two words on purpose
        "$EVTRIAGE" scan --quiet $how -r "$2" -o "$work/more.csv" -o "$work/more.jsonl" --force "$3"
        n=$((n + 1))
        if [ -s "$work/one.csv" ] && cmp -s "$work/one.csv" "$work/more.csv" &&
            cmp -s "$work/one.jsonl" "$work/more.jsonl"; then
            echo "ok $n - $1: $how"
        else
            echo "not ok $n - $1: $how"
            bad=1
        fi
    done
}
compare "sample logs" "$srcdir/rules" "$srcdir/testdata"
if [ -d "${EVTRIAGE_SHARED:-/nowhere}/corpus" ]; then
    compare "shared corpus" "$srcdir/rules" "$EVTRIAGE_SHARED/corpus"
fi
echo "1..$n"
exit $bad
