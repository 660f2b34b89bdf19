"""images.py - disk images: shadow copies, BitLocker, kinds of images, what is carved."""
import configparser
import csv
import io
import os
import re
import resource
import shutil
import subprocess
import time

import __main__ as m
from __main__ import must
import bitlocker as bl
import disks
import ntfs
import vss

SHARED = os.environ.get("EVTRIAGE_SHARED", "/work/shared")


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
    """A volume of Windows with two copies; three logs put in; the first removed between the copies, the second
    after the second copy, content and all."""
    image = os.path.join(SHARED, "disk/vsstest.qcow2")
    if not os.path.exists(image):
        raise m.Skip("no " + image)
    raw = os.path.join(c.work, "windows.dd")
    m.tool("qemu-img", "convert", "-O", "raw", image, raw)
    vss.reserve(raw, m.tool, 60)
    logs = ["security.evtx", "sysmon.evtx", "System.evtx"]
    for name in logs:
        m.tool("ntfscp", "-q", "-f", raw, log_of(c, name), name)
    for number in 1, 2:
        frozen = vss.freeze(raw)
        ntfs.remove(raw, logs[number - 1], forget=True, wipe=True)
        # The older copy reads on in the younger one, so each gets what was removed right after it.
        vss.extend(raw, frozen, number)
        os.unlink(frozen)
    rows, said = scan(raw)
    want = [r for r in c.expected if r["source_file"].endswith(tuple(logs))]
    must(m.essence(rows) == m.essence(want), "%d rows, not %d\n%s" % (len(rows), len(want), said))
    seen = places(raw, rows)
    must(seen.pop("System.evtx") >= {""}, seen)  # copies show it where they take its clusters for used
    must(seen == {"security.evtx": {"@vss1"}, "sysmon.evtx": {"@vss1", "@vss2"}}, seen)
    each, _ = scan("--keep-duplicates", raw)
    must(len(each) == sum(1 + len([p for p in r["also_in"].split("; ") if p]) for r in rows), "%d rows" % len(each))
    alone, _ = scan("--no-shadow-copies", raw)
    must({r["source_file"] for r in alone} == {raw + "!/System.evtx"}, alone)
    os.unlink(raw)


def pair(c):
    """A disk without logs, and the same disk with them."""
    before, after = os.path.join(c.work, "before.raw"), os.path.join(c.work, "after.raw")
    if not os.path.exists(after):
        part = os.path.join(c.work, "part.raw")
        m.blank(part, m.megabytes(c.folder))
        m.tool("mkntfs", "-F", "-q", part)
        for path in before, after:
            m.blank(path, (os.path.getsize(part) >> 20) + 2)
            with open(path, "r+b") as to:
                to.write(bytes(446) + disks.entry(7, 2048, os.path.getsize(part) >> 9) + bytes(48) + b"\x55\xaa")
                disks.copy_at(to, 2048, part)
            if path == before:
                for name in m.files_of(c.folder):
                    m.tool("ntfscp", "-q", "-f", part, os.path.join(c.folder, name), os.path.basename(name))
        os.unlink(part)
    return before, after


def folder_of(c, name):
    where = os.path.join(c.work, name)
    os.mkdir(where)
    return where


def convert(kind, raw, out, *options):
    m.tool("qemu-img", "convert", "-f", "raw", "-O", kind, *options, raw, out)
    return out


def missing(c, child, parent, says):
    """A child without its parent is one clear line, also when the parent is only somewhere else."""
    os.rename(parent, parent + ".away")
    rows, said = m.scan(child, c.folder, expect=(3,))
    must(len(rows) == len(c.expected), "%d rows" % len(rows))
    must(says in said, said)
    os.rename(parent + ".away", parent)


def vhd_chain(c, scan):
    before, after = pair(c)
    where = folder_of(c, "vhd chain")
    parent, child = os.path.join(where, "base disk.vhd"), os.path.join(where, "child.avhd")
    convert("vpc", before, parent, "-o", "subformat=dynamic,force_size=on")
    disks.vhd_child(disks.vhd_id(parent), "C:\\disks\\base disk.vhd", before, after, child)
    c.same(child)
    missing(c, child, parent, "goes on in base disk.vhd, which cannot be opened in its folder: is not there")
    convert("vpc", before, parent, "-o", "subformat=dynamic,force_size=on")
    rows, said = scan(child, c.folder, expect=(3,))
    must("another disk" in said and len(rows) == len(c.expected), said)
    os.unlink(parent)
    os.symlink(before, parent)
    rows, said = scan(child, c.folder, expect=(3,))
    must("cannot be opened" in said and len(rows) == len(c.expected), said)


