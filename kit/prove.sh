#!/bin/sh
# prove.sh KIT.tar.xz OLD_KERNEL - the kit runs where nothing is: an empty chroot, one without /proc, through a
# link, with a poisoned environment, and without the system calls of the last eight years (old_kernel.c).
# Needs root for chroot. Prints TAP.
archive=$1 old_kernel=$2
top=$(CDPATH= cd -- "$(dirname "$0")/.." && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
result() { # NAME: the status of the command before
    [ $? -eq 0 ] && verdict=ok || verdict="not ok"
    n=$((n + 1))
    echo "$verdict $n - $1"
}

echo 1..10
mkdir "$work/root" && tar -xJf "$archive" -C "$work/root" && mv "$work/root"/evtriage-* "$work/root/kit"
result "the archive unpacks"
(cd "$work/root/kit" && sha256sum -c --quiet SHA256SUMS)
result "the checksums hold"
cp -R "$top/testdata/small" "$work/root/logs"
"$work/root/kit/evtriage" scan -q -o "$work/here.csv" "$work/root/logs" && [ "$(wc -l <"$work/here.csv")" -gt 1 ]
result "it runs where it was unpacked"
env LD_PRELOAD=/nowhere.so LD_LIBRARY_PATH=/nowhere "$work/root/kit/evtriage" --version >/dev/null 2>"$work/said" &&
    [ ! -s "$work/said" ]
result "the environment's libraries are left out"
ln -s "$work/root/kit/evtriage" "$work/link" && (cd / && "$work/link" rules check -q >/dev/null)
result "a link to it finds the kit's rules"
[ "$(id -u)" -eq 0 ] && chroot "$work/root" /kit/evtriage scan -q -o /out.csv /logs && [ -s "$work/root/out.csv" ]
result "it runs in an empty chroot, without /proc, /tmp and a shell"
cut -d, -f1-20 "$work/here.csv" >"$work/here"
cut -d, -f1-20 "$work/root/out.csv" | cmp -s - "$work/here"
result "it says the same there"
tar -czf "$work/root/logs.tar.gz" -C "$work/root" logs
[ "$(id -u)" -eq 0 ] && chroot "$work/root" /kit/evtriage scan -q --tmpdir / -o /packed.csv /logs.tar.gz &&
    [ "$(wc -l <"$work/root/packed.csv")" -eq "$(wc -l <"$work/here.csv")" ]
result "an archive is read there, without /dev/null"
"$old_kernel" "$work/root/kit/evtriage" scan -q -j 2 -o "$work/old.csv" "$work/root/logs" &&
    cmp -s "$work/old.csv" "$work/here.csv"
result "it says the same without the system calls of the last eight years"
"$old_kernel" "$work/root/kit/evtriage" scan -q -o "$work/old-packed.csv" "$work/root/logs.tar.gz" &&
    [ "$(wc -l <"$work/old-packed.csv")" -eq "$(wc -l <"$work/here.csv")" ]
result "so does the helper that reads an archive"
