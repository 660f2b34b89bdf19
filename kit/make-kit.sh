#!/bin/sh
# make-kit.sh LAUNCHER STAGE NAME - the triage kit as NAME.tar.xz in the current folder.
#
# STAGE: where `make install` put everything, with prefix /usr. Libraries, the loader and their
# licences come from the packages of this system. Same input, same bytes: names in order, no times.
set -eu
launcher=$1 stage=$2 name=$3
here=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
kit=$name
rm -rf "$kit" "$kit.tar.xz"
mkdir -p "$kit/bin" "$kit/lib" "$kit/libexec" "$kit/share/evtriage" "$kit/licences"

cp "$stage/usr/bin/evtriage" "$kit/bin/evtriage"
cp "$launcher" "$kit/evtriage"
if [ -e "$stage/usr/libexec/evtriage-evidence" ]; then
    cp "$stage/usr/libexec/evtriage-evidence" "$kit/bin/evtriage-evidence"
    cp "$launcher" "$kit/libexec/evtriage-evidence"
fi
cp -R "$stage/usr/share/evtriage/rules" "$kit/share/evtriage/rules"
cp -R "$stage/usr/share/man" "$kit/share/man"
cp "$here/README.txt" "$kit/README.txt"
cp "$here/../COPYING" "$kit/licences/evtriage"

# Libraries, as the loader finds them, and itself; and those that the helper opens by name.
named=
for library in libtsk.so.19 libewf.so.2 libvhdi.so.1 libvmdk.so.1 libqcow.so.1 libbde.so.1 libvshadow.so.1; do
    found=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v want="$library" '$1 == want { print $NF; exit }')
    [ -z "$found" ] || named="$named $found"
done
printf '%s\n' $named >"$kit/named"
# shellcheck disable=SC2086 # paths of libraries, several words
{ ldd "$kit"/bin/* $named; sed 's,^,x => ,' "$kit/named"; } | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }' |
    sort -u >"$kit/files"
[ -s "$kit/files" ] || {
    echo "make-kit: ldd names no library" >&2
    exit 1
}
while read -r file; do
    cp -L "$file" "$kit/lib/$(basename "$file")"
    strip --strip-unneeded "$kit/lib/$(basename "$file")" 2>/dev/null || true
    # dpkg knows a file by the path that its package gave it, before or after /usr was merged.
    real=$(readlink -f "$file")
    package=$(dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "${real#/usr}" 2>/dev/null ||
        dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "/usr$file" 2>/dev/null) || {
        echo "make-kit: $file is of no package: its licence is unknown" >&2
        exit 1
    }
    printf '%s\n' "$package" | head -n 1 | sed 's/: .*//' >>"$kit/owners"
done <"$kit/files"
strip --strip-unneeded "$kit"/bin/*
sort -u "$kit/owners" | while read -r package; do
    dpkg-query -W -f '${Package} ${Version}\n' "$package" >>"$kit/packages.txt"
    cp -L "/usr/share/doc/${package%%:*}/copyright" "$kit/licences/${package%%:*}"
done
# Texts that the copyright files refer to.
mkdir -p "$kit/licences/common"
grep -hoE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]' "$kit"/licences/* 2>/dev/null | sort -u |
    while read -r text; do
        [ ! -e "$text" ] || cp -L "$text" "$kit/licences/common/"
    done
rm "$kit/named" "$kit/files" "$kit/owners"
chmod -R u=rwX,go=rX "$kit"
(cd "$kit" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cJf "$kit.tar.xz" "$kit"
rm -rf "$kit"
echo "$kit.tar.xz"
