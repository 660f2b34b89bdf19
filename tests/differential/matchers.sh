#!/bin/sh
# Index against oracle: the logs of testdata/ and our rules, and all shared ones where they are. First
# hit by hit in one program, then the outputs of two runs, byte for byte.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rules=$srcdir/rules
set -- "$srcdir/testdata"
if [ -n "$EVTRIAGE_SHARED" ] && [ -d "$EVTRIAGE_SHARED/sigma/rules" ]; then
    rules="$rules $EVTRIAGE_SHARED/sigma"
    set -- "$@" "$EVTRIAGE_SHARED/corpus" "$EVTRIAGE_SHARED/sigma" "$EVTRIAGE_SHARED/seed"
else
    echo "# no shared data: the large rule set and its logs are left out"
fi
# shellcheck disable=SC2086 # folders of rules, without blanks
find "$@" -name '*.evtx' | sort | "$builddir/tests/differential/matchers" -p $rules >"$work/tap"
sed '/^1\.\./d' "$work/tap"
bad=0
grep -q '^not ok' "$work/tap" && bad=1
grep -q '^ok' "$work/tap" || bad=1
set -- $(for rule in $rules; do echo "-r $rule"; done) --possible "$@"
for matcher in indexed naive; do
    "$EVTRIAGE" scan -q --matcher $matcher -o "$work/$matcher.csv" -o "$work/$matcher.jsonl" \
        --manifest "$work/$matcher.json" "$@"
done
if [ -s "$work/naive.csv" ] && cmp "$work/naive.csv" "$work/indexed.csv" &&
    cmp "$work/naive.jsonl" "$work/indexed.jsonl"; then
    echo "ok 2 - the same bytes from scan, $(wc -l <"$work/naive.jsonl") rows"
else
    echo "not ok 2 - scan writes other bytes"
    bad=1
fi
echo 1..2
exit $bad
