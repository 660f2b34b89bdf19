#!/bin/sh
# The benchmarks run and print their figures; how large these are is not judged.
srcdir=${srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
builddir=${builddir:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The comparison with another program is for runs by hand.
if EVTX_DUMP= timeout 120 python3 "$srcdir/bench/run" --quick --build "$builddir" \
    --dir "$work/logs" >"$work/said" 2>&1 && [ "$(grep -c ' \(ok\|MISSED\)$' "$work/said")" -gt 20 ]; then
    echo "ok 1 - bench/run --quick prints its table"
else
    sed 's/^/# /' "$work/said"
    echo "not ok 1 - bench/run --quick prints its table"
fi
grep -q '^# quiet: .* 0 hits left$' "$work/said" && echo "ok 2 - the quiet log has no hits" ||
    echo "not ok 2 - the quiet log has no hits"
cmp -s "$work/logs/once.evtx" "$work/logs/quiet-once.evtx" || echo "ok 3 - it is not the other log"
echo 1..3
