#!/bin/sh
# scan --profile: the same rows as without, tables on standard error, and JSON that agrees with the
# manifest of the same run.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP no python3"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
bad=0
result() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"
        bad=1
    fi
}
scan() {
    "$EVTRIAGE" scan -q --force -r "$srcdir/rules" "$@" "$srcdir/testdata/story" "$srcdir/testdata/story-dc"
}
scan -o "$work/plain.jsonl" 2>"$work/plain.err"
for matcher in indexed naive; do
    scan --matcher $matcher -j 3 -o "$work/x.jsonl" --profile --profile-json "$work/p.json" \
        --manifest "$work/m.json" 2>"$work/err"
    cmp -s "$work/plain.jsonl" "$work/x.jsonl"
    result $? "$matcher: rows are the same with --profile"
    for title in 'Time by stage' 'The dearest fields' 'The longest chains' 'The dearest rules'; do
        grep -q "^$title" "$work/err" || echo "# no table: $title"
    done >"$work/missing"
    cat "$work/missing"
    test ! -s "$work/missing"
    result $? "$matcher: all tables are there"
    python3 - "$work" "$matcher" <<'END'
import json, sys
work, matcher = sys.argv[1:]
with open(f"{work}/p.json", encoding="utf-8") as f:
    p = json.load(f)
with open(f"{work}/m.json", encoding="utf-8") as f:
    m = json.load(f)
stages = p["stages_ns"]
assert list(stages) == ["rules", "matcher", "inputs", "read", "match", "rows", "blocks",
                        "correlations", "sort", "write"], stages
assert all(stages[k] > 0 for k in ("rules", "matcher", "read", "match", "rows", "sort", "write")), stages
assert p["threads"] == 3 and p["events"] == m["total"]["events"], (p["events"], m["total"])
rules = p["rules"]
assert [r["ns"] for r in rules] == sorted((r["ns"] for r in rules), reverse=True)
hits = {r["id"]: r["hits"] for r in rules if r["hits"]}
want = {r["id"]: r["hits"] for r in m["rules"]["activity"] if r["hits"]}
assert len(hits) > 20 and hits == want, (hits, want)
assert p["candidates"] == sum(r["candidates"] for r in rules)
if matcher == "indexed":
    assert all(r["atoms_hit"] + r["candidates"] + r["hits"] > 0 for r in rules)
    fields = {f["field"]: f for f in p["fields"]}
    line = fields["CommandLine"]
    assert line["values"] > line["remembered"] > 0 and line["longest_chain"] >= 1 and line["atoms"] > 50, line
    assert p["facts"] == sum(f["facts"] for f in fields.values())
    assert 0 < p["alike"] < p["cohorts"]
END
    result $? "$matcher: the JSON agrees with itself and the manifest"
done
test ! -s "$work/plain.err"
result $? "without --profile nothing is said"
"$EVTRIAGE" scan -q -r "$srcdir/rules" -o "$work/y.csv" --profile-json "$work/p.json" "$srcdir/testdata/small" \
    2>"$work/err"
[ $? -eq 2 ] && grep -q force "$work/err"
result $? "a profile that exists is not replaced"
echo "1..$n"
exit $bad