def vhdx_chain(c, scan):
    before, after = pair(c)
    where = folder_of(c, "vhdx chain")
    parent, child = os.path.join(where, "base.vhdx"), os.path.join(where, "child.avhdx")
    convert("vhdx", before, parent, "-o", "block_size=1M")
    convert("vhdx", after, child, "-o", "block_size=1M")
    must(disks.vhdx_child(disks.vhdx_data_id(parent), "base.vhdx", before, after, child) > 2, "few blocks")
    c.same(child)
    missing(c, child, parent, "base.vhdx, which cannot be opened")


def qcow_chain(c, scan):
    before, after = pair(c)
    where = folder_of(c, "qcow chain")
    for kind in "raw", "qcow2", "vpc":
        parent, child = os.path.join(where, "base." + kind), os.path.join(where, kind + ".qcow2")
        middle = os.path.join(where, kind + "-middle.qcow2")
        convert(kind, before, parent, *(("-o", "force_size=on") if kind == "vpc" else ()))
        m.tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", parent, "-F", kind, middle)
        m.tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", middle, "-F", "qcow2", child)
        m.tool("qemu-img", "resize", "-q", "-f", "qcow2", child, "+9M")  # larger than what it continues
        m.tool("qemu-img", "rebase", "-q", "-u", "-b", "/elsewhere/" + os.path.basename(middle), "-F", "qcow2", child)
        write_into(after, middle, parent, kind)
        c.same(child)
        missing(c, child, parent, "base.%s, which cannot be opened" % kind)


def write_into(after, child, parent, kind):
    """The disk `after` as a child of parent: only what differs is in it."""
    fresh = child + ".new"
    m.tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-B", parent, "-F", kind, after, fresh)
    os.rename(fresh, child)


def vmdk_parts(c, scan):
    _, after = pair(c)
    for kind in "twoGbMaxExtentSparse", "twoGbMaxExtentFlat", "monolithicFlat":
        where = folder_of(c, kind)
        path = convert("vmdk", after, os.path.join(where, "disk.vmdk"), "-o", "subformat=" + kind)
        must(len(os.listdir(where)) > 1, os.listdir(where))
        c.same(path)
        part = next(n for n in os.listdir(where) if n != "disk.vmdk")
        missing(c, path, os.path.join(where, part), part + ", which cannot be opened")


def vmdk_snapshot(c, scan):
    before, after = pair(c)
    where = folder_of(c, "vmdk chain")
    parent, child = os.path.join(where, "base.vmdk"), os.path.join(where, "snapshot.vmdk")
    convert("vmdk", before, parent)
    m.tool("qemu-img", "create", "-q", "-f", "vmdk", "-b", parent, "-F", "vmdk", child)
    write_io(c, after, before, child)
    c.same(child)
    missing(c, child, parent, "base.vmdk, which cannot be opened")


def write_io(c, after, before, child):
    """What differs, through qemu-io."""
    commands = []
    with open(after, "rb") as a, open(before, "rb") as b:
        for at in range(0, os.path.getsize(after), 65536):
            new, old = a.read(65536), b.read(65536)
            if new != old:
                piece = os.path.join(c.work, "piece-%x" % at)
                with open(piece, "wb") as f:
                    f.write(new)
                commands += ["-c", "write -s %s %d %d" % (piece, at, len(new))]
    for i in range(0, len(commands), 200):
        m.tool("qemu-io", "-f", "vmdk", *commands[i:i + 200], child)


def odd_parents(c, scan):
    """A chain that climbs, and one that goes round."""
    where = folder_of(c, "climb")
    before, after = pair(c)
    for name, parent in ("up.qcow2", "../before.raw"), ("round.qcow2", "round.qcow2"):
        child = os.path.join(where, name)
        m.tool("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", parent, "-F", "qcow2", child, "32M")
    rows, said = scan(os.path.join(where, "up.qcow2"), c.folder, expect=(3,))
    must("goes on in before.raw, which cannot be opened in its folder: is not there" in said, said)
    rows, said = scan(os.path.join(where, "round.qcow2"), c.folder, expect=(3,))
    must("images deep" in said and len(rows) == len(c.expected), said)


