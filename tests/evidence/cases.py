#!/usr/bin/env python3
"""cases.py [--all] [NAME...] - evidence in place gives the timeline of the plain folder.

Makes archives and disk images of logs from testdata/ with the usual tools, and scans them: every row
must be that of the plain folder but for source_file and also_in. Kinds whose tools are missing are
skipped. Without --all a sample runs. Prints TAP."""
import csv
import functools
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import bitlocker
import disks

SRC = os.environ.get("srcdir") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("EVTRIAGE") or os.path.join(SRC, "build", "evtriage")
LOGS = ["small/sysmon.evtx", "small/security.evtx", "story/System.evtx",
        "story/Microsoft-Windows-PowerShell%4Operational.evtx"]
PASSWORD = "correct horse"
os.environ["PATH"] += ":/usr/sbin:/sbin"


class Skip(Exception):
    pass


def must(condition, text):
    if not condition:
        raise AssertionError(text)


def tool(*argv, cwd=None, data=None):
    if not shutil.which(argv[0]):
        raise Skip(argv[0] + " not found")
    done = subprocess.run(argv, cwd=cwd, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(" ".join(argv) + ": " + done.stdout.decode(errors="replace")[-400:])
    return done.stdout


def scan(*args, expect=(0,), env=None, stdin=None):
    """Rows as dicts, and what was said, its long lines not broken."""
    e = dict(os.environ, LC_ALL="C", TZ="UTC", **(env or {}))
    done = subprocess.run([PROGRAM, "scan", "-r", os.path.join(SRC, "rules"), "-f", "csv", *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=e, timeout=300, stdin=stdin)
    said = done.stderr.decode(errors="replace").replace("\n    ", " ")
    must(done.returncode in expect, "exit %d: %s" % (done.returncode, said[-600:]))
    return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline=""))), said


def built_without():
    done = subprocess.run([PROGRAM, "--version", "--verbose"], stdout=subprocess.PIPE)
    return done.stdout.decode()


def essence(rows):
    return sorted(tuple(v for k, v in r.items() if k not in ("source_file", "also_in")) for r in rows)


# --- makers: a folder (or, nested, a folder that holds one container) to a file ---

def files_of(folder):
    found = []
    for at, _, names in sorted(os.walk(folder)):
        found += [os.path.relpath(os.path.join(at, n), folder) for n in sorted(names)]
    return found


def make_zip(folder, out, method=zipfile.ZIP_DEFLATED, force64=False):
    with zipfile.ZipFile(out, "w", method) as z:
        for name in files_of(folder):
            with open(os.path.join(folder, name), "rb") as f, z.open(
                    zipfile.ZipInfo(name), "w", force_zip64=force64) as to:
                shutil.copyfileobj(f, to)


def make_zip_stored(folder, out):
    make_zip(folder, out, zipfile.ZIP_STORED)


def make_zip64(folder, out):
    make_zip(folder, out, force64=True)


