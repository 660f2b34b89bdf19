#!/usr/bin/env python3
"""Random rules against random events: the program and evaluator.py must say the same.

Usage: opinions.py VERDICTS [PAIRS [SEED]]
VERDICTS is tests/differential/verdicts. Prints TAP, one test a batch; a difference is printed as rule
and event. The same seed makes the same pairs.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evaluator  # noqa: E402  (beside this file)

WORDS = ["cmd", "CMD", "\\cmd.exe", ".EXE", "C:\\", "\\\\srv", "Temp\\", "-enc", "-e", "/c", "\u2013x",
         "\u2014y", "\u2015", "x-y", "\u00e9", "\u00c9", "stra\u00dfe", "STRA\u1e9eE", "\u212a", "k",
         "\u0430", "\u0410", "\u03c3", "\u03c2", "\u03a3", "\u0130", "\u0131", " ", "\t", "\n", "a", "b", "ab",
         "aab", "*", "?", "%a%", "\U0001f600", "\\", "\"", "'", "0", "1", "_", "e\u0301"]
WHOLE = ["", "-", "16", "0x10", "0X1F", "31", "007", "7", "5.0", "1e3", "-4", "true", "False", "null", "10.1.2.3",
         "10.0.0.0", "::ffff:10.1.2.3", "fe80::1", "::1", "192.168.1.9", "2020-02-18T10:11:12.1234567Z",
         "2021-01-03 23:59:59.999", "2024-12-30T00:00:00Z", "S-1-16-12288", "S-1-5-18", "0x3e7", "0x0",
         "NT AUTHORITY\\SYSTEM", "cGluZw==", "xxwAGkAbgBnAxx", "Y21k", "High", "18446744073709551615"]
PROCESS = ["Image", "CommandLine", "ParentImage", "OriginalFileName", "User", "IntegrityLevel", "LogonId",
           "ProcessId", "ParentProcessId", "ParentCommandLine", "UtcTime", "Company"]
SECURITY = ["NewProcessName", "CommandLine", "ParentProcessName", "MandatoryLabel", "NewProcessId",
            "ProcessId", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "SubjectUserSid",
            "TargetUserName", "TargetDomainName", "TargetLogonId", "TargetUserSid"]
FILE = ["Image", "TargetFilename", "User", "UtcTime"]
OTHER = ["Data", "Threat Name", "IpAddress", "Nothing"]
REGEXES = ["cmd", "^cmd", r"cmd(\.exe)?$", "a+b", "[^a]b", "a.b", "(?:ab|k){1,2}", "^.{0,3}$", r"\s", r"\\",
           "^$", "b$", "\u00e9", "[a-c]{2,}", "a|\u0430", "x.y", "^a", r"\.", r"[0-9]+\.[0-9]+", "(?i)CMD"]
NETS = ["10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "192.168.0.0/16", "fe80::/10", "::1/128", "::/0"]
# Plain scalars that YAML 1.1 types; the mark keeps yaml.dump from quoting them.
PLAIN = ["yes", "No", "ON", "off", "y", "True", "FALSE", "tRue", "~", "null", "NULL", "Null", "nULL", "0x10", "0X10",
         "017", "0o17", "08", "0b101", "1_000", "+5", "-0", "-5", "5.0", "1000.", "1e3", "1.0e+3", "0x", "_1", "1_",
         "0x1_0", "00", "2020-01-01", "18446744073709551616", "9223372036854775807"]
PLAIN_TEXTS = PLAIN + ["true", "false", "16", "15", "1000", "5", "0", "1", "8", "None", "17", "7"]
ENCODERS = ["wide", "utf16le", "utf16be", "utf16"]


class Maker:
    """Random rules and events that often meet."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def chance(self, share):
        return self.r.random() < share

    def text(self):
        if self.chance(0.25):
            return self.r.choice(WHOLE)
        if self.chance(0.06):
            return self.r.choice(PLAIN_TEXTS)
        return "".join(self.r.choice(WORDS) for _ in range(self.r.choice([0, 1, 1, 2, 2, 3, 5])))

    def pattern(self):
        """A text with wildcards and escapes in it."""
        text = self.text()
        while self.chance(0.3):
            at = self.r.randrange(len(text) + 1)
            text = text[:at] + self.r.choice(["*", "?", "\\*", "\\?", "\\\\", "**", "\\\\*"]) + text[at:]
        return text

    def value(self):
        kind = self.r.random()
        if kind < 0.8:
            return self.pattern()
        return self.r.choice([None, "", 16, 7, 31, 0, -4, 999, True, False, 5.0, 2.5, "-"])

    def values(self, one):
        if self.chance(0.5):
            return one()
        return [one() for _ in range(self.r.choice([1, 2, 2, 3, 4]))]

    def string_item(self, field):
        chain = []
        if self.chance(0.7):
            chain.append(self.r.choice(["contains", "startswith", "endswith"]))
        for name, share in (("windash", 0.15), ("cased", 0.1)):
            if self.chance(share):
                chain.insert(self.r.randrange(len(chain) + 1), name)
        if self.chance(0.2):
            chain.append("all")
        if self.chance(0.05) and field:
            chain.append("neq")
        textual = bool(set(chain) & {"contains", "startswith", "endswith", "windash"})
        one = self.pattern if textual else self.value
        if not field:
            one = self.pattern
        return chain, self.values(one)

    def encoded_item(self):
        def one():
            return "".join(self.r.choice(["p", "ping", "cmd", "\u00e9", "\U0001f600", "k"])
                           for _ in range(self.r.choice([1, 2])))
        chain = [self.r.choice(ENCODERS)] if self.chance(0.4) else []
        chain += ["base64offset", "contains"] if self.chance(0.6) or chain else ["base64"]
        return chain, self.values(lambda: "ping" if self.chance(0.4) else one() + "q")

    def item(self, fields):
        field, kind = self.r.choice(fields), self.r.random()
        if self.chance(0.06):
            return field.replace(" ", ""), self.values(lambda: f"@RAW:{self.r.choice(PLAIN)}@")
        if kind < 0.7:
            chain, value = self.string_item(field)
        elif kind < 0.78:
            flags = self.r.sample(["i", "m", "s"], self.r.choice([0, 0, 1, 2]))
            chain, value = ["re"] + flags, self.values(lambda: self.r.choice(REGEXES))
        elif kind < 0.82:
            chain, value = ["cidr"], self.values(lambda: self.r.choice(NETS))
        elif kind < 0.85:
            chain, value = ["exists"], self.chance(0.5)
        elif kind < 0.89:
            chain, value = [self.r.choice(["lt", "lte", "gt", "gte"])], self.r.choice([0, 7, 16, 31, 2.5, -4])
        elif kind < 0.92:
            name, low, high = self.r.choice([("minute", 9, 12), ("hour", 9, 11), ("day", 1, 31), ("week", 1, 53),
                                             ("month", 1, 12), ("year", 2019, 2025)])
            chain, value = [name], self.r.randint(low, high)
        elif kind < 0.96:
            chain, value = ["fieldref"], self.r.choice(fields)
            if self.chance(0.5):
                chain.append(self.r.choice(["contains", "startswith", "endswith"]))
            if self.chance(0.2):
                chain.append("cased")
        else:
            chain, value = self.encoded_item()
        if self.chance(0.004):
            chain.insert(0, self.r.choice(["nosuch", "Contains"]))
        return "|".join([field.replace(" ", "")] + chain), value

    def selection(self, fields):
        kind = self.r.random()
        if kind < 0.72:
            return dict(self.item(fields) for _ in range(self.r.choice([1, 1, 2, 3])))
        if kind < 0.86:
            return [dict(self.item(fields) for _ in range(self.r.choice([1, 2])))
                    for _ in range(self.r.choice([1, 2, 3]))]
        if kind < 0.96:
            return [self.pattern() or "a" for _ in range(self.r.choice([1, 2]))]
        chain, value = self.string_item("")
        return {"|".join([""] + chain): value} if chain else [value] if isinstance(value, str) else value

    def condition(self, names, depth):
        kind = self.r.random()
        if depth == 0 or kind < 0.35:
            if self.chance(0.4):
                what = self.r.choice(["them", "sel*", "*_main*", "filter_*", "*", "_h*", self.r.choice(names)])
                return f"{self.r.choice(['1', 'any', 'all'])} of {what}"
            return self.r.choice(names)
        if kind < 0.55:
            return "not " + self.condition(names, depth - 1)
        if kind < 0.7:
            return "(" + self.condition(names, depth - 1) + ")"
        return " ".join([self.condition(names, depth - 1), self.r.choice(["and", "or"]),
                         self.condition(names, depth - 1)])

    def rule(self, number):
        source, fields = self.r.choice([
            ({"category": "process_creation", "product": "windows"}, PROCESS),
            ({"category": "process_creation", "product": "windows"}, PROCESS + SECURITY),
            ({"category": "file_event", "product": "windows"}, FILE),
            ({"service": "security", "product": "windows"}, SECURITY),
            ({"product": "windows"}, PROCESS + OTHER + ["EventID", "Channel"])])
        names = self.r.sample(["selection", "sel_main", "filter_main_a", "filter_b", "_hidden", "notes",
                               "or-der", "s1"], self.r.choice([1, 2, 2, 3, 4]))
        detection = {name: self.selection(fields) for name in names}
        count = 2 if self.chance(0.05) else 1
        conditions = [self.condition(names, self.r.choice([0, 1, 2, 3, 4])) for _ in range(count)]
        detection["condition"] = conditions if count > 1 else conditions[0]
        return {"title": f"rule {number}", "logsource": source, "detection": detection}

    def event(self):
        channel, provider, number, fields = self.r.choice([
            ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "1", PROCESS),
            ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "11", FILE),
            ("Security", "Microsoft-Windows-Security-Auditing", "4688", SECURITY),
            ("Security", "Microsoft-Windows-Security-Auditing", "4624", SECURITY + OTHER),
            ("System", "Microsoft-Windows-Kernel-General", "1", PROCESS + OTHER)])
        out = [("Provider_Name", provider), ("EventID", number), ("Channel", channel),
               ("Computer", "HOST.example")]
        for field in fields:
            while self.chance(0.75):
                out.append((field, self.text()))
                if self.chance(0.9):
                    break
        return out