def in_an_archive(c, scan):
    """Further files can be opened only beside the item."""
    before, _ = pair(c)
    where = folder_of(c, "packed")
    m.tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", before, "-F", "raw", os.path.join(where, "child.qcow2"))
    path = os.path.join(c.work, "packed.zip")
    m.make_zip(where, path)
    _, said = scan(path, expect=(3,))
    must("can be opened only where it lies in a folder" in said, said)


# What libbde 20190102 does not read, whatever the key.
BITLOCKER_NOT = {"bitlk-aes-xts-256": "AES-XTS and keys of 256 bits: a key fits",
                 "bitlk-partially-encrypted-aes-cbc-128": "of a kind that libbde does not read",
                 "bitlk-aes-xts-128-eow": "of a kind that libbde does not read"}
BITLOCKER_SAMPLE = {"bitlk-aes-cbc-128", "bitlk-aes-xts-128-startup-key", "bitlk-aes-xts-128-clearkey-only",
                    "bitlk-aes-xts-128-eow"}


def bitlocker_keys(where, name, facts):
    """(option, key file or text) that open the volume; no option for a clear key."""
    keys = [("--bitlocker-password-file", facts.get("PW")), ("--bitlocker-recovery-key-file", facts.get("RP")),
            ("--bitlocker-recovery-key-file", facts.get("RP2"))]
    if facts.get("CLEARKEY_VMK_GUID"):
        keys.append((None, "clear"))
    if facts.get("SK_VMK_GUID"):
        keys.append(("--bitlocker-startup-key-file", os.path.join(where, facts["SK_VMK_GUID"].upper() + ".BEK")))
    return [(o, k) for o, k in keys if k]


