"""out_formats.py FOLDER - checks what write_timeline put there; writes TAP.

The hostile texts are repeated here on purpose: what is expected does not come from the program.
"""
import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HOSTILE = [
    b"=cmd|' /C calc'!A0", b"+1", b"-2+3", b"@SUM(A1:A9)", b"\t=1", b"\r=1", b'say "hi", then go',
    b"one\r\ntwo\nthree", b"nul\0inside", b"\x01\x02\x1b[31mred\x1f\x7f",
    b"bad \xff\xfe\xc0\x80 utf-8 \xe2\x82", b"line\xe2\x80\xa8separator\xe2\x80\xa9paragraph",
    b"</script><script>document.title='hacked'</script>",
    b"<img src=x onerror=\"document.title='hacked'\">", b"<!-- <script> ]]> -->",
    b"surrogate \xed\xa0\x80 alone", b"c1 \xc2\x85\xc2\x9b controls",
    b"javascript:document.title='hacked'", b"\xf0\x9f\x92\xa5 astral \xc3\xa4\xc3\xb6",
    b"' onmouseover='document.title=1", b"&lt;b&gt; &amp; &#x41;", b"C:\\x\\n\\u0041\\",
    b"\xef\xbb\xbfbom first", b"; | = : -- {{7*7}} ${7*7}",
]
COLUMNS = (
    "timestamp,level,rule_title,rule_id,computer,channel,event_id,record_id,user,process_id,image,"
    "command_line,parent_process_id,parent_image,parent_command_line,logon_id,tactics,techniques,car,"
    "verdict,untested,matched,details,source_file,source_offset,also_in,origin,rule_file"
).split(",")
# Cells that hold the hostile text and nothing else.
HOSTILE_CELLS = (
    "rule_title rule_id computer channel user process_id image command_line parent_process_id "
    "parent_image parent_command_line logon_id untested source_file rule_file"
).split()

folder = sys.argv[1]
count = 0


def check(name, problems):
    global count
    count += 1
    for p in list(problems)[:20]:
        print("#", p.encode("ascii", "backslashreplace").decode())
    print("not ok" if problems else "ok", count, "-", name, flush=True)


def skip(name, why):
    global count
    count += 1
    print("ok", count, "-", name, "# SKIP", why, flush=True)


def read(name):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def repaired(b):
    """UTF-8 with U+FFFD for every byte that belongs to no character."""
    out, i = "", 0
    while i < len(b):
        for n in (1, 2, 3, 4):
            try:
                out += b[i:i + n].decode("utf-8")
                i += n
                break
            except UnicodeDecodeError:
                pass
        else:
            out += "\ufffd"
            i += 1
    return out


def pictures(s):
    def one(c):
        o = ord(c)
        return chr(0x2400 + o) if o < 32 else "\u2421" if o == 127 else "\ufffd" if 128 <= o < 160 else c
    return "".join(map(one, s))


def guarded(s):
    return "'" + s if s[:1] in ("=", "+", "-", "@", "\t", "\r") else s


def csv_cell(b):
    s = repaired(b)
    return ("'" if guarded(s) != s else "") + pictures(s)


def csv_rows(name, problems):
    raw = read(name)
    if not raw.endswith(b"\r\n") or raw.count(b"\n") != raw.count(b"\r\n"):
        problems.append(name + ": lines do not end in CRLF")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))
    if rows[0] != COLUMNS:
        problems.append(name + ": header is " + ",".join(rows[0]))
    problems += ["%s: row %d has %d cells" % (name, i, len(r)) for i, r in enumerate(rows) if len(r) != 28]
    return [dict(zip(COLUMNS, r)) for r in rows[1:]]


def check_csv():
    problems = []
    rows = csv_rows("hostile.csv", problems)
    if len(rows) != len(HOSTILE):
        problems.append("%d rows" % len(rows))
    for i, row in enumerate(rows):
        for c in HOSTILE_CELLS:
            if row[c] != csv_cell(HOSTILE[i]):
                problems.append("row %d %s: %r" % (i, c, row[c]))
        for c, cell in row.items():
            if re.search("[\x00-\x1f\x7f-\x9f]", cell) or cell[:1] in ("=", "+", "-", "@"):
                problems.append("row %d %s is not safe: %r" % (i, c, cell))
        if not row["also_in"].endswith("; and 3 more"):
            problems.append("row %d also_in: %r" % (i, row["also_in"]))
    check("hostile values come back from CSV, safe for spreadsheets", problems)
    problems = []
    rows = csv_rows("plain.csv", problems)
    if len(rows) != 1500:
        problems.append("%d rows" % len(rows))
    first = rows[0]
    want = {
        "timestamp": "2020-02-18T10:11:12.1234567Z", "event_id": "4688", "record_id": "1000",
        "tactics": "TA0007: Discovery", "car": "CAR-2016-03-001: Host Discovery Commands",
        "techniques": "T1082: System Information Discovery; T1033: System Owner/User Discovery",
        "verdict": "unfiltered", "untested": "ParentCommandLine", "origin": "active", "process_id": "4000",
        "details": "Process created: C:\\Windows\\System32\\whoami.exe | SubjectUserName=j.doe | "
                   "SubjectDomainName=CORP | TokenElevationType=%%1936 (full token) | "
                   "Provider_Name=Microsoft-Windows-Security-Auditing",
        "matched": 'selection: CommandLine contains "whoami"', "logon_id": "0x3e7",
    }
    problems += ["%s: %r" % (c, first[c]) for c in want if first[c] != want[c]]
    retired = [r for r in rows if r["rule_title"].startswith("PowerShell")]
    if retired[0]["techniques"] != "T1086 (now T1059.001: PowerShell)":
        problems.append(retired[0]["techniques"])
    times = [r["timestamp"] for r in rows]
    if not all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", t) for t in times):
        problems.append("a timestamp has another form")
    check("CSV cells say what evtriage-output(5) promises", problems)