def rules_text(rules, r):
    text = "---\n".join(yaml.dump(rule, allow_unicode=True, sort_keys=False, width=4000,
                                  default_flow_style=r.choice([False, False, None, True]))
                        for rule in rules)
    return re.sub("'@RAW:(.*?)@'", r"\1", text)


def events_text(events):
    table = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})
    return "\n\n".join("\n".join(f"{n}\t{t.translate(table)}" for n, t in event)
                       for event in events) + "\n\n"


def ask(program, folder, rules, events):
    """The loaded documents, and for each event its verdicts by document. Both matchers are asked."""
    paths = [os.path.join(folder, name) for name in ("rules.yml", "events")]
    for path, text in zip(paths, (rules, events)):
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write(text)
    run, naive = (subprocess.run([program, *paths, *more], stdin=subprocess.DEVNULL,
                                 capture_output=True, check=True) for more in ([], ["naive"]))
    if naive.stdout != run.stdout:
        print("Bail out! the naive matcher and the indexed one do not say the same")
        sys.exit(1)
    head, *lines = run.stdout.decode().splitlines()
    return ({int(word) for word in head.split()[1:]},
            [{int(word[:-1]): word[-1] for word in line.split()} for line in lines],
            run.stderr.decode())


def show(rule, event, ours, theirs):
    for line in yaml.dump(rule, allow_unicode=True, sort_keys=False).splitlines():
        print("#   ", line)
    for name, text in event:
        print("#    ", name, "=", ascii(text))
    print(f"#   the program says {ours or 'no'}, the evaluator {theirs or 'no'}")