def judged(option, key, image):
    """Does libbde's own program open it?"""
    flag = {None: [], "--bitlocker-password-file": ["-p", key], "--bitlocker-recovery-key-file": ["-r", key],
            "--bitlocker-startup-key-file": ["-s", key]}[option]
    return subprocess.run(["bdeinfo", *flag, image], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def bitlocker_said(c, image, option, key):
    path = os.path.join(c.work, "key")
    if option and not os.path.exists(key):
        with open(path, "w") as f:
            f.write(key + "\n")
        key = path
    _, said = m.scan("-r", os.path.join(m.SRC, "rules", "context"), *([option, key] if option else []), image, expect=(3,))
    return said


def bitlocker(c, scan):
    """Each volume opens by each of its keys, or says which kind it is; a wrong key is one line."""
    packed = os.path.join(SHARED, "disk/bitlk-images.tar.xz")
    if not os.path.exists(packed):
        raise m.Skip("no " + packed)
    where = os.path.join(c.work, "volumes")
    os.mkdir(where)
    m.tool("tar", "-xJf", packed, "-C", where, "--strip-components=1")
    if not os.path.exists(os.path.join(where, "images.conf")):
        m.tool("tar", "-xJf", packed, "-C", where)
    facts = configparser.ConfigParser()
    facts.optionxform = str
    facts.read(os.path.join(where, "images.conf"))
    opened, refused = 0, []
    for name in facts.sections():
        if not c.every and name not in BITLOCKER_SAMPLE:
            continue
        image = os.path.join(where, name + ".img")
        for option, key in bitlocker_keys(where, name, facts[name]):
            said = bitlocker_said(c, image, option, key)
            if "BitLocker" not in said:
                must("an NTFS volume whose tables" in said or "togo" in name, said)  # the rest is zeros
                opened += 1
                continue
            must(BITLOCKER_NOT.get(name, "?") in said, "%s by %s %s: %s" % (name, option, key, said))
            must(not c.every or not shutil.which("bdeinfo") or not judged(option, key, image), name + ": libbde opens it")
            refused.append(name)
    must(set(refused) <= set(BITLOCKER_NOT) and opened >= (35 if c.every else 5), (opened, refused))
    print("# %d pairs of volume and key opened" % opened)
    image = os.path.join(where, "bitlk-aes-cbc-128.img")
    for option, key, says in (("--bitlocker-password-file", "wrong", "BitLocker, none of the keys given opens it"),
                              ("--bitlocker-recovery-key-file", "-".join(["000000"] * 8),
                               "BitLocker, none of the keys given opens it"), (None, "", "BitLocker, no key given")):
        said = bitlocker_said(c, image, option, key)
        must(said.count(says) == 1 and said.count("BitLocker") == 1, said)
    shutil.rmtree(where)


def bitlocker_logs(c, scan):
    """Logs inside BitLocker, by every kind of key, from the bare volume and as a partition in each kind of image."""
    folder = folder_of(c, "keys")
    key = {}

    def every_kind(maker):
        if c.every:
            key["recovery-key"] = maker.by_recovery().encode() + b"\n"
        maker.by_password("gr\u00fcn Haus")
        key["password"] = b"no\ngr\xc3\xbcn Haus\n"
        key["startup-key"] = maker.by_startup()
    methods = {"cbc": bl.AES_CBC_128, "xts": bl.AES_XTS_128, "cbc-256": bl.AES_CBC_256}
    outer = {"raw": lambda f, o, v: v(f, o), "gpt": m.make_gpt, "e01": m.make_e01}
    outer.update({k: m.IMAGES[k] for k in ("vhd", "vhdx", "qcow2", "vmdk")})
    tried = 0
    for name, method in methods.items() if c.every else [("cbc", bl.AES_CBC_128)]:
        for kind in outer if c.every else ("raw", "e01"):
            path = os.path.join(c.work, name + ".bitlocker." + kind)
            outer[kind](c.folder, path, lambda f, o: m.make_bitlocker(f, o, method, every_kind))
            for option, text in key.items():
                file = os.path.join(folder, option)
                with open(file, "wb") as f:
                    f.write(text)
                if c.every or option == "startup-key" or kind == "raw":
                    c.same(path, extra=("--bitlocker-%s-file" % option, file))
                    tried += 1
            if kind == "raw":
                said = scan(path, c.folder, expect=(3,))[1]
                must(said.count("BitLocker") == 1 and "BitLocker, no key given" in said, said)
            os.unlink(path)
    print("# %d pairs of volume and key gave the timeline of the folder" % tried)
    path = os.path.join(c.work, "xts-256.bitlocker")
    m.make_bitlocker(c.folder, path, bl.AES_XTS_256)
    rows, said = scan(path, c.folder, expect=(3,))
    must(len(rows) == len(c.expected), "%d rows" % len(rows))
    must(said.count("BitLocker with AES-XTS and keys of 256 bits: a key fits, but this libbde does not") == 1, said)


def carved_from_free_space(c, scan):
    """A log given up by NTFS: deleted while its record is there, carved once that is overwritten."""
    path = os.path.join(c.work, "given up.ntfs")
    want = [r for r in c.expected if r["source_file"].endswith("/security.evtx")]
    for forget, args, origin, at in ((False, (), "deleted", "/security.evtx"),
                                     (False, ("--unallocated",), "deleted", "/security.evtx"),
                                     (True, ("--unallocated",), "carved", "/$Unallocated")):
        m.make_ntfs(c.folder, path)
        ntfs.remove(path, "security.evtx", forget)
        rows, said = scan(*args, path)
        rows = [r for r in rows if r["origin"] != "active"]
        must(len(rows) == len(want) > 0, "%d rows, not %d: %s" % (len(rows), len(want), said))
        must({r["origin"] for r in rows} == {origin}, rows[0]["origin"])
        must(all(r["source_file"].endswith(at) for r in rows), rows[0]["source_file"])
        must(not args or forget or all("$Unallocated" in r["also_in"] for r in rows), rows[0]["also_in"])
    rows, _ = scan(path)
    must(not [r for r in rows if r["origin"] != "active"], "carved without being asked")


def carved_from_slack(c, scan):
    """A record behind the end of a file, in its last cluster."""
    path = os.path.join(c.work, "slack.ntfs")
    filler = os.path.join(c.work, "report.txt")
    with open(filler, "wb") as f:
        f.write(b"text " * 1000)
    with open(log_of(c, os.path.basename(m.LOGS[3])), "rb") as f:
        chunk = f.read()[4096:]
    size = int.from_bytes(chunk[516:520], "little")
    must(chunk[512:516] == b"**\0\0" and size < 3000, "the first record is too long")
    m.blank(path, 16)
    m.tool("mkntfs", "-F", "-q", path)
    m.tool("ntfscp", "-q", "-f", path, filler, "report.txt")
    v = ntfs.Volume(path)
    at = v.clusters("report.txt")[1] * v.cluster + 5000 - 4096
    v.data[at:at + size] = chunk[512:512 + size]
    v.close()
    events = dump(path, "--unallocated", "--recover")
    must(len(events) == 1 and events[0]["origin"] == "carved", events)
    must(events[0]["source_file"].endswith("/$Slack"), events[0]["source_file"])


def dump(path, *args):
    done = subprocess.run([m.PROGRAM, "dump", "-f", "csv", *args, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300)
    return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))


