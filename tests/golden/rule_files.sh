#!/bin/sh
# Folders of rules as they come: many files, links, huge ones, junk, devices; and regression trees.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
EVTRIAGE=${EVTRIAGE:-$srcdir/build/evtriage}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
count=0
failed=0

# expect NAME WANT GOT: one test.
expect() {
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
        return
    fi
    failed=1
    echo "not ok $count - $1"
    printf '%s\n' "want: $2" "got: $3" | sed 's/^/# /'
}

# rule N: a rule whose title and id have the number.
rule() {
    printf 'title: Rule %d\nid: 00000000-0000-4000-8000-%012d\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n    s:\n        Image|endswith: "\\\\%d.exe"\n    condition: s\n' "$1" "$1" "$1"
}

mkdir -p many/deep
i=0
while [ $i -lt 2000 ]; do
    rule $i >many/deep/r$i.yml
    i=$((i + 1))
done
expect "thousands of files load" "2000 rules usable, 0 refused" \
    "$("$EVTRIAGE" rules check many | tail -n 1 | cut -d, -f1-2)"

mkdir links
rule 1 >links/a.yml
ln -s . links/loop
ln -s ../links links/again
ln -s nowhere.yml links/broken.yml
ln -s a.yml links/same.yml
ln -s /dev/zero links/zero.yml
mkfifo links/pipe.yml
ln -s pipe.yml links/pipe2.yml
out=$(timeout 20 "$EVTRIAGE" rules check links 2>&1)
status=$?
expect "links, loops and pipes end" "4" "$status"
expect "linked rules load, each path once" "2 rules usable" "$(echo "$out" | tail -n 1 | cut -d, -f1)"
expect "a broken link is named" "1" "$(echo "$out" | grep -c 'links/broken.yml:0:0: error: cannot look at it')"

mkdir big
rule 1 >big/good.yml
{ rule 2; head -c 17000000 /dev/zero | tr '\0' '#'; } >big/huge.yml
{ printf 'a: &a [x,x,x,x,x,x,x,x,x]\n'
    last=a
    for name in b c d e f g h i; do
        printf '%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\n' $name $name $last $last $last $last $last $last $last $last $last
        last=$name
    done; } >big/bomb.yml
out=$(timeout 60 "$EVTRIAGE" rules check big 2>&1)
expect "a huge file and an alias bomb leave the others alone" "1 rules usable" \
    "$(echo "$out" | tail -n 1 | cut -d, -f1)"
expect "the huge file is named with its limit" "1" "$(echo "$out" | grep -c 'huge.yml:.*larger than 16 MiB')"
expect "the alias bomb is named" "1" "$(echo "$out" | grep -c 'bomb.yml:.*error')"

mkdir junk
rule 1 >junk/good.yml
cp "$srcdir/testdata/small/sysmon.evtx" junk/log.yml
printf 'title: \377\376\n' >junk/bytes.yml
printf '\000\000\000' >junk/nul.yml
: >junk/empty.yml
printf 'title: "\033]0;owned\007"\nlogsource: {category: process_creation, product: windows}\ndetection: {s: {Image: "\033[31m"}, condition: s and "\033[2J"}\n' >junk/escape.yml
out=$("$EVTRIAGE" rules check junk 2>&1)
expect "junk leaves the others alone" "1 rules usable" "$(echo "$out" | tail -n 1 | cut -d, -f1)"
expect "no escape sequence of a rule reaches the terminal" "0" "$(printf '%s' "$out" | tr -cd '\033\007' | wc -c)"

# Every fault of a file is told, and the rules around them run.
out=$("$EVTRIAGE" rules check "$srcdir/testdata/rules/ten_faults.yml" 2>&1)
expect "ten faults give ten messages" "10" "$(echo "$out" | grep -c ': error: ')"
expect "each message has its own line" "10" "$(echo "$out" | grep ': error: ' | cut -d: -f2 | sort -u | wc -l)"

# Other ages: global, repeat and reset; lists of authors; old tags and dates; CRLF and BOM.
mkdir old
cat >old/global.yml <<'YML'
action: global
title: Global
status: experimental
author: [one, two]
date: 2019/1/5
tags: [attack.t1086, attack.defense_evasion]
detection:
    condition: s
---
logsource: {product: windows, service: security}
detection: {s: {EventID: 4688}}
---
logsource: {product: windows, service: sysmon}
detection: {s: {EventID: 1}}
---
action: repeat
detection: {s: {EventID: 2}}
---
action: reset
---
title: Alone
logsource: {product: windows, service: system}
detection: {s: {EventID: 7045}, condition: s}
YML
{ printf '\357\273\277'; rule 7 | sed 's/$/\r/'; } >old/crlf.yml
expect "rules of other ages load" "5 rules usable, 0 refused" \
    "$("$EVTRIAGE" rules check old | tail -n 1 | cut -d, -f1-2)"
expect "global values and dates are read" "Global 2019-01-05 one, two" "$("$EVTRIAGE" rules show old/global.yml -f json |
    sed -n '1s/.*"title":"\([^"]*\)".*"author":"\([^"]*\)","date":"\([^"]*\)".*/\1 \3 \2/p')"

# A regression tree.
mkdir -p tree/one tree/two tree/three
id=00000000-0000-4000-8000-000000000099
cp "$srcdir/testdata/small/sysmon.evtx" tree/one/$id.evtx
cp "$srcdir/testdata/small/sysmon.evtx" tree/two/$id.evtx
rule 99 | sed 's/Image|endswith.*/Image: "*"/' >regress.yml
info() {
    printf 'id: x\nrule_metadata:\n    - id: %s\n      title: t\nregression_tests_info:\n    - name: hits\n      type: evtx\n      provider: wrong\n      match_count: %s\n      path: regression_data/one/%s.evtx\n' $id "$1" $id
}
hits=$("$EVTRIAGE" scan -q --keep-duplicates -f csv -r regress.yml tree/two | grep -c "$id")
info "$hits" >tree/one/info.yml
expect "a tree passes, by info.yml and by name" "2 regression tests passed, 0 failed, 0 left out" \
    "$("$EVTRIAGE" rules test -r regress.yml --regression tree | tail -n 1)"
info $((hits + 1)) >tree/one/info.yml
out=$("$EVTRIAGE" rules test -r regress.yml --regression tree)
expect "a hit too few fails with exit code 4" "4 1 regression tests passed, 1 failed, 0 left out" \
    "$? $(echo "$out" | tail -n 1)"
echo 'regression_tests_info: 3' >tree/three/info.yml
expect "a broken info.yml is named" "1" \
    "$("$EVTRIAGE" rules test -r regress.yml --regression tree 2>&1 | grep -c 'tree/three/info.yml:1:1: no list "rule_metadata"')"
if [ -d "${EVTRIAGE_SHARED:-/nowhere}/sigma/regression_data" ]; then
    sigma=$EVTRIAGE_SHARED/sigma
    expect "SigmaHQ's 91 pairs pass" "91 regression tests passed, 0 failed, 0 left out" \
        "$("$EVTRIAGE" rules test -r "$sigma/rules" -r "$sigma/rules-emerging-threats" -r "$sigma/rules-threat-hunting" \
            --regression "$sigma/regression_data" | tail -n 1)"
else
    expect "SigmaHQ's pairs are not here # SKIP" "" ""
fi
echo "1..$count"
exit $failed
