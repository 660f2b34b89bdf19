"""readers.py - `evtriage dump` against other readers, record by record.

  readers.py PROGRAM READER < LOGS

READER is libevtx (evtxexport) or rust (package evtx). LOGS names one file a line. Three lines of
counts come out, then a line for each record that READER returns as active and the dump lacks, and
for each kind of value that differs for a reason that is not known:
  missing<tab>LOG<tab>record
  value<tab>LOG<tab>record<tab>path<tab>value of READER<tab>value of the dump
What is known stands in doc/decoders.md, section "Other programs".
"""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict

from evtx_compare import flatten, plain_tag

import xml.etree.ElementTree as ET

HEX = re.compile(r"0x[0-9a-f]+")
NUMBER = re.compile(r"-?\d+")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)?")
GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
FLOAT = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")


def rows_of(text):
    """Paths and values of an event's XML; a string when it is none."""
    text = re.sub(r"<[^<>]+>", lambda tag: plain_tag(tag.group()), text)
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(x[01]?[0-9a-fA-F]|[012]?[0-9]);",
                  lambda m: m.group() if m.group() in ("&#13;", "&#10;", "&#9;", "&#xD;", "&#xA;", "&#x9;")
                  else "\ufffd", text)
    rows = []
    try:
        flatten(ET.fromstring(text.replace("\r", "&#13;")), "", rows)
    except ET.ParseError as error:
        return "no XML: %s" % error
    return rows


def ours(program, log, *more):
    lines = [subprocess.run([program, "dump", "-q", "-j", "1", *more, "-f", *form, log], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=False).stdout.decode("utf-8").split("\n")
             for form in (["jsonl"], ["xml", "--xml-lines"])]
    heads = [json.loads(line) for line in lines[0][:-1]]
    if len(heads) != len(lines[1]) - 1:
        raise SystemExit("%s: JSON lines and XML have different numbers of events" % log)
    return [(head, text) for head, text in zip(heads, lines[1])]


def libevtx(log):
    """Every record that evtxexport prints: its EventRecordID and XML. It stops where it cannot go on."""
    run = subprocess.run(["evtxexport", "-f", "xml", log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         check=False, timeout=300)
    text = run.stdout.decode("utf-8", "replace")
    for event in re.findall(r"<Event[ >].*?\n</Event>|<Event/>", text, re.S):
        record_id = re.search(r"<EventRecordID>(\d+)<", event)
        yield int(record_id.group(1)) if record_id else 0, event


def rust(log):
    import evtx

    try:
        records = evtx.PyEvtxParser(log).records()
    except (RuntimeError, OSError):
        return
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except RuntimeError:
            continue
        # This reader puts every end tag of an empty element on a line of its own.
        yield record["event_record_id"], re.sub(r">\n *</", "></", re.sub(r"^<\?xml[^>]*\?>", "", record["data"]))


def same(theirs, mine, reader):
    if theirs == mine:
        return "equal"
    if GUID.fullmatch(theirs) and theirs.strip("{}").lower() == mine.strip("{}").lower():
        return "GUID without braces or in other letters"
    if TIME.fullmatch(theirs) and TIME.fullmatch(mine):
        short, long = sorted((re.sub(r"( UTC|Z)", "", t).replace(" ", "T").rstrip("0") for t in (theirs, mine)), key=len)
        if long.startswith(short) or (reader == "rust" and long[:26] == short[:26]):
            return "digits of a time"
    if HEX.fullmatch(theirs.lower()) and HEX.fullmatch(mine.lower()) and int(theirs, 16) == int(mine, 16):
        return "zeros or letters of a hex number"
    if NUMBER.fullmatch(theirs) and HEX.fullmatch(mine.lower()) and int(theirs) == int(mine, 16):
        return "SizeT in decimal"
    if reader == "libevtx" and NUMBER.fullmatch(theirs) and NUMBER.fullmatch(mine) and int(mine) < 0 and \
            any(int(theirs) == -(int(mine) & ((1 << bits) - 1)) for bits in (7, 15, 31, 63)):
        return "sign and magnitude"
    if FLOAT.fullmatch(theirs) and FLOAT.fullmatch(mine) and abs(float(theirs) - float(mine)) <= 1e-5 * abs(float(mine)):
        return "form of a floating-point number"
    squeeze = lambda s: re.sub(r"[\ufffd\s]+", " ", s).strip()
    if squeeze(theirs) == squeeze(mine):
        return "blanks, line ends, control characters"
    return None


def names(rows):
    return [path for path, _ in rows]


def compare(theirs, mine, reader, kinds):
    """What differs for an unknown reason: (path, theirs, mine); None: nothing."""
    a, b = rows_of(theirs), rows_of(mine)
    if isinstance(b, str):
        return "dump", "", b
    if isinstance(a, str):
        kinds["records that are no XML there"] += 1
        return None
    if names(a) != names(b):
        # Elements whose value is NULL are left out by Windows.
        kinds["events with elements of NULL values"] += 1
        a, b = ([row for row in rows if row[1]] for rows in (a, b))
    if names(a) != names(b):
        rest = Counter(x[0] for x in b)
        rest.subtract(Counter(x[0] for x in a))
        return "names", " ".join(sorted(k for k, n in rest.items() if n < 0)), \
            " ".join(sorted(k for k, n in rest.items() if n > 0))
    for (path, x), (_, y) in zip(a, b):
        kind = same(x, y, reader)
        if kind is None:
            return path, x, y
        kinds[kind] += 1
    return None


def key(head, reader):
    return head["source"]["record_number"] if reader == "rust" else head["event"]["record_id"] or 0


def main():
    program, reader = sys.argv[1], sys.argv[2]
    read = {"libevtx": libevtx, "rust": rust}[reader]
    counts, kinds, lines = Counter(), Counter(), []
    for log in sys.stdin.read().split("\n")[:-1]:
        mine = defaultdict(list)
        for head, text in ours(program, log):
            mine[key(head, reader)].append(text)
            counts["dump"] += 1
        recovered = None
        for number, theirs in read(log):
            counts[reader] += 1
            if not mine[number]:
                recovered = recovered or {key(head, reader) for head, _ in ours(program, log, "--recover")}
                if number in recovered:
                    counts["dump --recover only"] += 1
                    continue
                lines.append("missing\t%s\t%d" % (log, number))
                continue
            # Several records of one number: the one that is most alike.
            bad = None
            for i, text in enumerate(mine[number]):
                bad = compare(theirs, text, reader, kinds)
                if bad is None:
                    del mine[number][i]
                    break
            else:
                lines.append("value\t%s\t%d\t%s\t%.200r\t%.200r" % (log, number, *bad))
                del mine[number][0]
            counts["both"] += 1
        left = sum(len(texts) for texts in mine.values())
        if left:
            print("only in the dump: %d of %s" % (left, log))
    print("records: " + ", ".join("%s %d" % item for item in sorted(counts.items())))
    print("values: " + ", ".join("%s %d" % item for item in sorted(kinds.items())))
    print("\n".join(lines))


main()