def json_lines(name):
    raw = read(name)
    return [json.loads(line) for line in raw.decode("utf-8").split("\n")[:-1]]


def check_jsonl():
    problems = []
    for i, o in enumerate(json_lines("hostile.jsonl")):
        t = repaired(HOSTILE[i])
        got = [o["rule"]["title"], o["rule"]["tags"][0], o["rule"]["references"][0], o["event"]["computer"],
               o["event"]["message"], o["process"]["command_line"], o["process"]["parent"]["image"],
               o["matched"][0]["pattern"], o["matched"][0]["modifier"], o["source"]["file"],
               o["source"]["also_in"][0], o["verdict"]["untested"][0]["selection"],
               o["event"]["data"]["CommandLine"]]
        if set(got) != {t}:
            problems.append("row %d: %r" % (i, got))
        if o["event"]["data"].get(t) != [t, "twice"]:
            problems.append("row %d: a repeated name is no array: %r" % (i, o["event"]["data"]))
        if o["event"]["meaning"].get(t) != t or o["source"]["also_in_more"] != 3:
            problems.append("row %d: meaning or also_in_more" % i)
    check("hostile values come back from JSON lines", problems)
    problems = []
    rows = json_lines("plain.jsonl")
    o = rows[0]
    order = ["timestamp", "level", "rule", "attack", "car", "event", "process", "verdict", "matched", "source",
             "events", "events_more"]
    if list(o) != order:
        problems.append("members: " + ",".join(o))
    if list(o["rule"]) != "id title status author description tags references falsepositives file".split():
        problems.append("rule: " + ",".join(o["rule"]))
    numbers = [o["event"]["event_id"], o["event"]["record_id"], o["process"]["id"], o["process"]["parent"]["id"],
               o["source"]["offset"], o["source"]["chunk"], o["source"]["record_number"], o["matched"][0]["offset"]]
    if not all(type(n) is int for n in numbers) or o["process"]["id"] != 4000:
        problems.append("numbers: %r" % numbers)
    for row in rows:
        for m in row["matched"]:
            value = row["event"]["data"].get(m["field"])
            if isinstance(value, str) and m["length"]:
                part = value.encode()[m["offset"]:m["offset"] + m["length"]].decode()
                if part != m["pattern"]:
                    problems.append("matched %r is %r" % (m["pattern"], part))
        for t in row["attack"]["techniques"]:
            if t["tag"] == "attack.t1086" and (t["id"], t["name"], t["current"]) != ("T1059.001", "PowerShell", False):
                problems.append("technique: %r" % t)
    check("JSON lines have the members of evtriage-output(5)", problems)
    if not shutil.which("node"):
        return skip("node reads the same", "node not found")
    script = ("const l=require('fs').readFileSync(process.argv[1],'utf8').split('\\n').slice(0,-1);"
              "console.log(JSON.stringify(l.map(x=>JSON.parse(x).rule.title)))")
    done = subprocess.run(["node", "-e", script, os.path.join(folder, "hostile.jsonl")], capture_output=True)
    titles = json.loads(done.stdout) if done.returncode == 0 else done.stderr.decode()
    check("node reads the same", [] if titles == [repaired(b) for b in HOSTILE] else [repr(titles)])


