#!/bin/sh
# writer.sh - what the event writer makes is what we and other readers read.
#
# Needs evtxexport (libevtx-utils) for one half, a Python with the package evtx
# for the other: EVTRIAGE_PYTHON names it. testdata/WRITER.md tells what may differ.
: "${srcdir:=.}" "${builddir:=.}"
cd "$builddir" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
count=0

result() { # NAME FAULTS
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        printf '%s\n' "$2" | head -n 20 | sed 's/^/# /'
        echo "not ok $count - $1"
    fi
}

skip() { # NAME WHY
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

data=$srcdir/testdata
compare=$srcdir/tests/differential/evtx_compare.py
python=${EVTRIAGE_PYTHON:-python3}
EVTRIAGE=${EVTRIAGE:-$PWD/evtriage}
export EVTRIAGE
readers=
if ! command -v "$python" >/dev/null; then
    why_not="no $python"
else
    readers="evtriage"
    command -v evtxexport >/dev/null && readers="$readers libevtx"
    "$python" -c 'import evtx' 2>/dev/null && readers="$readers rust"
fi

mkdir -p "$work/made"
srcdir=$srcdir "$srcdir/testdata/remake" "$work/made" 2>"$work/remake.err" ||
    sed "s/^/# /" "$work/remake.err"
result "the files come out the same, byte for byte" "$(
    cd "$work/made" && find . -type f | LC_ALL=C sort | while read -r file; do
        cmp "$file" "$data/$file" 2>&1
    done
    for folder in small zoo story story-dc story-old damaged; do
        (cd "$data/$folder" && ls ./*.evtx) | while read -r file; do
            [ -f "$work/made/$folder/$file" ] || echo "$folder/$file: not made"
        done
    done)"

if command -v evtxinfo >/dev/null; then
    result "libevtx counts in damaged files what EXPECTED.tsv says" "$(
        grep -v '^#' "$data/damaged/EXPECTED.tsv" | while IFS='	' read -r file active recoverable want note; do
            got=$(timeout 60 evtxinfo "$data/damaged/$file" 2>/dev/null |
                sed -n 's/.*[Nn]umber of .*records[^:]*: //p' | paste -s -d / -)
            [ "${got:-refused}" = "$want" ] || echo "$file ($active + $recoverable, $note): $got, not $want"
        done)"
else
    skip "libevtx counts in damaged files what EXPECTED.tsv says" "evtxinfo not found"
fi

result "every damaged file has its line in EXPECTED.tsv" "$(
    (cd "$data/damaged" && ls ./*.evtx) | sed 's|^./||' | while read -r file; do
        grep -q "^$file	" "$data/damaged/EXPECTED.tsv" || echo "$file has none"
    done
    grep -v '^#' "$data/damaged/EXPECTED.tsv" | cut -f 1 | while read -r file; do
        [ -f "$data/damaged/$file" ] || echo "$file is not there"
    done)"

last() {
    tail -n 1 "$1" | cut -f 1
}

for n in $(seq "$(last "$data/zoo/zoo.tsv")"); do
    testdata/make_evtx --only "$n" "$data/zoo/zoo.events" "$work/zoo-$n.evtx"
    printf '%s\t%s\n' "$work/zoo-$n.evtx" "$n"
done >"$work/zoo.list"

for reader in evtriage libevtx rust; do
    case " $readers " in
    *" $reader "*) ;;
    *)
        skip "$reader reads all records of the story" "${why_not:-reader not found}"
        skip "$reader reads the zoo but for known differences" "${why_not:-reader not found}"
        continue
        ;;
    esac
    result "$reader reads all records of the story" "$(
        for name in small/security small/sysmon; do
            printf '%s\t1-%s\n' "$data/$name.evtx" "$(last "$data/$name.tsv")" |
                "$python" "$compare" "$data/$name.tsv" "$reader" 2>&1 | sed "s|^|$name: |"
        done
        (cd "$data" && ls -d story*/*.evtx) | while read -r name; do
            testdata/make_story --tsv "$work/log.tsv" "$name" "$work/made"
            printf '%s\t1-%s\n' "$data/$name" "$(last "$work/log.tsv")" |
                "$python" "$compare" "$work/log.tsv" "$reader" 2>&1 | sed "s|^|$name: |"
        done)"
    "$python" "$compare" "$data/zoo/zoo.tsv" "$reader" <"$work/zoo.list" >"$work/$reader.found" 2>&1
    result "$reader reads the zoo but for known differences" "$(
        awk -F'\t' -v reader="$reader" '
            NR == FNR { if ($1 == reader) known[$2] = $3; next }
            !($1 in known) { print "record " $1 ": " $2; next }
            index($2, known[$1]) == 0 { print "record " $1 ": other than known: " $2 }
            { seen[$1] = 1 }
            END { for (n in known) if (!(n in seen)) print "record " n ": agrees now, strike it from known.tsv" }
        ' "$data/zoo/known.tsv" "$work/$reader.found")"
done
echo "1..$count"
