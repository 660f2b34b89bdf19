#!/bin/sh
# Runs the program as a user would and compares what it prints.
#
# A case is tests/golden/cases/NAME.args: shell words after `evtriage`; beside it NAME.stdout,
# NAME.stderr, NAME.exit (absent: empty, empty, 0), NAME.stdin, and NAME.file.X for each file X that
# it must write; NAME.skip: a sentence on standard error that says that this build cannot. Each runs in a fresh folder in which `testdata` and `rules` are the source's.
# Usage: run.sh [--update] [NAME...]; prints TAP. --update rewrites what is expected.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
cases=$srcdir/tests/golden/cases
update=
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi
LC_ALL=C TZ=UTC
export LC_ALL TZ
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$srcdir/testdata" "$work/testdata"
ln -s "$srcdir/rules" "$work/rules"

# expect NAME.X FILE: FILE must equal the expected file; absent means empty.
expect() {
    if [ -n "$update" ]; then
        if [ -s "$2" ]; then cp "$2" "$cases/$1"; else rm -f "$cases/$1"; fi
        return 0
    fi
    want=$cases/$1
    [ -f "$want" ] || want=/dev/null
    if ! diff -u "$want" "$2" >"$work/diff"; then
        sed -n '1,40s/^/# /p' "$work/diff"
        return 1
    fi
}

run_case() {
    name=$1
    rm -rf "$work/run"
    mkdir "$work/run"
    ln -s ../testdata "$work/run/testdata"
    ln -s ../rules "$work/run/rules"
    stdin=$cases/$name.stdin
    [ -f "$stdin" ] || stdin=/dev/null
    (
        cd "$work/run" || exit 99
        eval "set -- $(cat "$cases/$name.args")"
        exec "$EVTRIAGE" "$@" <"$stdin" >"$work/stdout" 2>"$work/stderr"
    )
    echo $? >"$work/exit"
    [ "$(cat "$work/exit")" = 0 ] && : >"$work/exit"
    skip=
    if [ -f "$cases/$name.skip" ] && grep -qF -f "$cases/$name.skip" "$work/stderr"; then
        skip=" # SKIP $(cat "$cases/$name.skip")"
        return 0
    fi
    good=0
    expect "$name.exit" "$work/exit" || good=1
    expect "$name.stdout" "$work/stdout" || good=1
    expect "$name.stderr" "$work/stderr" || good=1
    for file in "$cases/$name".file.*; do
        [ -f "$file" ] || continue
        base=${file##*.file.}
        if [ ! -f "$work/run/$base" ]; then
            echo "# $base was not written"
            good=1
            continue
        fi
        expect "$name.file.$base" "$work/run/$base" || good=1
    done
    return $good
}

if [ $# -eq 0 ]; then
    set --
    for file in "$cases"/*.args; do
        file=${file##*/}
        set -- "$@" "${file%.args}"
    done
fi
echo "1..$#"
n=0
failed=0
for name in "$@"; do
    n=$((n + 1))
    if run_case "$name"; then
        echo "ok $n - $name$skip"
    else
        echo "not ok $n - $name"
        failed=1
    fi
done
exit $failed