class Page(html.parser.HTMLParser):
    """Elements, cells of the plain table, and the text of scripts and styles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.blocks, self.rows = [], [], []
        self.block = self.cell = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            self.block = (tag, dict(attributes), [])
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.cell = []

    def handle_endtag(self, tag):
        if tag in ("script", "style") and self.block:
            self.blocks.append((self.block[0], self.block[1], "".join(self.block[2])))
            self.block = None
        if tag == "td" and self.cell is not None:
            self.rows[-1].append("".join(self.cell))
            self.cell = None

    def handle_data(self, data):
        if self.block:
            self.block[2].append(data)
        if self.cell is not None:
            self.cell.append(data)


LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "style", "ping", "manifest"}


def check_no_loads(name, page, text):
    problems = []
    for tag, attributes in page.elements:
        bad = [a for a in attributes if a in LOADS or a.startswith("on") or (a == "href" and attributes[a] != "#timeline")]
        if bad or tag in ("link", "img", "iframe", "object", "embed", "base", "video", "audio"):
            problems.append("<%s %r>" % (tag, attributes))
    style = [b for b in page.blocks if b[0] == "style"][0][2]
    if re.search(r"url\(|@import|expression", style):
        problems.append("the style refers to something")
    check(name + " loads nothing", problems)
    policy = [a["content"] for t, a in page.elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    problems = [] if policy and policy[0].startswith("default-src 'none';") else ["policy: %r" % policy]
    for tag, attributes, body in page.blocks:
        digest = "sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        if attributes.get("type") != "application/json" and "'%s'" % digest not in policy[0]:
            problems.append("%s is not allowed by the policy" % tag)
    check(name + " allows its own script and style, by hash", problems)


def page_rows(page):
    meta = json.loads([b[2] for b in page.blocks if b[1].get("id") == "meta"][0])
    rows = []
    for b in page.blocks:
        if b[1].get("class") == "rows":
            rows += json.loads(b[2])
    return meta, rows


def check_html():
    for name, n in (("hostile.html", len(HOSTILE)), ("plain.html", 1500)):
        text = read(name).decode("utf-8")
        page = Page(text)
        check_no_loads(name, page, text)
        meta, rows = page_rows(page)
        problems = [] if len(rows) == n else ["%d rows" % len(rows)]
        plain = [r for r in page.rows if len(r) == 9 and r[0].startswith("2020-")]
        if len(plain) != min(n, 1000):
            problems.append("%d rows without scripts" % len(plain))
        if name == "hostile.html":
            for i, row in enumerate(rows):
                t = repaired(HOSTILE[i])
                got = [row["m"], row["p"], row["d"][0][0], row["d"][1][1], meta["rules"][str(row["r"])]["rule"]["title"]]
                if set(got) != {t}:
                    problems.append("row %d: %r" % (i, got))
                if plain[i][2] != pictures(t) or plain[i][8] != pictures(t):
                    problems.append("plain row %d: %r" % (i, plain[i]))
        elif "Left out: " not in text:
            problems.append("rows are left out without a word")
        check(name + " holds every row, as text", problems)
        if shutil.which("tidy"):
            done = subprocess.run(["tidy", "-e", "-q", os.path.join(folder, name)], capture_output=True)
            check(name + " is clean HTML", done.stderr.decode().splitlines())
        else:
            skip(name + " is clean HTML", "tidy not found")


def browser_dom(chromium, address):
    profile = tempfile.mkdtemp()
    try:
        done = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--window-size=1400,1200",
             "--virtual-time-budget=5000", "--user-data-dir=" + profile, "--dump-dom", address],
            capture_output=True, timeout=120)
        return done.stdout.decode("utf-8", "replace")
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def check_browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        skip("a browser shows the page", "chromium not found")
        return skip("a browser runs nothing of a hostile page", "chromium not found")
    dom = browser_dom(chromium, "file://%s/plain.html#row=3" % folder)
    wanted = {
        "the count of rows": ">1,500 rows<", "the levels": '<label class="critical">', "the chart": "<svg",
        "the details": "<h3>Why it matched</h3>", "the marked text": "<mark>", "the technique": "attack.mitre.org/techniques/T1"}
    problems = ["missing: " + w for w in wanted if wanted[w] not in dom]
    if 'id="plain"' in dom or dom.count('class="row"') > 120:
        problems.append("the table is not drawn in part")
    check("a browser shows the page", problems)
    problems = []
    dom = browser_dom(chromium, "file://%s/hostile.html#row=12" % folder)
    page = Page(dom)
    if "<title>24 detections - evtriage</title>" not in dom:
        problems.append("the title changed")
    if [e for e in page.elements if e[0] == "img"] or ">24 rows<" not in dom:
        problems.append("an element came out of a value, or rows are missing")
    links = [a["href"] for t, a in page.elements if t == "a" and a.get("href") != "#timeline"]
    if links:
        problems.append("links: %r" % links)
    check("a browser runs nothing of a hostile page", problems)


def check_manifest():
    m = json.loads(read("plain.manifest.json"))
    problems = []
    if m["inputs"][1].get("path_hex") != b"case/\xe4.evtx".hex() or "path_hex" in m["inputs"][0]:
        problems.append("path_hex: %r" % m["inputs"][1])
    program = hashlib.sha256(open(os.environ.get("builddir", ".") + "/tests/unit/write_timeline", "rb").read())
    if m["program"]["sha256"] != program.hexdigest() and not os.environ.get("VALGRIND"):
        problems.append("sha256 of the program: " + m["program"]["sha256"])
    t = m["total"]
    if t["records"] != t["events"] + t["skipped"] + t["unreadable"]:
        problems.append("records do not add up")
    for key in ("program", "command_line", "run", "inputs", "total", "events", "rules", "rows", "notices", "outputs"):
        if key not in m:
            problems.append("no " + key)
    if m["rows"]["hidden"]["level"] != 41 or m["rules"]["refused"]["unsupported"] != 2:
        problems.append("hidden rows or refused rules")
    check("the manifest says what the run was made of", problems)


check_csv()
check_jsonl()
check_html()
check_browser()
check_manifest()
print("1..%d" % count)
