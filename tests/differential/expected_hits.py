#!/usr/bin/env python3
"""Compares our hits over the shared corpora with those of an independent, slow matcher.

Usage: expected_hits.py EVTRIAGE SHARED DIFFERENCES [--all]
Every difference must belong to a class of DIFFERENCES (doc/expected-differences.md): a table row
`| corpus | side | rule id or * | file or * | record or * | reason |`, side `ours` (we have it, they
do not) or `theirs`. Prints TAP: one test a corpus, one for each class that explains nothing.
--all prints every unexplained difference.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

CORPORA = ("attack-samples", "deepblue", "mitre")


def our_hits(evtriage, shared, corpus):
    root = os.path.join(shared, "corpus", corpus)
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "out.jsonl")
        run = subprocess.run(
            [evtriage, "scan", "--quiet", "--keep-duplicates", "-o", out,
             "-r", os.path.join(shared, "sigma/rules/windows"), root],
            stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if run.returncode not in (0, 3):
            sys.exit(f"Bail out! scan ended with {run.returncode}: {run.stderr.decode()}")
        hits = {}
        with open(out, encoding="utf-8") as rows:
            for line in rows:
                row = json.loads(line)
                file = os.path.relpath(row["source"]["file"], root)
                key = (file, str(row["event"].get("record_id", "")), row["rule"]["id"])
                hits[key] = (row["event"].get("event_id"), row["verdict"]["kind"])
        return hits


def their_hits(shared, corpus):
    hits = {}
    with open(os.path.join(shared, "expected", f"hits-{corpus}.tsv"), encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            hits[(row["evtx"], row["record_id"], row["rule_id"])] = (row["eid"], row["title"])
    return hits


def read_classes(path):
    classes = []
    with open(path, encoding="utf-8") as text:
        for line in text:
            cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
            if len(cells) == 6 and cells[1] in ("ours", "theirs"):
                classes.append(cells)
    return classes


def explains(cls, corpus, side, key):
    file, record, rule = key
    return all(want in ("*", have) for want, have in
               zip(cls[:5], (corpus, side, rule, file, record)))


def main():
    evtriage, shared, differences = sys.argv[1:4]
    classes = read_classes(differences)
    used = [0] * len(classes)
    results = []
    for corpus in CORPORA:
        ours, theirs = our_hits(evtriage, shared, corpus), their_hits(shared, corpus)
        unexplained = []
        for side, keys, have in (("ours", set(ours) - set(theirs), ours),
                                 ("theirs", set(theirs) - set(ours), theirs)):
            for key in sorted(keys):
                for i, cls in enumerate(classes):
                    if explains(cls, corpus, side, key):
                        used[i] += 1
                        break
                else:
                    unexplained.append((side, *key, *have[key]))
        print(f"# {corpus}: ours {len(ours)}, theirs {len(theirs)}, "
              f"both {len(set(ours) & set(theirs))}, unexplained {len(unexplained)}")
        for row in unexplained if "--all" in sys.argv else unexplained[:20]:
            print("#", *row, sep="\t")
        results.append((not unexplained, f"{corpus}: every difference is explained"))
    for count, cls in zip(used, classes):
        results.append((count > 0, f"class occurs ({count}): {' '.join(cls[:5])}"))
    for number, (good, name) in enumerate(results, 1):
        print("ok" if good else "not ok", number, "-", name)
    print(f"1..{len(results)}")
    sys.exit(not all(good for good, _ in results))


main()
