#!/bin/sh
# dump.sh - a dump is the same for any number of threads, is XML, and scans to the rows of its log.
#
# Over testdata/ with the rules of rules/, and over the shared logs with all of their rules.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${EVTRIAGE:-$srcdir/build/evtriage}
number=0
result() { # NAME DIFFERENCE
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        printf '%s\n' "$2" | sed -n '1,20s/^/# /p'
        echo "not ok $number - $1"
        bad=1
    fi
}

logs="$srcdir/testdata"
rules="$srcdir/rules"
if [ -n "$EVTRIAGE_SHARED" ] && [ -d "$EVTRIAGE_SHARED/corpus" ]; then
    logs="$logs $EVTRIAGE_SHARED/corpus"
    rules="$rules -r $EVTRIAGE_SHARED/sigma/rules"
fi

# shellcheck disable=SC2086 # several paths
for format in xml jsonl csv; do
    for threads in 1 2 7; do
        "$program" dump -q --recover -f $format -j $threads $logs >"$work/$threads" 2>/dev/null
    done
    result "$format is the same for 1, 2 and 7 threads" \
        "$(cmp "$work/1" "$work/2" 2>&1; cmp "$work/1" "$work/7" 2>&1)"
    mv "$work/1" "$work/all.$format"
done

result "the dump of all logs is one XML document" "$(python3 - "$work/all.xml" 2>&1 <<'END'
import sys, xml.parsers.expat
parser = xml.parsers.expat.ParserCreate()
parser.ParseFile(open(sys.argv[1], "rb"))
END
)"
result "each line of JSON is an object with event and source" \
    "$(python3 - "$work/all.jsonl" 2>&1 <<'END'
import json, sys
for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
    row = json.loads(line)
    if sorted(row) != ["event", "source"]:
        print(number, sorted(row))
END
)"

result "filters give what a selection of all lines gives" \
    "$(python3 - "$program" "$srcdir/testdata" 2>&1 <<'END'
import json, subprocess, sys
program, logs = sys.argv[1:]
def dump(*filters):
    run = subprocess.run([program, "dump", "-q", "-f", "jsonl", *filters, logs], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    return run.stdout.decode("utf-8").split("\n")[:-1]
lines = [(json.loads(line)["event"], line) for line in dump()]
for filters, wanted in [
    (["--event-id", "4688,1"], lambda e: e["event_id"] in (1, 4688)),
    (["--channel", "SECURITY"], lambda e: e["channel"] == "Security"),
    (["--channel", "System", "--channel", "Security"], lambda e: e["channel"] in ("System", "Security")),
    (["--computer", "ws-fin-07.corp.example"], lambda e: (e["computer"] or "").lower() == "ws-fin-07.corp.example"),
    (["--from", "2026-03-05T10:00:00Z", "--to", "2026-03-05T11:30:00Z"],
     lambda e: "2026-03-05T10:00:00.0000000Z" <= (e["time_created"] or "") <= "2026-03-05T11:30:00.0000000Z"),
    (["--event-id", "4688", "--from", "2026-03-05"],
     lambda e: e["event_id"] == 4688 and (e["time_created"] or "") >= "2026-03-05"),
]:
    mine, want = dump(*filters), [line for event, line in lines if wanted(event)]
    if mine != want or not 0 < len(want) < len(lines):
        print(filters, len(mine), "lines, not", len(want), "of", len(lines))
END
)"

# Rows without what tells the place: file, offset, also_in, origin. The comparison is of sets of
# rows: equal rows of two files are one row with also_in in one run and in the other. Control
# characters that XML cannot hold come back as U+FFFD.
rows() {
    python3 -c '
import csv, sys
seen = set()
lost = {0x2400 + c: 0xfffd for c in range(32) if c not in (9, 10, 13)}
for row in csv.DictReader(sys.stdin):
    for name in ("source_file", "source_offset", "also_in", "origin"):
        del row[name]
    seen.add("\t".join(row.values()).translate(lost))
print("\n".join(sorted(seen)))'
}
# The dump as one document and as bare events, in UTF-8 and in UTF-16 as Windows' programs save it.
# shellcheck disable=SC2086
"$program" dump -q $logs -o "$work/document-UTF-8.xml" 2>/dev/null
# shellcheck disable=SC2086
"$program" dump -q --xml-lines $logs -o "$work/events-UTF-8.xml" 2>/dev/null
sed '1s/"utf-8"/"utf-16"/' "$work/document-UTF-8.xml" | iconv -f UTF-8 -t UTF-16 >"$work/document-UTF-16.xml"
iconv -f UTF-8 -t UTF-16LE "$work/events-UTF-8.xml" >"$work/events-UTF-16LE.xml"
# shellcheck disable=SC2086
"$program" scan -q -f csv -r $rules $logs 2>/dev/null | rows >"$work/of-logs"
echo "# $(wc -l <"$work/of-logs") different rows"
[ "$(wc -l <"$work/of-logs")" -gt 10 ] || echo "too few" >>"$work/of-logs"
for form in document-UTF-8 events-UTF-8 document-UTF-16 events-UTF-16LE; do
    # shellcheck disable=SC2086
    "$program" scan -q -f csv -r $rules "$work/$form.xml" 2>/dev/null | rows >"$work/of-dump"
    result "the dump as $form scans to the rows of the logs" "$(diff "$work/of-logs" "$work/of-dump" 2>&1)"
    rm "$work/$form.xml"
done
echo "1..$number"
exit "${bad:-0}"