def make_zip_backslash(folder, out):
    """As .NET before 4.6.1 writes them; ZipInfo would turn them round."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in files_of(folder):
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            with open(os.path.join(folder, name), "rb") as f:
                z.writestr(info, f.read(), zipfile.ZIP_DEFLATED)


def make_zip_encrypted(folder, out):
    tool("zip", "-q", "-r", "-P", PASSWORD, out, ".", cwd=folder)


def make_zip_aes(folder, out):
    tool("7z", "a", "-bd", "-tzip", "-mem=AES256", "-p" + PASSWORD, out, ".", cwd=folder)


def make_7z(folder, out):
    tool("7z", "a", "-bd", "-t7z", out, ".", cwd=folder)


def make_tar(folder, out, mode="w"):
    with tarfile.open(out, mode) as t:
        t.add(folder, arcname="collection")


def make_tgz(folder, out):
    make_tar(folder, out, "w:gz")


def make_txz(folder, out):
    make_tar(folder, out, "w:xz")


def make_tbz2(folder, out):
    make_tar(folder, out, "w:bz2")


def make_tzst(folder, out):
    plain = out + ".plain"
    make_tar(folder, plain)
    tool("zstd", "-q", "--rm", plain, "-o", out)


def make_cab(folder, out):
    tool("gcab", "-c", "-z", out, *files_of(folder), cwd=folder)


def single(argv):
    def make(folder, out):
        names = files_of(folder)
        if len(names) != 1:
            raise Skip("holds one file only")
        with open(os.path.join(folder, names[0]), "rb") as f:
            data = tool(*argv, data=f.read())
        with open(out, "wb") as f:
            f.write(data)
    return make


ARCHIVES = {
    "zip": make_zip, "zip-stored": make_zip_stored, "zip64": make_zip64, "zip-backslash": make_zip_backslash,
    "zip-encrypted": make_zip_encrypted, "zip-aes": make_zip_aes, "7z": make_7z, "tar": make_tar,
    "tar.gz": make_tgz, "tar.xz": make_txz, "tar.bz2": make_tbz2, "tar.zst": make_tzst, "cab": make_cab,
}
SINGLE = {"gz": single(["gzip", "-c"]), "xz": single(["xz", "-c"]), "zst": single(["zstd", "-q", "-c"]),
          "bz2": single(["bzip2", "-c"])}


def megabytes(folder):
    return 24 + 2 * sum(os.path.getsize(os.path.join(folder, n)) for n in files_of(folder)) // (1 << 20)


def blank(out, size):
    with open(out, "wb") as f:
        f.truncate(size << 20)


def make_ntfs(folder, out):
    """ntfscp makes no folders: everything lies in the root."""
    blank(out, megabytes(folder))
    tool("mkntfs", "-F", "-q", out)
    for name in files_of(folder):
        tool("ntfscp", "-q", "-f", out, os.path.join(folder, name), os.path.basename(name))


def make_fat(folder, out, bits="32", mib=40, more=()):
    blank(out, mib + megabytes(folder))
    tool("mkfs.vfat", "-F", bits, *more, out)
    for at, folders, names in os.walk(folder):
        inside = os.path.relpath(at, folder)
        for name in folders:
            tool("mmd", "-i", out, "::" + os.path.normpath(os.path.join(inside, name)))
        for name in names:
            tool("mcopy", "-i", out, os.path.join(at, name), "::" + os.path.normpath(os.path.join(inside, name)))


def make_fat16(folder, out):
    make_fat(folder, out, "16", 0)


def make_fat12(folder, out):
    if megabytes(folder) > 120:
        raise Skip("too large for FAT12")
    make_fat(folder, out, "12", 0, ("-s", "64"))


def make_exfat(folder, out):
    blank(out, 8 + megabytes(folder))
    tool("mkfs.exfat", out)
    disks.fill_exfat(out, folder)


def make_logical(folder, out):
    """Three partitions: one without logs, and all logs in the second logical one."""
    empty, full = out + ".empty", out + ".full"
    os.makedirs(empty + ".d", exist_ok=True)
    make_fat(empty + ".d", empty)
    make_ntfs(folder, full)
    disks.logical(out, [(12, empty), (7, empty), (7, full)])
    os.unlink(empty)
    os.unlink(full)


def make_bitlocker(folder, out, method=bitlocker.AES_XTS_128, protect=bitlocker.Maker.by_nothing):
    """With a clear key, which takes no time; returns what protect does."""
    if not bitlocker.Cipher:
        raise Skip("no python3-cryptography")
    plain, maker = out + ".ntfs", bitlocker.Maker(method)
    key = protect(maker)
    make_ntfs(folder, plain)
    bitlocker.encrypt(maker, plain, out)
    os.unlink(plain)
    return key


def make_gpt(folder, out, volume=make_ntfs):
    part = out + ".part"
    volume(folder, part)
    size = os.path.getsize(part)
    blank(out, (size >> 20) + 4)
    tool("sgdisk", "-n", "1:2048:+%dK" % (size >> 10), "-t", "1:0700", out)
    with open(part, "rb") as f, open(out, "r+b") as to:
        to.seek(1 << 20)
        shutil.copyfileobj(f, to)
    os.unlink(part)


def make_mbr(folder, out):
    part = out + ".part"
    make_fat(folder, part)
    size = os.path.getsize(part)
    with open(part, "rb") as f, open(out, "wb") as to:
        entry = bytes([0x80, 0, 0, 0, 0x0c, 0, 0, 0]) + (2048).to_bytes(4, "little") + (size >> 9).to_bytes(4, "little")
        to.write(bytes(446) + entry + bytes(48) + b"\x55\xaa")
        to.seek(1 << 20)
        shutil.copyfileobj(f, to)
    os.unlink(part)


def converted(kind, *options):
    def make(folder, out, volume=make_ntfs):
        raw = out + ".raw"
        make_gpt(folder, raw, volume)
        tool("qemu-img", "convert", "-O", kind, *options, raw, out)
        os.unlink(raw)
    return make


def make_e01(folder, out, volume=make_ntfs):
    raw = out + ".raw"
    make_gpt(folder, raw, volume)
    tool("ewfacquire", "-u", "-q", "-c", "fast", "-t", out, raw)
    os.unlink(raw)
    os.rename(out + ".E01", out)


IMAGES = {"ntfs": make_ntfs, "fat32": make_fat, "fat16": make_fat16, "fat12": make_fat12, "exfat": make_exfat,
          "mbr-logical": make_logical, "vmdk-stream": converted("vmdk", "-o", "subformat=streamOptimized"),
          "gpt": make_gpt, "mbr": make_mbr, "e01": make_e01, "bitlocker": make_bitlocker,
          "qcow2": converted("qcow2"), "vmdk": converted("vmdk"), "vhd": converted("vpc"),
          "vhdx": converted("vhdx")}
KINDS = dict(ARCHIVES)
KINDS.update(IMAGES)
SAMPLE = {"zip", "zip-stored", "zip-encrypted", "7z", "tar.gz", "tar.zst", "zip in tar.gz", "tar.gz in zip",
          "7z in tar", "gz", "zip in gz", "ntfs", "fat32", "fat12", "exfat", "mbr-logical", "gpt", "mbr", "e01",
          "qcow2", "vmdk", "vhd", "vhdx", "bitlocker", "zip in ntfs", "ntfs in tar.gz", "e01 in zip", "zip in bitlocker"}


class Cases:
    def __init__(self, work, names, every):
        self.work, self.names, self.every = work, names, every
        self.count = self.bad = 0
        self.folder = os.path.join(work, "plain")
        logs = os.path.join(self.folder, "C", "Windows", "System32", "winevt", "Logs")
        os.makedirs(logs)
        for log in LOGS:
            shutil.copy(os.path.join(SRC, "testdata", log), logs)
        with open(os.path.join(self.folder, "C", "notes.txt"), "w") as f:
            f.write("no log\n")
        self.keys = os.path.join(work, "passwords")
        with open(self.keys, "w") as f:
            f.write("wrong\n" + PASSWORD + "\n")
        self.expected = scan(self.folder)[0]
        self.made = {}

    def result(self, name, call, sample=False):
        if name not in self.names if self.names else not (self.every or sample or name in SAMPLE):
            return
        self.count += 1
        try:
            call()
            print("ok %d - %s" % (self.count, name), flush=True)
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (self.count, name, why), flush=True)
        except Exception as why:  # a test that breaks has failed
            self.bad = 1
            for line in str(why).splitlines():
                print("# " + line)
            print("not ok %d - %s" % (self.count, name), flush=True)

    def make(self, kind, folder=None, tag=""):
        """The container of a kind, made once."""
        key = tag + kind
        if key not in self.made:
            out = os.path.join(self.work, (tag + kind).replace(" ", "_") + ".bin")
            KINDS[kind](folder or self.folder, out)
            self.made[key] = out
        return self.made[key]

    def same(self, path, expected=None, extra=()):
        rows, said = scan("--password-file", self.keys, *extra, path)
        expected = self.expected if expected is None else expected
        if essence(rows) != essence(expected):
            raise AssertionError("%d rows, the folder has %d\n%s" % (len(rows), len(expected), said))
        for r in rows:
            if not r["source_file"].startswith(path + "!/"):  # the item, then what is inside
                raise AssertionError("source_file is " + r["source_file"])
        return rows

    def nested(self, outer, inner):
        inside = self.make(inner)
        folder = os.path.join(self.work, "hold " + inner)
        if not os.path.isdir(folder):
            os.mkdir(folder)
            shutil.copy(inside, os.path.join(folder, "inner." + inner))
        self.same(self.make(outer, folder, "holds %s in " % inner))

    def run(self):
        for kind in KINDS:
            self.result(kind, lambda k=kind: self.same(self.make(k)))
        for outer in KINDS:
            for inner in KINDS:
                self.result("%s in %s" % (inner, outer), lambda o=outer, i=inner: self.nested(o, i))
        self.singles()
        import behaviour
        import helper
        import images
        import integrity
        for module in behaviour, helper, images, integrity:
            for name, call in module.CASES.items():
                self.result(name, functools.partial(call, self, scan), sample=True)
        print("1..%d" % self.count)
        return self.bad

    def singles(self):
        log = os.path.join(self.work, "one")
        os.mkdir(log)
        shutil.copy(os.path.join(SRC, "testdata", LOGS[1]), log)
        expected = scan(log)[0]
        for kind, make in SINGLE.items():
            def one(k=kind, m=make):
                out = os.path.join(self.work, "security.evtx." + k)
                m(log, out)
                rows = self.same(out, expected)
                if rows[0]["source_file"] != out + "!/security.evtx":
                    raise AssertionError("called " + rows[0]["source_file"])
            self.result(kind, lambda f=one: f())

            def packed(k=kind, m=make):
                folder = os.path.join(self.work, "hold-" + k)
                os.mkdir(folder)
                shutil.copy(self.make("zip"), folder)
                out = os.path.join(self.work, "inner.zip." + k)
                m(folder, out)
                self.same(out)
            self.result("zip in " + kind, lambda f=packed: f())


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    every = "--all" in sys.argv
    work = tempfile.mkdtemp(prefix="evtriage-evidence-")
    try:
        if "libarchive 3" not in built_without() or "built without libseccomp" in built_without():
            print("ok 1 - evidence # SKIP built without libarchive or libseccomp\n1..1")
            return 0
        return Cases(work, [a for a in sys.argv[1:] if a != "--all"], every).run()
    finally:
        shutil.rmtree(work)


sys.exit(main())
