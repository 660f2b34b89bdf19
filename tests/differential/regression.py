#!/usr/bin/env python3
"""Runs each rule of SigmaHQ's regression data over its log: does it reach its count?

Usage: regression.py EVTRIAGE SHARED
The pass rule is SigmaHQ's own: at least match_count hits, or one where none is given. Prints TAP,
one test a pair.
"""
import csv
import json
import os
import subprocess
import sys


def hits(evtriage, rule, log, rule_id):
    run = subprocess.run([evtriage, "scan", "--quiet", "--keep-duplicates", "-f", "jsonl",
                          "-r", rule, log],
                         stdin=subprocess.DEVNULL, capture_output=True, check=False)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return sum(row["rule"]["id"] == rule_id for row in rows), run.stderr.decode().strip()


def main():
    evtriage, shared = sys.argv[1:3]
    sigma = os.path.join(shared, "sigma")
    with open(os.path.join(shared, "expected/regression.tsv"), encoding="utf-8") as table:
        pairs = list(csv.DictReader(table, delimiter="\t"))
    print(f"1..{len(pairs)}")
    failed = 0
    for number, pair in enumerate(pairs, 1):
        found, said = hits(evtriage, os.path.join(sigma, pair["rule"]),
                           os.path.join(sigma, pair["evtx"]), pair["rule_id"])
        want = int(pair["match_count"] or 1)
        good = found >= want
        failed += not good
        if not good:
            print(f"# {said[:300]}" if said else "# nothing was said")
        print("ok" if good else "not ok", number, "-",
              f"{pair['category'] or pair['service']}: {os.path.basename(pair['rule'])}: "
              f"{found} of {want}")
    sys.exit(failed > 0)


main()
