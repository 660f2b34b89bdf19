#!/bin/sh
# The rule of the page that the project was created from: taken out of the page as it stands, it
# loads and fires on the sample logs, on Security 4688 and on Sysmon 1, with its tags resolved.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
page=$(ls "${EVTRIAGE_SHARED:-/nowhere}"/seed/000_*.txt 2>/dev/null | head -n 1)
if [ -z "$page" ]; then
    echo "1..0 # SKIP the shared data is not here"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^### Sigma rule/ { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' \
    "$page" >"$work/seed.yml"
"$EVTRIAGE" scan --quiet -r "$work/seed.yml" -o "$work/t.csv" "$srcdir/testdata/story"

result() { # NAME COMMAND...
    n=$((${n:-0} + 1))
    name=$1
    shift
    if "$@" >/dev/null; then echo "ok $n - $name"; else
        echo "not ok $n - $name"
        bad=1
    fi
}
result "the rule is the seed's" grep -q '^id: 646ea171-dded-4578-8a4d-65e9822892e3' "$work/seed.yml"
result "it fires on Security 4688" grep -E '^[^,]*,high,Process Dump via Rundll32.*,Security,4688,' "$work/t.csv"
result "it fires on Sysmon 1" \
    grep -E '^[^,]*,high,Process Dump via Rundll32.*,Microsoft-Windows-Sysmon/Operational,1,' "$work/t.csv"
result "its tactic has today's name" grep -F 'TA0006: Credential Access' "$work/t.csv"
result "its CAR id has its title" \
    grep -F 'CAR-2013-05-009: Running executables with same hash and different names' "$work/t.csv"
echo "1..$n"
exit "${bad:-0}"
