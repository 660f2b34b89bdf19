#!/bin/sh
# The same bytes for any number of threads and any memory for sorting, over the sample logs and, where
# they are, the shared corpora; with --unsorted, too, and then the same rows as sorted.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
bad=0
result() { # ok|not NAME
    n=$((n + 1))
    if [ "$1" = ok ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"
        bad=1
    fi
}
scan() { # OUT RULES PATH OPTION...: writes OUT.csv and OUT.jsonl
    out=$work/$1
    rules=$2
    path=$3
    shift 3
    "$EVTRIAGE" scan --quiet --force -r "$rules" -o "$out.csv" -o "$out.jsonl" "$@" "$path"
}
compare() { # NAME RULES PATH [--unsorted]
    # shellcheck disable=SC2086 # no word or one
    scan one "$2" "$3" -j 1 ${4-}
    for how in '-j 2' '-j 7' '-j 3 --memory 1M'; do
        # shellcheck disable=SC2086 # several words on purpose
        scan more "$2" "$3" $how ${4-}
        if [ -s "$work/one.csv" ] && cmp -s "$work/one.csv" "$work/more.csv" &&
            cmp -s "$work/one.jsonl" "$work/more.jsonl"; then
            result ok "$1: $how ${4-}"
        else
            result not "$1: $how ${4-}"
        fi
    done
}
# Sorted by us or by sort(1): the same rows. Rows of correlations
# have a list of events; unsorted there are none.
same_rows() { # NAME RULES PATH
    scan one "$2" "$3" --keep-duplicates
    scan more "$2" "$3" --unsorted
    grep -vF '"events":[{' "$work/one.jsonl" | sort >"$work/one"
    sort "$work/more.jsonl" >"$work/more"
    if [ -s "$work/one" ] && cmp -s "$work/one" "$work/more"; then
        result ok "$1: the same rows sorted and unsorted"
    else
        result not "$1: the same rows sorted and unsorted"
    fi
}
compare "sample logs" "$srcdir/rules" "$srcdir/testdata"
compare "sample logs" "$srcdir/rules" "$srcdir/testdata" --unsorted
same_rows "sample logs" "$srcdir/rules" "$srcdir/testdata"
if [ -d "${EVTRIAGE_SHARED:-/nowhere}/corpus" ]; then
    compare "shared corpus" "$srcdir/rules" "$EVTRIAGE_SHARED/corpus"
    compare "shared corpus" "$srcdir/rules" "$EVTRIAGE_SHARED/corpus" --unsorted
    same_rows "shared corpus" "$srcdir/rules" "$EVTRIAGE_SHARED/corpus"
fi
echo "1..$n"
exit $bad
