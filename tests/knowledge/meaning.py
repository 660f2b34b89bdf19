"""Queries select the events that the matcher selects.

Usage: meaning.py EVTRIAGE [--targets a,b] [--sample N] [--differences FILE] RULES... -- LOGS...

The truth is `evtriage scan` over the logs. The same logs are dumped as JSON lines and as a database; each
rule's query is run over them: grep, jq and sqlite by the real programs, the query_string family by the
PyPI package luqum (a parser that knows nothing of us) and an evaluator for keyword fields, splunk,
logpoint and ES|QL by the small evaluators of languages.py. Prints a line a target. Fails when a query
selects an event that the rule does not (wider), or misses one outside of the classes below.

What may differ, each counted:
  narrow   a source of the category that the query says it leaves out (4657, 5156, 5861; 4688 in part)
  script   script blocks of several 4104, which evtriage matches as one text
  several  ES|QL: events in which a field occurs more than once; it tests none of the values
  long     Elasticsearch's and OpenSearch's own keyword fields: a value of more than 256 characters
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import languages  # noqa: E402

ALL = ["grep", "jq", "sqlite", "es-qs", "graylog", "opensearch-lucene", "xpack-watcher", "splunk", "logpoint",
       "elastic-esql"]
LIMITED = ("es-qs", "opensearch-lucene", "xpack-watcher")
JOINED = 4104


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, **more).stdout


def arguments(argv):
    options = {"targets": ALL, "sample": 1}
    while argv and argv[0].startswith("--") and argv[0] != "--":
        name = argv.pop(0)[2:]
        value = argv.pop(0)
        options[name] = value.split(",") if name == "targets" else int(value)
    at = argv.index("--")
    return options, argv[:at], argv[at + 1:]


class Events:
    """The dumped events: lines, objects, and their keys (file, offset)."""

    def __init__(self, program, logs, sample):
        lines = run([program, "dump", "-q", "-f", "jsonl"] + logs).decode("utf-8").split("\n")
        self.lines = [line for line in lines if line][::sample]
        self.objects = [json.loads(line) for line in self.lines]
        self.keys = [(o["source"]["file"], o["source"]["offset"]) for o in self.objects]
        self.sample = sample
        self.known = set(self.keys)
        self.kind = {k: (o["event"]["channel"], o["event"]["event_id"]) for k, o in zip(self.keys, self.objects)}
        self.several = {k for k, o in zip(self.keys, self.objects)
                        if any(len(v) > 1 for v in languages.sigma_document(o["event"]).values())}
        self.long = {k for k, o in zip(self.keys, self.objects)
                     if any(languages.is_long(t) for v in languages.sigma_document(o["event"]).values() for t in v)}


def single_rules(paths, folder):
    """Copies without correlations: what these refer to makes rows of its own then."""
    for n, path in enumerate(paths):
        files = [path] if os.path.isfile(path) else [
            os.path.join(at, name) for at, _, names in os.walk(path) for name in names if name.endswith(".yml")]
        for i, name in enumerate(sorted(files)):
            with open(name, encoding="utf-8") as f:
                documents = re.split(r"^---.*$", f.read(), flags=re.M)
            kept = [d for d in documents if not re.search(r"^correlation:", d, flags=re.M)]
            with open(os.path.join(folder, "%d-%05d-%s" % (n, i, os.path.basename(name))), "w",
                      encoding="utf-8") as f:
                f.write("\n---\n".join(kept))
    return [folder]


def truth(program, rules, logs, known):
    """(rule file, document order) is not in a row: rules are told apart by id and title."""
    found = collections.defaultdict(set)
    command = [program, "scan", "-q", "-f", "jsonl", "--keep-duplicates", "--context"]
    for path in rules:
        command += ["-r", path]
    for line in run(command + logs).split(b"\n"):
        if not line:
            continue
        row = json.loads(line)
        key = (row["source"]["file"], row["source"]["offset"])
        if key in known:
            found[(row["rule"]["id"], row["rule"]["title"])].add(key)
    return found


def exports(program, target, rules, *more):
    command = [program, "rules", "export", "-q", "--target", target, "-f", "jsonl", "--all", *more]
    for path in rules:
        command += ["-r", path]
    return [json.loads(line) for line in run(command).split(b"\n") if line]


# --- the real programs ----------------------------------------------------------------------------

def by_grep(events, queries, _program, _logs):
    """Every line of every kind of event that the query's words may be about, and some of all others."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lines")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in events.lines)
        for i, query in enumerate(queries):
            script = os.path.join(folder, "query.sh")
            with open(script, "w", encoding="utf-8") as f:
                f.write(query + " -n -a " + path + "\n")
            done = subprocess.run(["sh", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            if done.returncode > 1 or done.stderr:
                yield i, done.stderr.decode()[:200] or "exit %d" % done.returncode
                continue
            yield i, {events.keys[int(line.split(b":", 1)[0]) - 1] for line in done.stdout.split(b"\n") if line}


def by_jq(events, queries, _program, _logs):
    """One program for many queries: their preludes are the same."""
    prelude, marker = None, "\nselect("
    for start in range(0, len(queries), 200):
        part = queries[start:start + 200]
        tests = []
        for i, query in enumerate(part):
            head, body = query.split(marker, 1)
            assert prelude in (None, head), "preludes differ"
            prelude = head
            # A function each: jq limits the length of one.
            tests.append("def R%d: if (%s then %d else empty end;" % (i, body, start + i))
        program = "%s\n%s\n[0, .source.offset, .source.file, (%s)]" % (
            prelude, "\n".join(tests), ", ".join("R%d" % i for i in range(len(part))))
        with tempfile.NamedTemporaryFile("w", suffix=".jq", encoding="utf-8") as f:
            f.write(program)
            f.flush()
            done = subprocess.run(["jq", "-c", "-f", f.name], input="\n".join(events.lines).encode(),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode or done.stderr:
            for i in range(len(part)):
                yield start + i, done.stderr.decode()[:300]
            continue
        found = collections.defaultdict(set)
        for line in done.stdout.split(b"\n"):
            if line:
                row = json.loads(line)
                for i in row[3:]:
                    found[i].add((row[2], row[1]))
        for i in range(len(part)):
            yield start + i, found[start + i]


def by_sqlite(events, queries, program, logs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "events.sqlite")
        subprocess.run([program, "dump", "-q", "-o", path] + logs, check=False)
        script = [".mode json", ".bail off", "DELETE FROM event WHERE (id - 1) %% %d;" % events.sample,
                  "DELETE FROM field WHERE event_id NOT IN (SELECT id FROM event);"]
        for i, query in enumerate(queries):
            script += [".print @%d" % i, query]
        done = subprocess.run(["sqlite3", path], input="\n".join(script).encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.stderr:
            print("# sqlite3:", done.stderr.decode()[:500])
        text = done.stdout.decode("utf-8")
        seen = set()
        for part in re.split(r"^@", text, flags=re.M)[1:]:
            number, _, rows = part.partition("\n")
            seen.add(int(number))
            rows = json.loads(rows) if rows.strip() else []
            yield int(number), {k for k in ((r["source_file"], r["source_offset"]) for r in rows)
                                if k in events.known}
        for i in set(range(len(queries))) - seen:
            yield i, "no answer"


# --- evaluators -----------------------------------------------------------------------------------

def by_evaluator(parse, fields):
    """parse(query) gives a function of a document; fields(event) makes the document."""
    def evaluate(events, queries, _program, _logs):
        documents = [fields(o["event"]) for o in events.objects]
        for i, query in enumerate(queries):
            try:
                holds = parse(query)
                yield i, {k for k, d in zip(events.keys, documents) if holds(d)}
            except Exception as fault:  # pylint: disable=broad-except
                yield i, "%s: %s" % (type(fault).__name__, str(fault)[:200])
    return evaluate


def evaluators(targets):
    table = {"grep": by_grep, "jq": by_jq, "sqlite": by_sqlite,
             "splunk": by_evaluator(languages.splunk, languages.splunk_document),
             "logpoint": by_evaluator(languages.logpoint, languages.logpoint_document),
             "elastic-esql": by_evaluator(languages.esql, languages.sigma_document)}
    try:
        lucene = languages.lucene()
    except ImportError:
        print("# skipped: the query_string family needs the Python package luqum")
        return {t: table[t] for t in targets if t in table}
    table["opensearch-lucene"] = by_evaluator(lucene, languages.keyword_document)
    table["es-qs"] = by_evaluator(lucene, languages.keyword_document_es)
    table["xpack-watcher"] = by_evaluator(lambda w: lucene(languages.watch_query(w)), languages.keyword_document_es)
    table["graylog"] = by_evaluator(lucene, languages.sigma_document)
    return {t: table[t] for t in targets}


# --- comparing ------------------------------------------------------------------------------------

def compare(events, target, rules, want, answers):
    count = collections.Counter()
    faults = []
    for i, found in answers:
        rule = rules[i]
        name = (rule["id"], rule["title"])
        if isinstance(found, str):
            faults.append("%s: %s: fault: %s" % (target, rule["title"], found))
            continue
        expected = want.get(name, set())
        count["queries"] += 1
        count["hits"] += len(found & expected)
        for key in sorted(found - expected):
            if events.kind[key][1] == JOINED:
                count["script"] += 1
                continue
            count["wider"] += 1
            faults.append("%s: %s: wider: %s" % (target, rule["title"], key))
        for key in sorted(expected - found):
            kind = events.kind[key]
            if rule["narrow"] and kind[1] in (4657, 5156, 5861, 4688):
                count["narrow"] += 1
            elif kind[1] == JOINED:
                count["script"] += 1
            elif target == "elastic-esql" and key in events.several:
                count["several"] += 1
            elif target in LIMITED and key in events.long:
                count["long"] += 1
            else:
                count["missed"] += 1
                faults.append("%s: %s: missed: %s" % (target, rule["title"], key))
    print("%-18s queries %5d  hits %6d  wider %3d  missed %3d  narrow %4d  script %3d  several %3d  long %4d" % (
        target, count["queries"], count["hits"], count["wider"], count["missed"], count["narrow"], count["script"],
        count["several"], count["long"]),
          flush=True)
    return faults


def main():
    program = sys.argv[1]
    options, rules, logs = arguments(sys.argv[2:])
    with tempfile.TemporaryDirectory() as folder:
        return check(program, options, single_rules(rules, folder), logs)


def check(program, options, rules, logs):
    events = Events(program, logs, options["sample"])
    want = truth(program, rules, logs, events.known)
    print("# %d events, %d rules hit" % (len(events.lines), len(want)))
    faults = []
    more = {"elastic-esql": ["--fields", "sigma"]}
    for target, evaluate in evaluators(options["targets"]).items():
        able = [r for r in exports(program, target, rules, *more.get(target, []))
                if r["query"] and not languages.is_correlation(r["query"])]
        faults += compare(events, target, able, want, evaluate(events, [r["query"] for r in able], program, logs))
    for fault in faults[:40]:
        print("#", fault)
    if len(faults) > 40:
        print("# ... and %d more" % (len(faults) - 40))
    return 1 if faults or not events.lines else 0


if __name__ == "__main__":
    sys.exit(main())
