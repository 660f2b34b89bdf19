#!/bin/sh
# without.sh [WORK] - the tree configured without each library for archives and images, and without any:
# it compiles with -Werror, and says of evidence that needs the library what is missing. Prints TAP.
# Builds the program and its helper only, in WORK (else a temporary folder): one build folder for all, so
# that with ccache all but the first cost a few seconds. WITHOUT: names of the libraries, instead of all.
top=$(CDPATH= cd -- "$(dirname "$0")/../.." && pwd) || exit 1
work=${1:-$(mktemp -d)}
[ -n "${1:-}" ] || trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
n=0
result() { # NAME: the status of the command before
    [ $? -eq 0 ] && verdict=ok || verdict="not ok"
    n=$((n + 1))
    echo "$verdict $n - $1"
}

# One piece of evidence of each kind.
evidence=$work/evidence
rm -rf "$evidence"
mkdir -p "$evidence" || exit 1
cp "$top"/testdata/small/*.evtx "$evidence" && tar -czf "$evidence/logs.tar.gz" -C "$top/testdata" small || exit 1
truncate -s 40M "$evidence/disk.dd" && mkfs.vfat "$evidence/disk.dd" >/dev/null &&
    mcopy -i "$evidence/disk.dd" "$top/testdata/small/security.evtx" :: || {
    echo "1..0 # SKIP no mkfs.vfat or mcopy"
    exit 0
}
for kind in qcow2 vmdk vhdx; do
    qemu-img convert -O "$kind" "$evidence/disk.dd" "$evidence/disk.$kind" 2>/dev/null
done
(cd "$evidence" && ewfacquire -u -q -t disk disk.dd >/dev/null 2>&1)
# Volumes that carry the marks only.
truncate -s 40M "$evidence/vss.dd" && mkntfs -q -F "$evidence/vss.dd" >/dev/null 2>&1
printf '\153\207\010\070\166\301\110\116\267\256\004\004\156\154\307\122' |
    dd of="$evidence/vss.dd" bs=1 seek=7680 conv=notrunc 2>/dev/null
truncate -s 40M "$evidence/bitlocker.dd" && printf '\353\130\220-FVE-FS-' |
    dd of="$evidence/bitlocker.dd" bs=1 conv=notrunc 2>/dev/null

# without NAME FILE SENTENCE CONFIGURE-ARGUMENT...: of FILE the sentence is said, and all else is read.
without() {
    name=$1 file=$2 sentence=$3
    shift 3
    case " ${WITHOUT:-$name} " in
    *" $name "*) ;;
    *) return ;;
    esac
    mkdir -p "$work/build" && cd "$work/build" || exit 1
    "$top/configure" -q --enable-werror "$@" >configure.log 2>&1 &&
        make -j2 evtriage evtriage-evidence >make.log 2>&1
    result "$name: compiles"
    ./evtriage scan -r "$top/rules" -f csv -o rows.csv --force "$evidence/$file" "$evidence/security.evtx" >said 2>&1
    status=$?
    cd "$top" || exit 1
    [ $status -eq 3 ] && tr -s '\n ' ' ' <"$work/build/said" | grep -qF "$sentence" &&
        [ "$(wc -l <"$work/build/rows.csv")" -gt 1 ]
    result "$name: $file is named: $sentence" || cat "$work/build/said"
}

has() { # FILE: it could be made
    [ -f "$evidence/$1" ]
}

without libseccomp logs.tar.gz "built without libseccomp: install libseccomp-dev and rebuild" --without-libseccomp
without libarchive logs.tar.gz "built without libarchive: install libarchive-dev and rebuild" --without-libarchive
without tsk disk.dd "built without libtsk: install libtsk-dev and rebuild" --without-tsk
for of in libewf:disk.E01 libqcow:disk.qcow2 libvmdk:disk.vmdk libvhdi:disk.vhdx libbde:bitlocker.dd libvshadow:vss.dd; do
    has "${of#*:}" || continue
    without "${of%:*}" "${of#*:}" "built without ${of%:*}: install ${of%:*}-dev and rebuild" "--without-${of%:*}"
done
without all logs.tar.gz "built without libseccomp" --without-libseccomp --without-libarchive --without-tsk --without-libewf \
    --without-libqcow --without-libvmdk --without-libvhdi --without-libbde --without-libvshadow --without-sqlite3
case " ${WITHOUT:-all} " in
*" all "*)
    "$work/build/evtriage" --version --verbose | grep -q 'no archives: built without libarchive'
    result "all: --version --verbose says so"
    ;;
esac
echo "1..$n"
