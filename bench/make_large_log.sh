#!/bin/sh
# make_large_log.sh OUT [MEGABYTES] - a log of full, unequal chunks, by repeating those of all logs
# below $EVTRIAGE_SHARED (default: ../shared). Record numbers repeat: for benchmarks only.
out=${1:?usage: make_large_log.sh OUT [MEGABYTES]}
mb=${2:-500}
shared=${EVTRIAGE_SHARED:-../shared}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
find "$shared/corpus" "$shared/sigma/regression_data" -name '*.evtx' | LC_ALL=C sort |
    while read -r log; do
        chunks=$((($(wc -c < "$log") - 4096) / 65536))
        i=0
        while [ "$i" -lt "$chunks" ]; do
            # Full: the end of used space is above 60,000.
            used=$(od -An -tu4 -j $((4096 + i * 65536 + 48)) -N 4 "$log" | tr -d ' ')
            if [ "$used" -gt 60000 ] && [ "$used" -le 65536 ]; then
                dd if="$log" bs=4096 skip=$((1 + i * 16)) count=16 2>/dev/null
            fi
            i=$((i + 1))
        done
    done > "$dir/chunks"
[ -s "$dir/chunks" ] || {
    echo "make_large_log.sh: no logs below $shared" >&2
    exit 1
}
# Header block: the magic will do; its checksum is wrong, which is one finding.
{
    printf 'ElfFile\0'
    dd if=/dev/zero bs=4088 count=1 2>/dev/null
} > "$out"
while [ "$(wc -c < "$out")" -lt $((mb * 1000000)) ]; do
    cat "$dir/chunks" >> "$out"
done
