#!/usr/bin/env python3
"""Classes of process_creation rules on each shape of source, worked out again from the rules' text.

Usage: classes.py EVTRIAGE RULES
Reads the YAML with PyYAML, builds its own trees and compares class and missing fields, rule by rule,
with `evtriage rules list --source SHAPE -f tsv`; counts are printed. Shares nothing with the program
but DESIGN's words: no missing field: full; plain can never be true: cannot-fire; a missing field
under an odd number of nots: unfiltered; else degraded. TAP.
"""
import collections
import fnmatch
import pathlib
import re
import subprocess
import sys

import yaml

SYSTEM = set("""Provider_Name Provider_Guid Provider_EventSourceName EventID EventID_Qualifiers Version
Level Task Opcode Keywords TimeCreated_SystemTime EventRecordID Correlation_ActivityID
Correlation_RelatedActivityID Execution_ProcessID Execution_ThreadID Channel Computer
Security_UserID""".split())
SYSMON = set("""RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company
OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel
Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser""".split())
SECURITY = set("""Image CommandLine ParentImage ProcessId ParentProcessId User LogonId IntegrityLevel
SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName
TokenElevationType TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName
MandatoryLabel""".split())
SHAPES = {
    "Sysmon/1": SYSMON,
    "Security/4688": SECURITY,
    "Security/4688-no-command-line": SECURITY - {"CommandLine"},
    "Security/4688-no-parent": SECURITY - {"ParentImage", "ParentProcessName"},
}


# A tree: ("and", [..]), ("or", [..]), ("not", t), ("leaf", [fields], true_when_absent)
def leaf(field, modifiers, value):
    if "fieldref" in modifiers:
        tree = ("leaf", [field, str(value)], False)
    elif "exists" in modifiers:
        tree = ("leaf", [field], value in (False, "false", "no"))
    else:
        tree = ("leaf", [field], value is None)
    return ("not", tree) if "neq" in modifiers else tree


def item(key, value):
    field, *modifiers = key.split("|")
    values = value if isinstance(value, list) else [value]
    leaves = [leaf(field, modifiers, v) for v in values]
    if len(leaves) == 1:
        return leaves[0]
    # A value among several that is negated: not any of them.
    if "neq" in modifiers:
        return ("not", ("or", [inner for _, inner in leaves]))
    return ("and" if "all" in modifiers else "or", leaves)


def selection(body):
    if isinstance(body, dict):
        parts = []
        for key, value in body.items():
            if key in ("", "|all"):
                parts.append(("and", [("leaf", [], False) for _ in value]))
            else:
                parts.append(item(key, value))
        return ("and", parts)
    if isinstance(body, list):
        return ("or", [selection(x) if isinstance(x, dict) else ("leaf", [], False) for x in body])
    return ("leaf", [], False)


class Condition:
    def __init__(self, text, names):
        self.token = re.findall(r"[()]|[^\s()]+", text)
        self.at = 0
        self.names = names

    def peek(self):
        return self.token[self.at].lower() if self.at < len(self.token) else None

    def next(self):
        self.at += 1
        return self.token[self.at - 1]

    def level(self, word, below):
        parts = [below()]
        while self.peek() == word:
            self.next()
            parts.append(below())
        return parts[0] if len(parts) == 1 else (word, parts)

    def either(self):
        return self.level("or", self.both)

    def both(self):
        return self.level("and", self.single)

    def single(self):
        word = self.peek()
        if word == "not":
            self.next()
            return ("not", self.single())
        if word == "(":
            self.next()
            tree = self.either()
            assert self.next() == ")"
            return tree
        if word in ("1", "any", "all") and self.token[self.at + 1].lower() == "of":
            self.next()
            self.next()
            glob = self.next()
            if glob == "them":
                found = [n for n in self.names if not n.startswith("_")]
            else:
                found = [n for n in self.names if fnmatch.fnmatchcase(n, glob)]
            return ("and" if word == "all" else "or", [self.names[n] for n in found])
        return self.names[self.next()]


def tree_of(rule):
    detection = dict(rule["detection"])
    condition = detection.pop("condition")
    names = {k: selection(v) for k, v in detection.items() if k != "timeframe"}
    conditions = condition if isinstance(condition, list) else [condition]
    trees = []
    for text in conditions:
        parser = Condition(text, names)
        trees.append(parser.either())
        assert parser.at == len(parser.token), text
    return trees[0] if len(trees) == 1 else ("or", trees)


def possible(tree, fields):
    """(can be true, can be false)"""
    kind = tree[0]
    if kind == "leaf":
        if all(f in fields for f in tree[1]):
            return True, True
        return tree[2], not tree[2]
    if kind == "not":
        return possible(tree[1], fields)[::-1]
    both = [possible(t, fields) for t in tree[1]]
    if kind == "and":
        return all(t for t, _ in both), any(f for _, f in both)
    return any(t for t, _ in both), all(f for _, f in both)


def lacks(tree, fields, even=True):
    """Missing fields with the parity of nots above them."""
    if tree[0] == "leaf":
        return {(f, even) for f in tree[1] if f not in fields}
    if tree[0] == "not":
        return lacks(tree[1], fields, not even)
    return set().union(*(lacks(t, fields, even) for t in tree[1]))


def classify(tree, fields):
    lacking = lacks(tree, fields | SYSTEM)
    missing = {f for f, _ in lacking}
    if not missing:
        return "full", missing
    if not possible(tree, fields | SYSTEM)[0]:
        return "cannot-fire", missing
    return ("unfiltered" if any(not even for _, even in lacking) else "degraded"), missing


def rules_below(folder):
    for path in sorted(pathlib.Path(folder).rglob("*.yml")):
        for doc in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            source = (doc or {}).get("logsource") or {}
            if source.get("category") == "process_creation" and source.get("product") == "windows":
                yield doc


def listed(evtriage, shape, folder):
    run = subprocess.run([evtriage, "rules", "list", "--source", shape, "-f", "tsv", folder],
                         stdin=subprocess.DEVNULL, capture_output=True, check=True)
    lines = run.stdout.decode().splitlines()
    good = lines[0] == "rule_id\tclass\tmissing_fields\ttitle"
    rows = {}
    for line in lines[1:]:
        rule, name, missing, title = line.split("\t")
        rows[rule] = (name, set(missing.split(",")) - {""}, title)
    return good and len(rows) == len(lines) - 1, rows


def main():
    evtriage, folder = sys.argv[1:3]
    rules = [(r["id"], tree_of(r), r["title"]) for r in rules_below(folder)]
    failed = 0
    for number, (shape, fields) in enumerate(SHAPES.items(), 1):
        good, rows = listed(evtriage, shape, folder)
        mine = {rule: (*classify(tree, fields), title) for rule, tree, title in rules}
        count = collections.Counter(row[0] for row in mine.values())
        print(f"# {shape}: " + ", ".join(f"{k} {v} ({100 * v / len(mine):.1f} %)"
                                         for k, v in count.most_common()))
        for rule in sorted(mine.keys() | rows.keys()):
            if mine.get(rule) != rows.get(rule):
                good = False
                print(f"# {rule}: here {mine.get(rule)}, there {rows.get(rule)}")
        print(f"{'ok' if good else 'not ok'} {number} - {shape}: {len(mine)} rules of one class "
              "with the same missing fields")
        failed |= not good
    print(f"1..{len(SHAPES)}")
    sys.exit(failed)


main()
