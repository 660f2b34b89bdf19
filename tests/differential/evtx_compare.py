"""evtx_compare.py - what other readers make of a log that the event writer made.

  evtx_compare.py EXPECTED.tsv READER PREFIX < LIST

READER is libevtx (evtxexport), rust (package evtx) or evtriage (its dump; EVTRIAGE names the program).
LIST names one file a
line, behind a tab the records (positions in EXPECTED.tsv) that it holds, as
"3" or "1-7". One line comes out for each record that differs:
POSITION<tab>what is different. Which differences are known stands in
testdata/WRITER.md; testdata/zoo/known.tsv has them for the test.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET


def unescape(text):
    back = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}
    return re.sub(r"\\(.)", lambda m: back[m.group(1)], text)


def expected(path):
    records = {}
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            position, name, kind, text = line.rstrip("\n").split("\t")
            records.setdefault(int(position), []).append((name, kind, unescape(text)))
    return records


def local(name):
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def flatten(element, path, rows):
    path = path + "/" + local(element.tag) if path else local(element.tag)
    for name, value in element.attrib.items():
        rows.append((path + "@" + local(name), value))
    if len(element) == 0:
        rows.append((path, "".join(element.itertext())))
    for child in element:
        flatten(child, path, rows)


def plain_tag(tag):
    """A tag without namespaces."""
    tag = re.sub(r"(</?)\w+:", r"\1", tag)
    tag = re.sub(r" xmlns(:\w+)?=\"[^\"]*\"", "", tag)
    return re.sub(r" \w+:(\w+=\")", r" \1", tag)


def parse(text):
    """An event's XML as rows, or the reason why there are none."""
    # Prefixes without declaration and control characters are no XML, but readers write them.
    text = re.sub(r"<[^<>]+>", lambda tag: plain_tag(tag.group()), text)
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda m: chr(0x2400 + ord(m.group())), text)
    text = text.replace("\r", "&#13;")
    try:
        rows = []
        flatten(ET.fromstring(text), "", rows)
        return rows
    except ET.ParseError as error:
        return "XML: %s" % error


def read_libevtx(path):
    run = subprocess.run(["evtxexport", "-f", "xml", path], capture_output=True, timeout=300)
    text = run.stdout.decode("utf-8", "replace")
    events = re.findall(r"<Event[ >].*?\n</Event>|<Event/>", text, re.S)
    return [parse(event) for event in events]


def read_rust(path):
    import evtx

    rows = []
    records = evtx.PyEvtxParser(path).records()
    while True:
        try:
            record = next(records)
        except StopIteration:
            return rows
        except RuntimeError as error:
            rows.append(str(error).split("stream.: ")[-1])
            continue
        text = re.sub(r"^<\?xml[^>]*\?>", "", record["data"])
        # This reader puts every end tag of an empty element on a line of its own.
        rows.append(parse(re.sub(r">\n *</", "></", text)))


def read_evtriage(path):
    run = subprocess.run([os.environ["EVTRIAGE"], "dump", "-q", "-f", "xml", "--xml-lines", path],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=300)
    return [parse(line) for line in run.stdout.decode("utf-8").split("\n") if line]


def number(text):
    return int(text, 16) if text.lower().startswith("0x") else int(text)


def same_int(kind, want, got, reader):
    want, got = number(want), number(got)
    if reader == "libevtx" and want < 0:
        bits = int(re.sub(r"\D", "", kind))
        want = -(want & ((1 << (bits - 1)) - 1))  # sign and magnitude
    return want == got


def same_time(want, got, reader):
    """To the digits that the reader writes: 9, or 6 cut off."""
    want = want.replace(" ", "T").rstrip("Z")
    got = got.replace(" ", "T").rstrip("Z")
    if reader == "rust":
        return want[:26].ljust(26, "0") == got[:26].ljust(26, "0")
    return want.ljust(29, "0") == got.ljust(29, "0")


def same(kind, want, got, reader):
    kind = kind.replace("[]", "")
    if want == got:
        return True
    try:
        if kind == "guid":
            return want.strip("{}").lower() == got.strip("{}").lower()
        if kind in ("hex32", "hex64", "size32") or re.fullmatch(r"[iu]\d+", kind):
            return same_int(kind, want, got, reader)
        if kind in ("filetime", "systemtime"):
            return same_time(want, got, reader)
        if kind in ("float", "double"):
            return abs(float(want) - float(got)) < 1e-5
    except ValueError:
        return False
    if kind in ("str", "ansi", "text"):
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda m: chr(0x2400 + ord(m.group())), want) == got
    return False


def difference(want, got, reader):
    if isinstance(got, str):
        return got
    for i, (name, kind, text) in enumerate(want):
        if i >= len(got):
            return "nothing for %s" % name
        if got[i][0] != name:
            return "%s where %s should be" % (got[i][0], name)
        if not same(kind, text, got[i][1], reader):
            return "%s (%s): %r is not %r" % (name, kind, got[i][1], text)
    return None if len(got) == len(want) else "more: %s" % got[len(want)][0]


def main():
    records = expected(sys.argv[1])
    reader = sys.argv[2]
    read = {"libevtx": read_libevtx, "rust": read_rust, "evtriage": read_evtriage}[reader]
    for line in sys.stdin:
        path, span = line.rstrip("\n").split("\t")
        first, _, last = span.partition("-")
        got = read(path)
        for i, position in enumerate(range(int(first), int(last or first) + 1)):
            what = "no record" if i >= len(got) else difference(records[position], got[i], reader)
            if what is not None:
                print("%d\t%s" % (position, what.replace("\n", " ")[:200]))


if __name__ == "__main__":
    main()
