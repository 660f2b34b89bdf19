"""images.py - disk images: shadow copies, BitLocker, kinds of images, what is carved."""
import os
import re
import sys

import ntfs
import vss

SHARED = os.environ.get("EVTRIAGE_SHARED", "/work/shared")


def must(condition, text):
    if not condition:
        raise AssertionError(text)


def log_of(c, name):
    return os.path.join(c.folder, "C/Windows/System32/winevt/Logs", name)


def places(path, rows):
    """Where rows come from, by the name of the log: {name: {layer, ...}}; layer "" is the volume itself."""
    found = {}
    for r in rows:
        for place in [r["source_file"]] + [p for p in r["also_in"].split("; ") if p]:
            inside = place.split("!/", 1)[1]
            layer, _, name = re.sub(r"@[0-9]+$", "", inside).rpartition("/")
            found.setdefault(name, set()).add(layer)
    return found


def told_by_shadow_copies(c, scan):
    """Logs that were removed, one record once over live volume, both copies and what is carved."""
    path = os.path.join(c.work, "story.dd")
    logs = [log_of(c, n) for n in ("security.evtx", "sysmon.evtx", "System.evtx")]
    vss.story(path, m.tool, logs)
    want = [r for r in c.expected if "PowerShell" not in r["source_file"]]
    for args, more in ((), set()), (("--unallocated",), {"$Unallocated"}):
        rows, said = scan(*args, path)
        must(len(rows) == len(want), "%d rows, not %d\n%s" % (len(rows), len(want), said))
        for name, layers in (("security.evtx", {"@vss1", "@vss2"}), ("sysmon.evtx", {"@vss1"}),
                             ("System.evtx", {"", "@vss1", "@vss2"})):
            mine = [r for r in rows if name in r["source_file"] + r["also_in"]]
            must(mine, "no row of " + name)
            for r in mine:
                seen = places(path, [r])
                must(seen.pop(name, None) == layers, (name, r["source_file"], r["also_in"]))
                must(set(seen) <= more, (name, r["source_file"], r["also_in"]))
                must(r["origin"] == "active", r["origin"])
    rows, _ = scan("--unallocated", "--no-shadow-copies", path)
    must(sorted({r["origin"] for r in rows}) == ["active", "carved"] and len(rows) == len(want),
         [r["origin"] for r in rows])


def stores_of_windows(c, scan):
    """A volume of Windows with two copies; logs put in, a third copy, logs removed."""
    image = os.path.join(SHARED, "disk/vsstest.qcow2")
    if not os.path.exists(image):
        raise m.Skip("no " + image)
    raw = os.path.join(c.work, "windows.dd")
    m.tool("qemu-img", "convert", "-O", "raw", image, raw)
    vss.reserve(raw, m.tool, 60)
    for name in ("security.evtx", "sysmon.evtx"):
        m.tool("ntfscp", "-q", "-f", raw, log_of(c, name), name)
    frozen = vss.freeze(raw)
    for name in ("security.evtx", "sysmon.evtx"):
        ntfs.remove(raw, name, forget=True)
    vss.keep(raw, frozen, 134169696000000000)
    os.unlink(frozen)
    rows, said = scan(raw)
    want = [r for r in c.expected if r["source_file"].endswith(("security.evtx", "sysmon.evtx"))]
    must(len(rows) == len(want), "%d rows, not %d\n%s" % (len(rows), len(want), said))
    # The third copy has them, and the older two, whose stores know nothing of ntfscp, read on in it.
    seen = places(raw, rows)
    must(set(seen) == {"security.evtx", "sysmon.evtx"}, seen)
    must(all(layers == {"@vss1", "@vss2", "@vss3"} for layers in seen.values()), seen)
    must({r["origin"] for r in rows} == {"active"}, rows[0]["origin"])
    os.unlink(raw)


def cases(c):
    global m
    m = sys.modules["__main__"]
    listed = {
        "logs that only shadow copies have": told_by_shadow_copies,
        "a volume of Windows with shadow copies": stores_of_windows,
    }
    for name, call in listed.items():
        def run(f=call):
            f(c, m.scan)
        yield name, run
