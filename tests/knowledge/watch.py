"""Watches are valid by a schema of ours, and say what the options ask for.

Usage: watch.py EVTRIAGE SCHEMA PAGES RULES...; prints TAP. PAGES: rule files for the dialect of 2020.
Rules are exported several times, with other indexes and intervals. The JSON must hold no key twice.
"""
import copy
import json
import re
import subprocess
import sys

import jsonschema


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()


def no_key_twice(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a key stands twice: %s" % names)
    return dict(pairs)


def read(text):
    return json.loads(text, object_pairs_hook=no_key_twice)


def current(program, rules, *more):
    """(name, watch) of all rules that can be said."""
    out = run(program, "rules", "export", "-q", "--target", "xpack-watcher", "-f", "jsonl", "--all", *more,
              *[word for path in rules for word in ("-r", path)])
    for line in out.split("\n"):
        if line:
            row = json.loads(line)
            if row["query"]:
                yield row["title"], row["query"]


def of_2020(program, paths):
    out = run(program, "rules", "export", "--dialect", "atc-2020", "--target", "xpack-watcher", *paths)
    for name, watch in re.findall(r"_watcher/watch/(\S+) <<EOF\n(.*?)\nEOF\n", out, flags=re.S):
        yield name, watch


def check(validator, watches, wants):
    """How many there are, and the faults."""
    faults, n = [], 0
    for name, text in watches:
        n += 1
        try:
            watch = read(text)
        except ValueError as fault:
            faults.append("%s: %s" % (name, fault))
            continue
        faults += ["%s: %s: %s" % (name, "/".join(map(str, e.absolute_path)), e.message[:160])
                   for e in validator.iter_errors(watch)]
        faults += ["%s: %s" % (name, fault) for fault in wants(watch)]
    return n, faults


def window(watch):
    return watch["input"]["search"]["request"]["body"]["query"]["bool"]["filter"][0]["range"]["@timestamp"]["gt"]


def asked(index, interval):
    """A correlation looks back as far as its timespan, all others as often as they look."""
    def wants(watch):
        request = watch["input"]["search"]["request"]
        if request["indices"] != [index]:
            yield "looks in %s" % request["indices"]
        if watch["trigger"]["schedule"]["interval"] != interval:
            yield "looks every %s" % watch["trigger"]["schedule"]["interval"]
        if "hits.total" in str(watch["condition"]) and watch["condition"]["compare"].get(
                "ctx.payload.hits.total") == {"gt": 0} and not window(watch).endswith("||-" + interval):
            yield "looks back %s" % window(watch)
    return wants


def selftest(validator, watch):
    """Each of these is no watch."""
    def broken(change):
        bad = copy.deepcopy(watch)
        change(bad)
        return not validator.is_valid(bad)
    return all(broken(change) for change in (
        lambda w: w.pop("trigger"),
        lambda w: w["trigger"]["schedule"].update(interval="five"),
        lambda w: w["condition"].update(compare={}),
        lambda w: w["input"]["search"]["request"].update(indices="x"),
        lambda w: w["input"]["search"]["request"]["body"]["query"]["bool"]["must"].append(3),
        lambda w: w["actions"].update(other={"logging": {}}),
        lambda w: w.update(surprise=1)))


def main():
    program, schema, pages, rules = sys.argv[1], sys.argv[2], sys.argv[3].split("\n"), sys.argv[4:]
    with open(schema, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    parts = [("watches by default", current(program, rules), asked("winlogbeat-*", "5m")),
             ("watches with index and interval", current(program, rules, "--index", "logs-\"x\"-*", "--interval", "1h"),
              asked("logs-\"x\"-*", "1h")),
             ("watches over Winlogbeat's fields", current(program, rules, "--fields", "winlogbeat", "--interval", "30s"),
              asked("winlogbeat-*", "30s")),
             ("watches of 2020", of_2020(program, pages), lambda watch: [])]
    print("1..%d" % (len(parts) + 1))
    failed = False
    for i, (name, watches, wants) in enumerate(parts):
        n, faults = check(validator, watches, wants)
        failed |= bool(faults) or n == 0
        print("%s %d - %s (%d of them)" % ("not ok" if faults or n == 0 else "ok", i + 1, name, n))
        for fault in faults[:10]:
            print("# " + fault)
    good = read(next(current(program, rules))[1])
    found = validator.is_valid(good) and selftest(validator, good)
    print("%s %d - the schema refuses what is no watch" % ("ok" if found else "not ok", len(parts) + 1))
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
