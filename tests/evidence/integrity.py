"""integrity.py - digests in the manifest, images against the hashes they hold, a run checked again."""
import hashlib
import json
import os
import shutil
import subprocess
import zlib

import __main__ as m
from __main__ import must
import vss


def run(*args, expect=(0,)):
    done = subprocess.run([m.PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    said = done.stderr.decode(errors="replace").replace("\n            ", " ").replace("\n    ", " ")
    must(done.returncode in expect, "exit %d: %s" % (done.returncode, said[-800:]))
    return done.stdout.decode(), said


def digest(path, name="sha256"):
    with open(path, "rb") as f:
        return hashlib.new(name, f.read()).hexdigest()


def manifest(c, *args, expect=(0,)):
    path = os.path.join(c.work, "manifest.json")
    out = os.path.join(c.work, "timeline.csv")
    _, said = run("scan", "-r", os.path.join(m.SRC, "rules"), "--force", "--manifest", path, "-o", out, *args,
                  expect=expect)
    with open(path) as f:
        return path, json.load(f), said


def logs(c):
    """Digest of each log by its name."""
    where = os.path.join(c.folder, "C/Windows/System32/winevt/Logs")
    return {n: digest(os.path.join(where, n)) for n in os.listdir(where)}


def hashed(c, scan):
    want = logs(c)
    for kind in "zip", "zip in tar.gz", "ntfs", "gpt", "e01":
        path = c.make("zip") if kind == "zip in tar.gz" else c.make(kind)
        if kind == "zip in tar.gz":
            where = os.path.join(c.work, "hold zip")
            if not os.path.isdir(where):
                os.mkdir(where)
                shutil.copy(path, os.path.join(where, "inner.zip"))
            path = c.make("tar.gz", where, "holds zip in ")
        _, made, _ = manifest(c, path)
        seen = {os.path.basename(i["path"]): i["sha256"] for i in made["inputs"] if "!/" in i["path"]}
        must(seen == want, "%s: %r" % (kind, seen))
        item = [i for i in made["inputs"] if i["path"] == path][0]["sha256"]
        must(item == (digest(path) if "zip" in kind else None), "%s is %r" % (kind, item))
    _, made, _ = manifest(c, c.folder)
    must({os.path.basename(i["path"]): i["sha256"] for i in made["inputs"] if i["state"] == "read"} == want, "folder")


def piped(c, scan):
    log = os.path.join(c.folder, "C/Windows/System32/winevt/Logs/security.evtx")
    path = os.path.join(c.work, "piped.json")
    with open(log, "rb") as f:
        subprocess.run([m.PROGRAM, "scan", "-q", "--force", "-r", os.path.join(m.SRC, "rules"), "--manifest", path, "-"],
                       stdin=f, stdout=subprocess.DEVNULL, check=True)
    with open(path) as f:
        must(json.load(f)["inputs"][0]["sha256"] == digest(log), "not the digest of the file")


def ntfs_times(c, scan):
    _, made, _ = manifest(c, c.make("ntfs"))
    for i in made["inputs"]:
        if "!/" in i["path"]:
            for name in "times", "times_of_name":
                must(sorted(i[name]) == ["accessed", "changed", "created", "modified"], i)
                must(all(t[:2] == "20" for t in i[name].values()), i)


def whole_images(c, scan):
    for kind in "gpt", "e01", "qcow2", "vmdk", "vhdx":
        path = c.make(kind)
        raw = path
        if kind not in ("gpt", "e01"):
            raw = os.path.join(c.work, "whole.dd")
            m.tool("qemu-img", "convert", "-O", "raw", path, raw)
        want = {n: digest(raw, n) for n in ("sha256", "sha1", "md5")}
        _, made, said = manifest(c, "--hash-images", "--verify-image", path)
        image = made["images"][0]
        item = [i for i in made["inputs"] if i["path"] == path][0]
        must(item["sha256"] == digest(path) == image["files"][0]["sha256"], kind + ": of the file")
        must(image["files"][0]["md5"] == digest(path, "md5"), kind + ": MD5 of the file")
        if kind != "e01":
            must({n: image["media"][n] for n in want} == want, kind + ": of the disk")
        must(image["verified"] == ("matches" if kind == "e01" else "no-hash-stored"), image)
        must(("matches its content" if kind == "e01" else "holds no hash") in said, said)


def sets(c, scan):
    where = os.path.join(c.work, "sums")
    os.mkdir(where)
    raw = c.make("gpt")
    m.tool("ewfacquire", "-u", "-q", "-c", "none", "-d", "sha1", "-S", "4MiB", "-t", os.path.join(where, "d"), raw)
    first = os.path.join(where, "d.E01")
    _, made, said = manifest(c, "--hash-images", "--verify-image", first)
    image = made["images"][0]
    files = sorted(os.path.join(where, n) for n in os.listdir(where))
    must([f["path"] for f in image["files"]] == files and len(files) > 3, image["files"])
    must([f["sha256"] for f in image["files"]] == [digest(f) for f in files], "of the files")
    must(image["media"]["sha256"] == digest(raw) and image["stored"]["sha1"] == digest(raw, "sha1"), image)
    must("the MD5 and SHA-1 that it holds match its content" in said, said)
    with open(files[2], "r+b") as f:  # a block of it
        f.seek(100000)
        byte = f.read(1)
        f.seek(100000)
        f.write(bytes([byte[0] ^ 1]))
    _, _, said = manifest(c, "--verify-image", first, expect=(3,))
    must("do not fit the checksums stored with them" in said, said)


def another(c, scan):
    """An E01 whose content is sound but is not what its MD5 was made of."""
    with open(c.make("e01"), "rb") as f:
        data = bytearray(f.read())
    md5 = bytes.fromhex(digest(c.make("gpt"), "md5"))
    path = os.path.join(c.work, "another.E01")
    raw = c.make("e01")  # of a disk of its own: its MD5 is asked for
    out, _ = run("verify", "-f", "json", "--hash-images", raw, expect=(0, 4))
    md5 = bytes.fromhex([v for v in json.loads(out) if "image" in v][0]["image"]["stored"]["md5"])
    at = data.find(md5)
    must(at > 0, "no MD5 in it")
    while at >= 0:
        sums = [n for n in (32, 76) if data[at + n:at + n + 4] == zlib.adler32(data[at:at + n]).to_bytes(4, "little")]
        data[at] ^= 0xff
        for n in sums:
            data[at + n:at + n + 4] = zlib.adler32(data[at:at + n]).to_bytes(4, "little")
        at = data.find(md5, at + 1)
    with open(path, "wb") as f:
        f.write(data)
    _, made, said = manifest(c, "--verify-image", path, expect=(3,))
    must("its content is not what was acquired" in said and made["images"][0]["verified"] == "differs", said)
    must(made["inputs"][0]["accounting"]["findings"] == {"image-differs": 1}, made["inputs"][0])
    out, _ = run("verify", "--verify-image", path, expect=(4,))
    must("its content is not what was acquired" in out, out)
    manifest(c, path)  # nobody asked


def again(c, scan):
    where = os.path.join(c.work, "again")
    shutil.copytree(c.folder, os.path.join(where, "plain"))
    shutil.copy(c.make("zip"), os.path.join(where, "host.zip"))
    shutil.copy(c.make("gpt"), os.path.join(where, "disk.dd"))
    things = [os.path.join(where, n) for n in ("plain", "host.zip", "disk.dd")]
    path, made, _ = manifest(c, "--hash-images", *things)
    out, said = run("verify", "--against", path)
    must("0 changed, 0 missing" in said and "same        inside  " + things[1] + "!/C/" in out, out + said)
    with open(os.path.join(where, "disk.dd"), "r+b") as f:
        f.seek(-1000000, 2)
        f.write(b"x")
    out, _ = run("verify", "--against", path, expect=(4,))
    must([l.split()[0] for l in out.splitlines() if l.split()[0] != "same"] == ["changed"], out)
    os.unlink(os.path.join(where, "plain/C/Windows/System32/winevt/Logs/security.evtx"))
    os.unlink(things[1])
    out, _ = run("verify", "-f", "json", "--against", path, expect=(3,))
    states = {}
    for item in json.loads(out):
        states.setdefault(item["state"], []).append(item["kind"])
    must(sorted(states["missing"]) == ["input", "input"] + ["inside"] * 4 or
         sorted(states["missing"]) == sorted(["input"] * 2 + ["inside"] * 4), states["missing"])
    must(states["changed"] == ["input"] and "rules" in states["same"] and "output" in states["same"], states["changed"])
    run("verify", "--against", things[2], expect=(1, 2))


def made(c, name, edit):
    """security.evtx anew, its events edited as text."""
    maker = os.path.join(os.environ.get("builddir") or os.path.join(m.SRC, "build"), "testdata/make_evtx")
    if not os.access(maker, os.X_OK):
        raise m.Skip(maker + " is not built")
    with open(os.path.join(m.SRC, "testdata/small/security.events")) as f:
        text = edit(f.read())
    where = os.path.join(c.work, name)
    os.makedirs(where, exist_ok=True)
    events, log = os.path.join(where, "security.events"), os.path.join(where, "security.evtx")
    with open(events, "w") as f:
        f.write(text)
    subprocess.run([maker, events, log], check=True)
    return log


def altered(text):
    must("comsvcs.dll,#24" in text, "the text of the test log has changed")
    return text.replace("comsvcs.dll,#24", "comsvcs.dll,#99", 1)


def cleared(c, scan):
    """A log cleared after a shadow copy was made, and one that is as it was."""
    path = os.path.join(c.work, "cleared.dd")
    m.blank(path, 48)
    m.tool("mkntfs", "-F", "-q", path)
    vss.reserve(path, m.tool)
    logs = os.path.join(c.folder, "C/Windows/System32/winevt/Logs")
    for name in "security.evtx", "sysmon.evtx":
        m.tool("ntfscp", "-q", "-f", path, os.path.join(logs, name), name)
    frozen = vss.freeze(path)
    # What clearing leaves: the event that says so, alone.
    head, *events = open(os.path.join(m.SRC, "testdata/small/security.events")).read().split("\n@ ")
    left = made(c, "cleared", lambda text: head + "\n@ " + [e for e in events if "id=1102" in e][0])
    m.tool("ntfscp", "-q", "-f", path, left, "security.evtx")
    vss.keep(path, frozen, 134169696000000000)
    out, _ = run("verify", "-f", "json", path, expect=(4,))
    logs = {v["file"][len(path):]: v for v in json.loads(out)}
    mine = logs["!/@vss1/security.evtx"]
    only = mine["only_in_shadow_copy"]
    must(only["records"] == 6 or only["records"] == 7, only)
    must(only["event_record_ids"][0]["first"] == 1 and only["first_event"][:10] == "2026-03-02", only)
    must(mine["counts"]["only-in-shadow-copy"] == 1, mine["counts"])
    must("only_in_shadow_copy" not in logs["!/@vss1/sysmon.evtx"], "sysmon is whole")
    out, said = run("verify", path, expect=(4,))
    must("only-in-shadow-copy" in out and "are in no log of the volume itself" in " ".join(out.split()), out)
    _, _ = run("verify", "--no-shadow-copies", path, expect=(0, 4))
    out, _ = run("verify", path + "!/@vss1", expect=(4,))  # nobody looked at the volume itself
    must("only-in-shadow-copy" not in out, out)
    os.unlink(path)


def changed(c, scan):
    """A record that is another one elsewhere: two rows and a finding."""
    where = os.path.join(c.work, "two")
    os.makedirs(os.path.join(where, "a"))
    os.makedirs(os.path.join(where, "b"))
    shutil.copy(os.path.join(m.SRC, "testdata/small/security.evtx"), os.path.join(where, "a"))
    shutil.copy(made(c, "altered", altered), os.path.join(where, "b"))
    rows, said = scan(where)
    rule = [r for r in rows if "comsvcs.dll,#" in r["command_line"] and r["level"] == "informational"]
    must(len(rule) == 2 and len({r["record_id"] for r in rule}) == 1, [r["command_line"] for r in rule])
    must("1 record is there in two versions" in said, said)
    out, _ = run("verify", where, expect=(4,))
    must("record-changed" in out and "has other content in" in " ".join(out.split()), out)
    out, _ = run("verify", "-f", "json", where, expect=(4,))
    counts = {v["file"][len(where) + 1:]: v["counts"].get("record-changed", 0) for v in json.loads(out)}
    must(counts == {"a/security.evtx": 0, "b/security.evtx": 1}, counts)
    shutil.copy(os.path.join(where, "a/security.evtx"), os.path.join(where, "b"))
    _, said = scan(where)
    must("in two versions" not in said, said)


def broken(c, scan):
    """A volume without a file system is carved whole, when asked, and only then."""
    with open(os.path.join(m.SRC, "testdata/small/security.evtx"), "rb") as f:
        log = f.read()
    path = os.path.join(c.work, "broken.dd")
    with open(path, "wb") as f:
        f.write(bytes(446) + bytes([0x80, 0, 0, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little") +
                (8192).to_bytes(4, "little") + bytes(48) + b"\x55\xaa")
        f.seek(3 << 20)
        f.write(log)
        f.truncate(8 << 20)
    for args, some in ((), False), (("--recover",), False), (("--unallocated",), True):
        rows, said = scan(*args, path, expect=(3,))
        must("no file system that is known" in said, said)
        must(bool(rows) == some, "%d rows with %r" % (len(rows), args))
        must({r["origin"] for r in rows} <= {"carved"}, rows)
        must(all(r["source_file"] == path + "!/p1/$Volume" for r in rows), rows)


CASES = {
    "the manifest has the digest of every log": hashed,
    "the manifest has the digest of standard input": piped,
    "the manifest has the times of a log on NTFS": ntfs_times,
    "whole images are hashed and compared": whole_images,
    "a split E01 is hashed file by file": sets,
    "an E01 that is not what was acquired": another,
    "records that only a shadow copy has": cleared,
    "a record that was changed in one place": changed,
    "a volume that is broken is carved": broken,
    "verify --against checks a run again": again,
}
