#!/bin/sh
# baseline.sh - time and memory of a scan of the shared corpus, as a ratio to reading its bytes.
#
# Usage: bench/baseline.sh [EVTRIAGE]; needs the shared data and /usr/bin/time. The floor is `cat` of
# the same files in the same run; both are the best of three, because these machines are noisy.
set -eu
top=$(CDPATH= cd -- "$(dirname "$0")/.." && pwd)
program=${1:-$top/build/evtriage}
shared=${EVTRIAGE_SHARED:-$top/../shared}
[ -d "$shared/corpus" ] || {
    echo "the shared corpus is not here: set EVTRIAGE_SHARED" >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bytes=$(find "$shared/corpus" -name '*.evtx' -exec cat {} + | wc -c)

# best COMMAND...: seconds and KiB of the quickest of three runs.
best() {
    for _ in 1 2 3; do
        command time -f '%e %M' -o "$work/t" "$@" >/dev/null 2>"$work/said" || true
        tail -n 1 "$work/t"
    done | sort -n | head -n 1
}

floor=$(best find "$shared/corpus" -name '*.evtx' -exec cat {} +)
echo "floor: $(echo "$floor" | cut -d' ' -f1) s to read $bytes bytes"
for decoder in ${DECODERS:-libevtx native}; do
    for rules in "$top/rules" "$shared/sigma/rules/windows"; do
        got=$(best "$program" scan --quiet --decoder "$decoder" -j 1 -r "$rules" -f csv \
            "$shared/corpus")
        echo "$got $floor $bytes" | awk -v what="$decoder, $(find "$rules" -name '*.yml' | wc -l) rules" '{
            printf "%-24s %6.2f s  %7.1f MB/s  %5.0f times the floor  %4.0f MiB\n",
                what, $1, $5 / 1e6 / $1, $1 / ($3 > 0 ? $3 : 0.01), $2 / 1024 }'
    done
done
