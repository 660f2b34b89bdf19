#!/bin/sh
# Cards of rules: folders without broken links that an HTML validator passes, and rule text that stays
# text in every form. All rules of the shared data where they are.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
EVTRIAGE=$(cd "$(dirname "$EVTRIAGE")" && pwd)/evtriage
srcdir=$(cd "$srcdir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# result NAME FAULT: one line of TAP; an empty fault is none.
result() {
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        failed=1
        echo "not ok $count - $1"
        printf '%s\n' "$2" | sed 's/^/# /' | head -n 20
    fi
}

skipped() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# folder NAME RULES...: cards of these rules, their links and their markup.
folder() {
    name=$1
    shift
    rm -rf "$work/cards"
    if ! timeout 120 "$EVTRIAGE" rules card --quiet -o "$work/cards" "$@" 2>"$work/err"; then
        result "$name: written" "$(cat "$work/err")"
        return
    fi
    result "$name: written" ""
    fault=$(python3 "$srcdir/tests/knowledge/links.py" "$work/cards") && fault=
    result "$name: every link leads somewhere" "$fault"
    if ! command -v tidy >/dev/null; then
        skipped "$name: valid HTML" "no tidy here"
        return
    fi
    result "$name: valid HTML" "$(find "$work/cards" -name '*.html' -print0 | xargs -0 -n 200 tidy -q -e 2>&1)"
}

cd "$srcdir" || exit 1
folder "our pack and a hostile rule" rules testdata/rules/hostile.yml
for format in md text; do
    "$EVTRIAGE" rules card -f $format testdata/rules/hostile.yml | sed '/^#* *Exports$/,$d' >"$work/got"
    result "hostile rule as $format" "$(diff -u "tests/knowledge/hostile.$format" "$work/got")"
done
# What the card counts is what a scan finds; a host that could not show it says why.
rule="Process Memory Dump with Rundll32 and Comsvcs.dll"
found=$("$EVTRIAGE" scan -q -f jsonl -r rules --rule "$rule" testdata/story testdata/story-dc testdata/story-old | wc -l)
"$EVTRIAGE" rules card -f text -r rules --evidence testdata/story --evidence testdata/story-dc \
    --evidence testdata/story-old "$rule" >"$work/card"
fault=
[ "$found" -gt 0 ] && grep -q "^Detections: *$found\$" "$work/card" || fault="scan finds $found: $(grep Detections "$work/card")"
result "the card counts what a scan finds" "$fault"
fault=
grep -q 'SRV-PRN-01.*could not: 4688 without command line' "$work/card" || fault=$(grep -A9 'In this evidence' "$work/card")
result "the card tells why a computer was silent" "$fault"
fault=
for want in 'What matched: *selection_dll: CommandLine contains "comsvcs"' 'record 184764, testdata/story/Security.evtx' \
    'Security 4688: 430 from 2026-.*, 378 of them with a command line'; do
    grep -q "$want" "$work/card" || fault="$fault no \"$want\""
done
result "the card tells what matched, where, and what there is" "$fault"
found=$("$EVTRIAGE" scan -q -f jsonl -r rules --rule "$rule" --from 2026-03-05T11:05:00Z --to 2026-03-05T11:20:00Z testdata/story | wc -l)
"$EVTRIAGE" rules card -f text -r rules --evidence testdata/story --from 2026-03-05T11:05:00Z \
    --to 2026-03-05T11:20:00Z "$rule" >"$work/card"
fault=
[ "$found" -gt 0 ] && grep -q "^Detections: *$found\$" "$work/card" || fault="scan finds $found: $(grep Detections "$work/card")"
result "a window of time narrows the card as it does a scan" "$fault"
if "$EVTRIAGE" --version --verbose | grep -q 'zip.*libarchive'; then
    (cd testdata && python3 -m zipfile -c "$work/story.zip" story/Security.evtx)
    "$EVTRIAGE" rules card -f text -r rules --evidence "$work/story.zip" "$rule" >"$work/card" 2>"$work/err"
    fault=
    grep -q 'record 184764, .*story.zip' "$work/card" || fault=$(cat "$work/err")
    result "evidence may lie in an archive" "$fault"
else
    skipped "evidence may lie in an archive" "built without libarchive"
fi
"$EVTRIAGE" rules card -f text --fields winlogbeat -r rules "Security Log Cleared" >"$work/card"
fault=
grep -q '^ *(*winlog.channel:"Security"' "$work/card" || fault=$(grep -A3 '^es-qs' "$work/card")
result "exports on the card take a mapping" "$fault"
"$EVTRIAGE" rules card -f text -r rules "Failed Logons, Then a Success" >"$work/card"
fault=
grep -q 'correlation: temporal_ordered' "$work/card" && grep -q 'EventID is "4625"' "$work/card" || fault=$(cat "$work/card")
result "the card of a correlation has the conditions of its rules" "$fault"
# Every tag of ATT&CK and CAR in the rules has its name.
fault=$("$EVTRIAGE" rules check -r rules 2>&1 | grep -E 'attack-unknown|car-unknown')
result "every tag of our pack resolves" "$fault"
shared=${EVTRIAGE_SHARED:-/nowhere}/sigma/rules/windows
if [ -d "$shared" ]; then
    folder "all rules of SigmaHQ" "$shared"
    fault=$("$EVTRIAGE" rules check -r "$shared" 2>&1 | grep -E 'attack-unknown|car-unknown')
    result "every tag of SigmaHQ's rules resolves" "$fault"
else
    skipped "all rules of SigmaHQ" "no shared data here"
fi
echo "1..$count"
exit $failed
