"""behaviour.py - what happens with evidence that is odd, damaged, hostile, or wanted only in part."""
import bz2
import gzip
import io
import json
import lzma
import os
import resource
import shutil
import struct
import subprocess
import tarfile
import time
import warnings
import zipfile

import __main__ as m
from __main__ import must


def log_bytes(c):
    with open(os.path.join(c.folder, "C/Windows/System32/winevt/Logs/security.evtx"), "rb") as f:
        return f.read()


def names(c, scan):
    """Names as the world writes them; none may lead out, all must be read."""
    class OldName(zipfile.ZipInfo):
        """A name in the code page of an old system: no UTF-8, and not said to be."""
        def _encodeFilenameFlags(self):
            return self.filename.encode("cp850"), self.flag_bits & ~0x800

    path = os.path.join(c.work, "names.zip")
    warnings.simplefilter("ignore")  # twice.evtx
    odd = ["uploads/auto/C%3A/Windows/Security.evtx", "C:\\Windows\\a.evtx", "/absolute.evtx", "../../up.evtx",
           "twice.evtx", "twice.evtx", "gr\u00fc\u00dfe.evtx"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name in odd:
            info = zipfile.ZipInfo("x") if name.isascii() else OldName("x")
            info.filename = name
            z.writestr(info, log_bytes(c))
    rows, _ = scan("--keep-duplicates", path)
    seen = {r["source_file"][len(path) + 2:] for r in rows}
    want = {"uploads/auto/C%3A/Windows/Security.evtx", "C:/Windows/a.evtx", "absolute.evtx", "../../up.evtx",
            "twice.evtx", "twice.evtx#2"}
    must(want <= seen and len(seen) == 7, sorted(seen))
    must(any("%81" in s for s in seen), sorted(seen))


def streams(c, scan):
    """Compressed streams one behind the other, other packers, sparse members, a password two layers deep."""
    plain = c.make("tar")
    with open(plain, "rb") as f:
        data = f.read()
    half = len(data) // 2
    for name, pack in ("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress):
        c.same(write(os.path.join(c.work, "two.tar." + name), pack(data[:half]) + pack(data[half:])))
    for packer in "lz4", "lzip":
        if shutil.which(packer):
            c.same(write(os.path.join(c.work, "one.tar." + packer), m.tool(packer, "-q", "-c", plain)))
    holes = os.path.join(c.work, "holes")
    shutil.copytree(c.folder, holes)
    log = os.path.join(holes, "C/Windows/System32/winevt/Logs/security.evtx")
    os.truncate(log, 3 << 20)
    for kind in "gnu", "posix":
        path = os.path.join(c.work, kind + ".tar")
        m.tool("tar", "-S", "--format=" + kind, "-cf", path, "-C", holes, ".")
        must(os.path.getsize(path) < 2 << 20, "not sparse")
        c.same(path)
    inner = c.make("zip-aes")
    c.same(write(os.path.join(c.work, "collector.zip"),
                 zip_of([("metadata.json", b"{}"), ("data.zip", open(inner, "rb").read())], zipfile.ZIP_STORED)))


def part(c, scan):
    path = c.make("zip") + "!/C/Windows/System32/winevt/Logs/security.evtx"
    rows, _ = scan(path)
    want = [r for r in c.expected if r["source_file"].endswith("/security.evtx")]
    must(len(rows) == len(want) > 0, "%d rows, not %d" % (len(rows), len(want)))
    must({r["source_file"] for r in rows} == {path}, rows[0]["source_file"])


def nothing_there(c, scan):
    _, said = scan(c.make("zip") + "!/no/such.evtx", expect=(3,))
    must("no event log was found" in said, said)


def standard_input(c, scan):
    with open(c.make("tar.gz"), "rb") as f:
        rows, _ = scan("-", stdin=f)
    must(len(rows) == len(c.expected), "%d rows" % len(rows))
    must(rows[0]["source_file"].startswith("-!/") or rows[0]["source_file"].startswith("'-!/"),
         rows[0]["source_file"])


def verified(c, scan):
    def verify(path):
        done = subprocess.run([m.PROGRAM, "verify", "-f", "json", path], stdout=subprocess.PIPE)
        return [(os.path.basename(v["file"]), v.get("records")) for v in json.loads(done.stdout)]
    must(sorted(verify(c.folder)) == sorted(verify(c.make("zip"))) != [], verify(c.make("zip")))


def explained(c, scan):
    """--explain looks at what is inside, and says of it what it says of the folder."""
    def explain(path):
        done = subprocess.run([m.PROGRAM, "scan", "-r", os.path.join(m.SRC, "rules"), "--explain",
                               "e1e11efa-c79f-4b51-8f0d-64807ce0a72a", path], stdout=subprocess.PIPE)
        must(done.returncode == 0, done.returncode)
        return done.stdout.decode().replace(path + "!", "").replace(path, "")
    plain = explain(c.folder)
    must("events of the rule's log source in 4 files" in plain, plain)
    for kind in "zip", "7z":
        path = c.make(kind)
        must(explain(path) == plain, explain(path))


def threads(c, scan):
    out = [scan("-j", n, c.make("tar.gz"))[0] for n in ("1", "4")]
    must(out[0] == out[1], "rows differ with the number of threads")


def wrong_password(c, scan):
    _, said = scan(c.make("zip-encrypted"), expect=(3,))
    must(said.count("encrypted, and no password fits (--password-file)") == 1, said)


def damaged(c, scan):
    for kind in ("tar.gz", "zip"):
        whole = c.make(kind)
        path = os.path.join(c.work, "cut." + kind)
        with open(whole, "rb") as f:
            data = f.read()
        with open(path, "wb") as f:
            f.write(data[:len(data) * 3 // 4])
        rows, said = scan(path, expect=(3,))
        must(0 < len(rows) < len(c.expected), "%d rows" % len(rows))
        must("is damaged" in said, said)


def beside(c, scan, path, says):
    """What is wrong with one archive keeps no other input from being read."""
    rows, said = scan(path, c.folder, expect=(3,))
    must(len(rows) == len(c.expected), "%d rows" % len(rows))
    must(says in said, said)


def ratio(c, scan):
    path = os.path.join(c.work, "bomb.tar.xz")

    class Zeros(io.RawIOBase):
        def __init__(self, n):
            self.left = n

        def read(self, n=-1):
            n = min(n, self.left)
            self.left -= n
            return b"A" * n
    with tarfile.open(path, "w:xz", preset=0) as t:
        info = tarfile.TarInfo("big.txt")
        info.size = 700 << 20
        t.addfile(info, Zeros(info.size))
    beside(c, scan, path, "a bomb")


def depth(c, scan):
    data = log_bytes(c)
    for level in range(12):
        b = io.BytesIO()
        with zipfile.ZipFile(b, "w", zipfile.ZIP_STORED) as z:
            z.writestr("inner", data)
        data = b.getvalue()
    path = os.path.join(c.work, "deep.zip")
    with open(path, "wb") as f:
        f.write(data)
    beside(c, scan, path, "containers deep")


def size(c, scan):
    path = os.path.join(c.work, "large.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("large.evtx", log_bytes(c) + bytes(3 << 20))
    _, said = scan("--disk", "4M", path, c.folder, expect=(3,))
    must("raise --disk" in said, said)


def count(c, scan):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_STORED) as z:
        pass
    path = os.path.join(c.work, "many.tar")
    with tarfile.open(path, "w") as t:
        for i in range(10050):
            info = tarfile.TarInfo("%d.zip" % i)
            info.size = len(b.getvalue())
            t.addfile(info, io.BytesIO(b.getvalue()))
    beside(c, scan, path, "archives and images in one item")


def stored(c, scan):
    """What a zip holds as it is is read in place, but for what its header or checksum does not fit."""
    data = log_bytes(c)
    want = [r for r in c.expected if r["source_file"].endswith("/security.evtx")]
    whole = zip_of([("a.evtx", data)], zipfile.ZIP_STORED)
    path = write(os.path.join(c.work, "stored.zip"), whole)
    for args in ("--disk", "64K"), ("-q",):
        rows, _ = scan(*args, path)  # no temporary file is needed
        must(len(rows) == len(want) > 0, len(rows))
    bad = bytearray(whole)
    at = bad.find(data[:64]) + len(data) - 200  # slack: no record of the log
    bad[at] ^= 1
    path = write(os.path.join(c.work, "sum.zip"), bad)
    for args in (), ("-j", "1"), ("-j", "4"), ("--recover",), ("--decoder", "libevtx"), ("--no-shadow-copies", "--disk", "1M"):
        rows, said = scan(*args, path, expect=(3,))
        must(len(rows) == len(want) and said.count("damaged or was altered") == 1, said)
        must("1 of 2 files read" in said, said)
    done = subprocess.run([m.PROGRAM, "verify", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    must(b"altered" in done.stdout, done.stdout)
    bad = bytearray(zip_of([("a.evtx", data)]))
    for sign, at in (b"PK\x03\x04", 14), (b"PK\x01\x02", 16):  # packed: another checksum
        bad[bad.rfind(sign) + at] ^= 1
    rows, said = scan(write(os.path.join(c.work, "packed-sum.zip"), bad), expect=(3,))
    must(len(rows) == len(want) and "is damaged" in said, said)
    packed = os.path.join(c.work, "streamed.zip")
    with open(packed, "wb") as f:  # sizes and checksum stand behind the data
        class Pipe:
            def write(self, b):
                return f.write(b)

            def flush(self):
                pass
        with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_STORED) as z:
            z.writestr(zipfile.ZipInfo("a.evtx"), data)
    rows, _ = scan(packed)
    must(len(rows) == len(want), len(rows))


def zip_of(members, method=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return b.getvalue()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def program(body):
    """A program for Windows of one section, and body behind it."""
    head = bytearray(1024)
    head[:2], head[128:132] = b"MZ", b"PE\0\0"
    head[60] = 128
    struct.pack_into("<HHIIIHH", head, 132, 0x14C, 1, 0, 0, 0, 224, 0x102)
    struct.pack_into("<8sIIII", head, 128 + 24 + 224, b".text", 512, 4096, 0x40000 - 1024, 1024)
    return bytes(head) + b"\xcc" * (0x40000 - 1024) + body


def unpacks_itself(c, scan):
    """A zip and a 7z behind a program, in a folder and in an image; a program alone is none."""
    for kind in "zip", "7z":
        folder = os.path.join(c.work, "programs of " + kind)
        os.mkdir(folder)
        with open(c.make(kind), "rb") as f:
            path = write(os.path.join(folder, "sfx.exe"), program(f.read()))
        c.same(path)
        write(os.path.join(folder, "alone.exe"), program(b""))
        rows, _ = scan(folder)
        must(len(rows) == len(c.expected), "%d rows" % len(rows))
        image = os.path.join(c.work, "programs.fat")
        m.make_fat(folder, image)
        c.same(image)


def not_read(c, scan):
    """Each is one line that says what to do, and counted; the rest is read."""
    log = os.path.join(c.folder, "C/Windows/System32/winevt/Logs/security.evtx")
    files = {"rar": b"Rar!\x1a\x07\x01\0" + bytes(range(256)) * 9, "ustar": bytes(257) + b"ustar" + bytes(4096)}
    says = {"rar": "a rar archive, which is not read: unpack it, and name the folder",
            "ustar": "is damaged: it only begins as an archive does",
            "deflate64": "is not read (Unsupported ZIP compression method (9: deflation-64-bit)): unpack the archive, "
                         "and name the folder",
            "secret": "1 member is encrypted; 7z archives are not read with a password: unpack it (7z x)",
            "names": "is encrypted; 7z archives are not read with a password: unpack it (7z x)"}
    for name, data in files.items():
        write(os.path.join(c.work, name + ".odd"), data)
    for name, options in (("deflate64", ["-tzip", "-mm=Deflate64"]), ("secret", ["-t7z", "-p" + m.PASSWORD]),
                          ("names", ["-t7z", "-mhe=on", "-p" + m.PASSWORD])):
        m.tool("7z", "a", "-bd", *options, os.path.join(c.work, name + ".odd"), log)
    for name, text in says.items():
        path = os.path.join(c.work, name + ".odd")
        rows, said = scan("--password-file", c.keys, path, c.folder, expect=(3,))
        must(len(rows) == len(c.expected), "%d rows" % len(rows))
        must(said.count(text) == said.count(name + ".odd") == 1 and "1 file could not be read" in said, said)


def fan(c, scan):
    """10 KB that unpack to 10,000 archives of 10 MB each."""
    data = zip_of([("%d.evtx" % i, bytes(1 << 20)) for i in range(10)])
    for _ in range(4):
        data = zip_of([("%d.zip" % i, data) for i in range(10)])
    path = write(os.path.join(c.work, "fan.zip"), data)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    beside(c, scan, path, "a bomb, given up after 1 members")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    must(seconds < 15, "%.1f s of CPU time" % seconds)  # 1 s; a sanitizer takes its time


def collections(c, scan):
    """Hundreds of hosts in one archive, as a fleet is collected, are no bomb."""
    host = zip_of([("uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx", log_bytes(c)),
                   ("uploads.json", b"{}"), ("results/x.json", b"x" * 100000)])
    path = write(os.path.join(c.work, "fleet.zip"),
                 zip_of([("host%03d.zip" % i, host) for i in range(400)], zipfile.ZIP_STORED))
    rows, said = scan(path)
    want = [r for r in c.expected if r["source_file"].endswith("/security.evtx")]
    must(len(rows) == len(want) > 0, "%d rows\n%s" % (len(rows), said))
    must("400 of 400 files" in said, said)


def three_deep(c, scan):
    """A zip in a tar in an E01."""
    where = os.path.join(c.work, "three")
    os.mkdir(where)
    shutil.copy(c.make("zip"), os.path.join(where, "host.zip"))
    tarball = os.path.join(c.work, "three-tar")
    os.mkdir(tarball)
    m.make_tar(where, os.path.join(tarball, "hosts.tar"))
    path = os.path.join(c.work, "three.E01")
    m.make_e01(tarball, path)
    rows = c.same(path)
    must("/hosts.tar!/collection/host.zip!/" in rows[0]["source_file"], rows[0]["source_file"])


def nothing_left(c, scan):
    """No file with a name appears in the temporary folder, not even for a moment that lasts."""
    tmp = os.path.join(c.work, "tmp")
    os.mkdir(tmp)
    scan("--tmpdir", tmp, c.make("7z"))
    must(not os.listdir(tmp), os.listdir(tmp))


def deleted(c, scan):
    """A log given up by its file system is read as deleted, and carved once its entry is gone."""
    path = os.path.join(c.work, "deleted.fat")
    m.make_fat(c.folder, path)
    log = "::/C/Windows/System32/winevt/Logs/security.evtx"
    m.tool("mdel", "-i", path, log)
    want = len([r for r in c.expected if r["source_file"].endswith("/security.evtx")])
    rows, _ = scan(path)
    must(sum(r["origin"] == "deleted" for r in rows) == want > 0, [r["origin"] for r in rows])
    with open(path, "r+b") as f:  # its folder's entry, too
        data = f.read()
        at = data.find(b"\xe5ECURI")
        must(at > 0, "no entry of a deleted file")
        f.seek(at)
        f.write(bytes(32))
    rows, _ = scan("--unallocated", path)
    must(sum(r["origin"] == "carved" for r in rows) == want, [r["origin"] for r in rows])
    must(any("$Unallocated" in r["source_file"] for r in rows), "not in $Unallocated")


def deleted_ntfs(c, scan):
    path = os.path.join(c.work, "deleted.ntfs")
    m.make_ntfs(c.folder, path)
    name = "security.evtx".encode("utf-16-le")
    with open(path, "r+b") as f:
        data = f.read()
        at = next((i for i in range(0, len(data), 1024) if data[i:i + 5] == b"FILE0" and
                   data[i + 22] == 1 and name in data[i:i + 1024]), 0)
        must(at > 0, "no record of the file")
        f.seek(at + 16)  # the next number, and no longer in use
        f.write((int.from_bytes(data[at + 16:at + 18], "little") + 1).to_bytes(2, "little"))
        f.seek(at + 22)
        f.write(bytes(2))
        number = data[at + 44:at + 48] + bytes(2) + data[at + 16:at + 18]
        entry = data.find(name)
        while data[entry - 0x52:entry - 0x4a] != number:
            entry = data.find(name, entry + 1)
            must(entry > 0, "no entry in the folder")
        f.seek(entry - 0x52)  # its folder does not lead there any more
        f.write((int.from_bytes(number[:4], "little") + 1).to_bytes(6, "little") + number[6:])
    rows, _ = scan(path)
    want = len([r for r in c.expected if r["source_file"].endswith("/security.evtx")])
    must(sum(r["origin"] == "deleted" for r in rows) == want > 0, [r["origin"] for r in rows])


def where_windows_keeps_them(c, scan):
    path = os.path.join(c.work, "kept.fat")
    folder = os.path.join(c.work, "kept")
    shutil.copytree(os.path.join(c.folder, "C"), folder)
    os.mkdir(os.path.join(folder, "Users"))
    shutil.copy(os.path.join(folder, "Windows/System32/winevt/Logs/security.evtx"), os.path.join(folder, "Users"))
    m.make_fat(folder, path)
    for args, some in (((path,), False), (("--all-files", path), True), ((path + "!/Users",), True)):
        rows, _ = scan("--keep-duplicates", *args)
        must(any("/Users/" in r["source_file"] for r in rows) == some, args)


def split_raw(c, scan):
    whole = c.make("gpt")
    path = os.path.join(c.work, "split.001")
    with open(whole, "rb") as f:
        for i in range(1, 999):
            part = f.read(10 << 20)
            if not part:
                break
            with open(os.path.join(c.work, "split.%03d" % i), "wb") as to:
                to.write(part)
    c.same(path)


def split_e01(c, scan):
    where = os.path.join(c.work, "set")
    os.mkdir(where)
    m.tool("ewfacquire", "-u", "-q", "-c", "none", "-S", "1MiB", "-t", os.path.join(where, "disk"), c.make("gpt"))
    must(os.path.exists(os.path.join(where, "disk.E05")), os.listdir(where))
    rows, said = scan(where)
    must(len(rows) == len(c.expected), said)


def ex01(c, scan):
    path = os.path.join(c.work, "new.Ex01")
    with open(path, "wb") as f:
        f.write(b"EVF2\r\n\x81\0" + bytes(5000))
    beside(c, scan, path, "Ex01")


CASES = {
    "names as KAPE, Velociraptor, CyLR and UAC write them": names,
    "streams, holes and passwords as packers make them": streams,
    "a path inside names one log": part,
    "a path inside that does not exist": nothing_there,
    "an archive behind a program that unpacks it": unpacks_itself,
    "archives that are named and not read": not_read,
    "an archive on standard input": standard_input,
    "scan --explain looks inside": explained,
    "the same rows for any number of threads": threads,
    "verify looks inside": verified,
    "a wrong password is one line": wrong_password,
    "a damaged archive gives what precedes the damage": damaged,
    "a bomb by ratio is given up": ratio,
    "a bomb by depth is given up": depth,
    "a bomb by number is given up": count,
    "a bomb by archives in archives is given up": fan,
    "an archive of 400 hosts' archives is read": collections,
    "a zip in a tar in an E01": three_deep,
    "a member that a zip holds as it is": stored,
    "a member larger than --disk is left out": size,
    "no file stays in the temporary folder": nothing_left,
    "a deleted log is read, then carved": deleted,
    "a log deleted from NTFS is read": deleted_ntfs,
    "only where Windows keeps logs, unless told otherwise": where_windows_keeps_them,
    "a split raw image": split_raw,
    "a split E01, in a folder": split_e01,
    "Ex01 is refused by name": ex01,
}
