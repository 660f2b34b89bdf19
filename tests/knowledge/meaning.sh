#!/bin/sh
# Exports mean what the rules mean: the rules of testdata and of the pack over the logs of testdata, in
# every target (meaning.py). With the shared data and EVTRIAGE_ALL_LOGS=yes also SigmaHQ's rules over every
# tenth event of real logs (EVTRIAGE_SAMPLE=1: over all).
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
python=${EVTRIAGE_PYTHON:-python3}
command -v "$python" >/dev/null || python=python3
for tool in "$python" jq sqlite3 grep; do
    if ! command -v "$tool" >/dev/null; then
        echo "1..0 # SKIP needs $tool"
        exit 0
    fi
done
case $("$EVTRIAGE" dump -q -o /dev/null -f sqlite "$srcdir/testdata/small" 2>&1) in
*"without SQLite"*)
    echo "1..0 # SKIP this evtriage was built without SQLite"
    exit 0
    ;;
esac
data=$srcdir/testdata
corpus=${EVTRIAGE_SHARED:-/nowhere}
n=0
failed=0

# meaning NAME ARGUMENT...: one test.
meaning() {
    n=$((n + 1))
    name=$1
    shift
    if "$python" "$srcdir/tests/knowledge/meaning.py" "$EVTRIAGE" "$@" >"$work/said" 2>&1; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        failed=1
    fi
    sed 's/^#* */# /' "$work/said"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
meaning "rules of every kind, in every target" "$data/exports" -- \
    "$data/story" "$data/story-dc" "$data/story-old" "$data/zoo" "$data/small"
meaning "the shipped rules, in every target" --sample 4 "$srcdir/rules" -- \
    "$data/story" "$data/story-dc" "$data/zoo"
if [ -d "$corpus/corpus" ] && [ "${EVTRIAGE_ALL_LOGS:-no}" = yes ]; then
    meaning "SigmaHQ's rules over real logs" --sample "${EVTRIAGE_SAMPLE:-10}" \
        "$corpus/sigma/rules" -- "$corpus/corpus"
else
    n=$((n + 1))
    echo "ok $n - SigmaHQ's rules over real logs # SKIP needs the shared data and EVTRIAGE_ALL_LOGS=yes"
fi
echo "1..$n"
exit $failed