def batch(program, folder, seed, n):
    """How many pairs differ; prints the first few. And how many verdicts of each kind there were."""
    maker = Maker(seed)
    rules = [maker.rule(i) for i in range(n)]
    events = [maker.event() for _ in range(n)]
    text = rules_text(rules, maker.r)
    loaded, ours, said = ask(program, folder, text, events_text(events))
    second = evaluator.load(text)
    bad, seen = 0, {"f": 0, "u": 0, "p": 0}
    for number in sorted(loaded ^ set(second)):
        bad += 1
        print(f"# batch {seed}: only {'the program' if number in loaded else 'the evaluator'} loads")
        show(rules[number], [], None, None)
        print("#", said[:2000].replace("\n", "\n# "))
    assert len(ours) == len(events)
    for event, hits in zip(events, ours):
        record = evaluator.Record(event)
        for number in loaded & set(second):
            theirs, mine = second[number].verdict(record), hits.get(number, "")
            if mine:
                seen[mine] += 1
            if theirs != mine:
                bad += 1
                if bad <= 3:
                    show(rules[number], event, mine, theirs)
    return bad, seen


def main():
    program = sys.argv[1]
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 180000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20200218
    each = 300 if pairs >= 90000 else 70
    batches = -(-pairs // (each * each))
    print(f"1..{batches + 1}")
    failed, all_seen = 0, {"f": 0, "u": 0, "p": 0}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(batches):
            bad, seen = batch(program, folder, seed + number, each)
            all_seen = {kind: all_seen[kind] + seen[kind] for kind in seen}
            failed += bad > 0
            print("not ok" if bad else "ok", number + 1, "-",
                  f"{each * each} pairs of seed {seed + number}, {sum(seen.values())} verdicts, {bad} differ")
    enough = all(count > pairs / 2000 for count in all_seen.values())
    failed += not enough
    print("ok" if enough else "not ok", batches + 1, "-",
          "every verdict occurs: full {f}, unfiltered {u}, possible {p}".format(**all_seen))
    sys.exit(failed > 0)


main()