def carved_from_memory(c, scan):
    """Page file, hibernation file and memory dump of a volume: chunks, and pages of them in any order."""
    folder = os.path.join(c.work, "memory")
    os.makedirs(os.path.join(folder, "Windows/System32/winevt/Logs"))
    shutil.copy(log_of(c, "System.evtx"), os.path.join(folder, "Windows/System32/winevt/Logs"))
    with open(log_of(c, "security.evtx"), "rb") as f:
        security = f.read()[4096:4096 + 65536]
    with open(log_of(c, "sysmon.evtx"), "rb") as f:
        sysmon = f.read()[4096:4096 + 65536]
    # A page of the middle before those that hold the definitions its records need.
    mixed = sysmon[8192:12288] + bytes(8192) + sysmon[:8192] + bytes(4096) + sysmon[12288:]
    for name, data in (("pagefile.sys", bytes(40960) + security + bytes(100000)), ("hiberfil.sys", bytes(12288) + mixed),
                       ("swapfile.sys", bytes(8192) + sysmon), ("Windows/MEMORY.DMP", b"PAGEDU64" + bytes(8184) + sysmon)):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    path = os.path.join(c.work, "memory.fat")
    m.make_fat(folder, path)
    must({r["origin"] for r in dump(path, "--recover")} == {"active"}, "searched without being asked")
    events = [e for e in dump(path, "--unallocated", "--recover") if e["origin"] == "carved"]
    count = {n: sum(e["source_file"].endswith("!/" + n) for e in events)
             for n in ("pagefile.sys", "hiberfil.sys", "swapfile.sys", "Windows/MEMORY.DMP")}
    alone = os.path.join(c.work, "mixed.bin")
    with open(alone, "wb") as f:
        f.write(bytes(12288) + mixed)
    must(count["pagefile.sys"] == 6, count)  # of 7: the last lies in the second chunk
    must(count["Windows/MEMORY.DMP"] == count["swapfile.sys"] == len(dump(log_of(c, "sysmon.evtx"))) > 0, count)
    must(count["hiberfil.sys"] == len(dump(alone, "--recover")) > 0, (count, len(dump(alone, "--recover"))))


def compressed_hibernation(c, scan):
    """What Windows 8 and Windows 7 begin it with, and no such message of one that is empty."""
    folder = os.path.join(c.work, "hibernation")
    os.mkdir(folder)
    shutil.copy(log_of(c, "security.evtx"), folder)
    for begin, times in ((b"HIBR", 1), (bytes(4096) + b"\x81\x81xpress", 1), (bytes(8192), 0)):
        with open(os.path.join(folder, "hiberfil.sys"), "wb") as f:
            f.write(begin.ljust(1 << 20, b"\x5a"))
        path = os.path.join(c.work, "hibernation.fat")
        m.make_fat(folder, path)
        rows, said = scan("--unallocated", path, expect=(3,) if times else (0,))
        must(rows, said)
        must(said.count("hiberfil.sys (a hibernation file, which Windows compresses: only what") == times, said)


