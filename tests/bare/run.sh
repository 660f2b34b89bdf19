#!/bin/sh
# run.sh [--keep] [COMMIT] - proves quickstart and check on a bare Debian 12.
#
# Makes a minimal root with nothing but git, gcc, apt and certificates, clones
# this repository into it, and runs ./quickstart twice and ./check there. Needs
# root, mmdebstrap and the network; takes some ten minutes, so it is no part of
# ./check. The package mirror and other settings are those of this machine.
#   BARE_WORK  folder to work in, default /tmp/evtriage-bare
set -u
top=$(CDPATH= cd -- "$(dirname "$0")/../.." && pwd) || exit 1
work=${BARE_WORK:-/tmp/evtriage-bare}
root=$work/root
keep=no
if [ "${1:-}" = --keep ]; then
    keep=yes
    shift
fi
commit=${1:-HEAD}

say() { echo "bare: $*"; }
die() {
    say "$*"
    exit 1
}

[ "$(id -u)" -eq 0 ] || die "needs root, for chroot"
command -v mmdebstrap >/dev/null || die "mmdebstrap not found: install mmdebstrap"

unmount() {
    mountpoint -q "$root/proc" && umount -l "$root/proc"
}
clean_up() {
    unmount
    [ $keep = yes ] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# The first mirror that apt knows for the release itself, in either of its two formats.
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "bookworm" { print $1; exit }')
[ -n "$mirror" ] || die "apt has no source for bookworm"

unmount 2>/dev/null
rm -rf --one-file-system "$root"
mkdir -p "$work" || exit 1
say "making a minimal root"
mmdebstrap --quiet --variant=minbase --include=git,gcc,apt,ca-certificates \
    bookworm "$root" "$mirror" >"$work/mmdebstrap.log" 2>&1 || {
    tail -n 20 "$work/mmdebstrap.log"
    die "mmdebstrap failed"
}

# The network as this machine has it: names, apt, certificates, pip.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -e /etc/hosts ] || cp -L /etc/hosts "$root/etc/hosts"
for path in /etc/apt/apt.conf.d /etc/apt/auth.conf.d /etc/apt/sources.list.d /etc/apt/sources.list \
    /etc/apt/keyrings /usr/share/keyrings /usr/local/share/ca-certificates /etc/pip.conf \
    "$HOME/.config/pip" "$HOME/.pip"; do
    [ -e "$path" ] || continue
    target=$path
    case $path in "$HOME"/*) target=/root/${path#"$HOME"/} ;; esac
    mkdir -p "$root$(dirname "$target")"
    rm -rf "$root$target"
    cp -rL "$path" "$root$target"
done
chroot "$root" update-ca-certificates >/dev/null 2>&1

# The sanitizers and the compilers look into /proc; nothing else is shared.
mount -t proc proc "$root/proc" || die "cannot mount /proc"

hash=$(git -C "$top" rev-parse "$commit^{commit}") || exit 1
say "cloning $(git -C "$top" log -1 --format='%h %s' "$hash")"
mkdir -p "$root/work"
git clone -q --bare "$top" "$root/work/repo.git" || exit 1

# Run as a shell of a person who has just logged in: few variables, no terminal.
inside() {
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb CI=true \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} \
        sh -c "$1" </dev/null
}

inside "cd /work && git clone -q repo.git evtriage && cd evtriage && git checkout -q --detach $hash" ||
    die "clone failed"

failed=
for command in ./quickstart ./quickstart ./check; do
    say "$command"
    from=$(date +%s)
    inside "cd /work/evtriage && $command" || failed="$failed $command"
    say "$command took $(($(date +%s) - from)) s"
done
inside "cd /work/evtriage && ls -l timeline.csv timeline.html && head -c 300 timeline.csv" || failed="$failed outputs"

[ -z "$failed" ] || die "failed:$failed"
say "all is well"
