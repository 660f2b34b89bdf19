"""What a coverage answer says of logs, counted again by another reader.

Usage: coverage.py ANSWER.JSON RULES.TSV; prints TAP. Every computer that the Python package evtx sees is
compared: events by channel, provider and EventID with their times, record numbers and gaps, command
lines and parents of 4688, Sysmon without OriginalFileName, script blocks, cleared logs. Files that
this reader cannot read to the end, and their computers, are left out and named. Then the answers
for those rules that the counts decide alone: categories of Sysmon, and services of logs that
Windows always writes. RULES.TSV is what `rules list -f tsv` says.
"""
import collections
import json
import sys

import evtx


SYSMON = {"create_remote_thread": [8], "raw_access_thread": [9], "process_access": [10],
          "file_event": [11], "registry_add": [12], "create_stream_hash": [15],
          "pipe_created": [17, 18], "dns_query": [22], "file_delete": [23], "image_load": [7],
          "driver_load": [6], "file_change": [2], "process_tampering": [25]}
ALWAYS = {"system": "System", "application": "Application",
          "windefend": "Microsoft-Windows-Windows Defender/Operational",
          "bits-client": "Microsoft-Windows-Bits-Client/Operational",
          "taskscheduler": "Microsoft-Windows-TaskScheduler/Operational",
          "wmi": "Microsoft-Windows-WMI-Activity/Operational",
          "applocker": None, "security": "Security"}


def text(value):
    """The text of an element with or without attributes."""
    if isinstance(value, dict):
        value = value.get("#text")
    return "" if value is None else str(value)


def data_of(event):
    found = {}
    for part in (event.get("EventData"), event.get("UserData")):
        if isinstance(part, dict):
            for key, value in part.items():
                if isinstance(value, dict) and key != "Data":
                    found.update(value)
                found[key] = value
    return found


class Host:
    def __init__(self):
        self.kinds = collections.Counter()
        self.span = {}
        self.ids = collections.defaultdict(set)
        self.counts = collections.Counter()
        self.cleared = set()

    def add(self, event):
        system, data = event["System"], data_of(event)
        channel = text(system.get("Channel"))
        provider = system["Provider"]["#attributes"].get("Name", "")
        number = int(text(system["EventID"]) or 0)
        time = system["TimeCreated"]["#attributes"]["SystemTime"].rstrip("Z")[:19]
        self.kinds[(channel, provider, number)] += 1
        first, last = self.span.get(channel, (time, time))
        self.span[channel] = (min(first, time), max(last, time))
        if text(system.get("EventRecordID")):
            self.ids[channel].add(int(text(system["EventRecordID"])))
        if channel == "Security" and number == 4688:
            self.counts["s4688"] += 1
            line = data.get("CommandLine")
            self.counts["s4688_with_command_line"] += line not in (None, "", "-")
            self.counts["s4688_without_parent_name_field"] += "ParentProcessName" not in data
        if provider == "Microsoft-Windows-Sysmon" and number == 1:
            self.counts["sysmon_1"] += 1
            self.counts["sysmon_1_without_original_file_name"] += "OriginalFileName" not in data
        if number == 4104 and "ScriptBlockText" in data:
            self.counts["script_blocks"] += 1
        if number == 1102 and channel == "Security":
            self.cleared.add((time, "Security"))
        if number == 104 and channel == "System":
            self.cleared.add((time, text(data.get("Channel"))))


def read_all(files):
    """Hosts by name, and those of files that could not be read to the end."""
    hosts, doubtful = collections.defaultdict(Host), set()
    for file in files:
        if file["fate"] != "read":
            continue
        if file["unreadable"] or file["findings"]:
            doubtful.add(file["computer"])
        try:
            for record in evtx.PyEvtxParser(file["file"]).records_json():
                event = json.loads(record["data"])["Event"]
                hosts[text(event["System"].get("Computer"))].add(event)
        except (RuntimeError, OSError, KeyError, ValueError) as error:
            doubtful.add(file["computer"])
            print(f"# {file['file']}: {error}")
    return hosts, doubtful


def gaps_of(ids):
    ids = sorted(ids)
    return [(a + 1, b - 1) for a, b in zip(ids, ids[1:]) if b > a + 1]


def compare(answer, host):
    faults = []

    def same(what, got, want):
        if got != want:
            faults.append(f"{what}: {got} != {want}")

    kinds = collections.Counter()
    for channel in answer["channels"]:
        name = channel["channel"]
        for kind in channel["events_by_id"]:
            kinds[(name, kind["provider"], kind["event_id"])] += kind["events"]
        same(f"{name}: oldest", channel["oldest"][:19], host.span[name][0])
        same(f"{name}: newest", channel["newest"][:19], host.span[name][1])
        gaps = gaps_of(host.ids[name])
        same(f"{name}: gaps", channel["gap_count"], len(gaps))
        same(f"{name}: missing", channel["missing_record_ids"], sum(b - a + 1 for a, b in gaps))
        if len(gaps) <= 100:
            same(f"{name}: which", [(g["from"], g["to"]) for g in channel["gaps"]], gaps)
    same("kinds", kinds, host.kinds)
    for key in ("s4688", "s4688_with_command_line", "s4688_without_parent_name_field", "sysmon_1",
                "sysmon_1_without_original_file_name", "script_blocks"):
        same(key, answer["process_creation"][key], host.counts[key])
    cleared = {(m["time"][:19], m["channel"]) for m in answer["logging"]
               if m["what"] == "log cleared"}
    same("cleared", cleared, host.cleared)
    return faults


def decided(rule, host):
    """could-fire or could-not where the counts alone decide that, else None."""
    if rule["category"] in SYSMON:
        kinds = {n for (_, provider, n) in host.kinds if provider == "Microsoft-Windows-Sysmon"}
        return "could-fire" if kinds & set(SYSMON[rule["category"]]) else "could-not"
    channel = ALWAYS.get(rule["service"]) if not rule["category"] else None
    if channel is None:
        return None
    if channel not in host.span:
        return "could-not"
    return None if channel == "Security" or rule["service"] == "windefend" else "could-fire"


def compare_rules(answer, name, rules, host):
    faults, seen = [], 0
    for rule in answer["rules"]:
        want = decided(rules[rule["id"]], host) if rule["id"] in rules else None
        got = next(c["state"] for c in rule["computers"] if c["computer"] == name)
        seen += want is not None
        if want not in (None, got):
            faults.append(f"{rule['title']}: {got} != {want}")
    return faults, seen


def rules_of(path):
    lines = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]
    return {line[0]: dict(zip(lines[0], line)) for line in lines[1:]}


def main():
    answer = json.load(open(sys.argv[1], encoding="utf-8"))
    rules = rules_of(sys.argv[2])
    hosts, doubtful = read_all(answer["evidence"]["files"])
    names = [c["computer"] for c in answer["computers"] if c["computer"] not in doubtful]
    print(f"1..{len(names)}")
    failed = False
    for number, name in enumerate(names, 1):
        one = next(c for c in answer["computers"] if c["computer"] == name)
        more, judged = compare_rules(answer, name, rules, hosts[name])
        faults = compare(one, hosts[name]) + more
        for fault in faults[:10]:
            print(f"# {fault[:400]}")
        print(f"{'not ok' if faults else 'ok'} {number} - {name}: {one['events']} events, "
              f"{judged} rules")
        failed |= bool(faults)
    for name in sorted(doubtful, key=str):
        print(f"# left out: {name}")
    sys.exit(failed)


main()