def large_and_sparse(c, scan):
    """Holes are not read, neither those of the file nor those of an image's format."""
    gib = 100 if c.every else 12
    part = os.path.join(c.work, "last.ntfs")
    m.make_ntfs(c.folder, part)
    ntfs.remove(part, "security.evtx", forget=True)
    path = os.path.join(c.work, "large.raw")
    m.blank(path, gib << 10)
    first = (gib << 21) - (256 << 11)
    with open(path, "r+b") as f:
        f.write(bytes(446) + disks.entry(7, 2048, first - 4096) + disks.entry(7, first, os.path.getsize(part) >> 9) +
                bytes(32) + b"\x55\xaa")
        disks.copy_at(f, first, part)
    whole = os.path.join(c.work, "large.ntfs")
    m.blank(whole, gib << 10)
    m.tool("mkntfs", "-F", "-q", "-f", whole)
    for name in ("System.evtx", "security.evtx"):
        m.tool("ntfscp", "-q", "-f", whole, log_of(c, name), name)
    ntfs.remove(whole, "security.evtx", forget=True)
    dynamic = os.path.join(c.work, "large.vhdx")
    m.tool("qemu-img", "convert", "-f", "raw", "-O", "vhdx", whole, dynamic)
    fat = os.path.join(c.work, "large.fat")
    m.blank(fat, gib << 10)
    m.tool("mkfs.vfat", "-F", "32", fat)
    m.tool("mcopy", "-i", fat, log_of(c, "System.evtx"), "::")
    for image in path, whole, dynamic, fat:
        for args in (), ("--unallocated",):
            began = time.monotonic()
            rows, said = scan(*args, image, expect=(0, 3))
            took = time.monotonic() - began
            must(rows and took < (120 if c.every else 60), "%s %s: %d s\n%s" % (image, args, took, said))
            carved = {r["source_file"].rsplit("/", 1)[1] for r in rows if r["origin"] == "carved"}
            must(carved == ({"$Unallocated"} if args and image != fat else set()), (image, args, carved))
    must(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10, "more than 400 MiB of memory")
    for image in path, whole, dynamic, fat:
        os.unlink(image)


def confined(*args):
    path = os.path.join(os.environ.get("builddir") or os.path.join(m.SRC, "build"), "tests/evidence/confined")
    must(os.access(path, os.X_OK), path + " is not built")
    # What looks for leaks opens files at the end.
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""))
    done = subprocess.run([path, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=env)
    if done.returncode == 77:
        raise m.Skip("this kernel has no Landlock, or no seccomp")
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace").replace("\n    ", " ")


def landlock(c, scan):
    code, said = confined("landlock", log_of(c, "System.evtx"))
    must(code == 0 and "refuses" in said, said)
    print("# " + said.strip())


def old_kernels(c, scan):
    """Without Landlock, openat2 and close_range all is read; without seccomp nothing, and that is said."""
    before, after = pair(c)
    where = folder_of(c, "old")
    base, child = os.path.join(where, "base.raw"), os.path.join(where, "child.qcow2")
    shutil.copyfile(before, base)
    m.tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-B", base, "-F", "raw", after, child)
    command = [m.PROGRAM, "dump", "-f", "csv", "-o", "-", child]
    missing_calls = "landlock_create_ruleset,landlock_restrict_self,landlock_add_rule,openat2,close_range"
    code, said = confined("without", missing_calls, *command)
    must(code == 0 and said.count("child.qcow2!/p1/") > 100, said[-500:])
    os.unlink(base)
    os.symlink(before, base)
    code, said = confined("without", missing_calls, *command)
    must(code == 3 and "cannot be opened in its folder" in said, said[-500:])
    code, said = confined("without", "seccomp", m.PROGRAM, "dump", "-f", "csv", "-o", "-", c.make("zip"))
    must(code == 3 and "does not let the reader of archives and images lock itself up (seccomp)" in said, (code, said))


CASES = {
    "logs that only shadow copies have": told_by_shadow_copies,
    "a volume of Windows with shadow copies": stores_of_windows,
    "a log given up by NTFS is deleted, then carved": carved_from_free_space,
    "a record in the slack of a file": carved_from_slack,
    "page file, hibernation file, memory dump": carved_from_memory,
    "a compressed hibernation file": compressed_hibernation,
    "large sparse images": large_and_sparse,
    "Landlock refuses files and connections": landlock,
    "kernels that have less": old_kernels,
    "BitLocker by every kind of key": bitlocker,
    "logs inside BitLocker": bitlocker_logs,
    "a differencing VHD": vhd_chain,
    "a differencing VHDX": vhdx_chain,
    "QCOW2 upon QCOW2, raw, VHD": qcow_chain,
    "VMDK of several files": vmdk_parts,
    "a snapshot of VMDK": vmdk_snapshot,
    "parents that climb and go round": odd_parents,
    "a parent of an image in an archive": in_an_archive,
}
