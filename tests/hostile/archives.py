#!/usr/bin/env python3
"""archives.py [-n COUNT] [-f FIRST] PROGRAM TESTDATA - mutated archives and bombs, as a TAP test.

Archives of many kinds are made of two small logs. Each mutant is one of them with a few bytes changed,
mostly in headers and tables, cut short, or with a piece repeated; its number alone decides. A batch
of mutants lies in one folder with a log that is whole: the program must end by itself with 0 or 3 in
good time, write that log's events, and leave nothing behind but its output. A batch that fails is run
again one by one, and the numbers are printed. --make NUMBER FILE writes a mutant.
"""
import argparse
import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

BATCH = 40
SECONDS = 120


def tar(members, fmt=tarfile.PAX_FORMAT, edit=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if edit:
                edit(info)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def by_program(folder, command, files, result):
    """What a packer makes of files; None where there is no such packer."""
    if not shutil.which(command[0]):
        return None
    path = os.path.join(folder, result)
    done = subprocess.run(command[:-1] + [path] + files if command[-1] == "OUT" else command,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0 or not os.path.exists(path):
        return None
    with open(path, "rb") as f:
        return f.read()


def make_seeds(folder, logs):
    """Every kind of archive that can be read."""
    seeds = []
    for cut in 69632, 8192:  # whole logs, and heads only: small archives, where each change counts
        members = [("C/Windows/System32/winevt/Logs/%s" % n, d[:cut]) for n, d in logs]
        files = []
        for name, data in members:
            files.append(os.path.join(folder, os.path.basename(name)))
            with open(files[-1], "wb") as f:
                f.write(data)
        plain = tar(members)
        seeds += [plain, tar(members, tarfile.GNU_FORMAT), tar(members, tarfile.USTAR_FORMAT)]
        seeds += [zip_of(members), zip_of(members, zipfile.ZIP_STORED)]
        seeds += [zip_of(members, zipfile.ZIP_BZIP2), zip_of(members, zipfile.ZIP_LZMA)]
        seeds += [gzip.compress(plain, mtime=0), bz2.compress(plain), lzma.compress(plain)]
        seeds += [gzip.compress(members[0][1], mtime=0), lzma.compress(members[0][1])]
        seeds += [zip_of([("inner.tar.gz", gzip.compress(plain, mtime=0))]),
                  tar([("inner.zip", zip_of(members))])]
        for command, name in ((["7z", "a", "-bd", "-mmt1", "OUT"], "a.7z"),
                              (["bsdtar", "--format=7zip", "-cf", "OUT"], "b.7z"),
                              (["bsdtar", "--format=cpio", "-cf", "OUT"], "a.cpio"),
                              (["bsdtar", "--zstd", "-cf", "OUT"], "a.tar.zst"),
                              (["bsdtar", "--lz4", "-cf", "OUT"], "a.tar.lz4"),
                              (["lcab", "OUT"], "a.cab")):
            made = by_program(folder, command, files, "%d-%s" % (cut, name))
            if made:
                seeds.append(made)
    return seeds


def number(r, old, width):
    top = (1 << (8 * width)) - 1
    return r.choice([0, 1, top, top >> 1, (top >> 1) + 1, old + 1, old - 1, old * 2,
                     old ^ (1 << r.randrange(8 * width)), r.randrange(top + 1)]) & top


def place(r, data):
    """Headers are in front, tables often at the end, and between them behind signatures."""
    kind = r.randrange(4)
    if kind == 0:
        return r.randrange(min(len(data), 600))
    if kind == 1:
        return len(data) - 1 - r.randrange(min(len(data), 400))
    if kind == 2:
        marks = [i for m in (b"PK\x01\x02", b"PK\x03\x04", b"ustar", b"MSCF", b"7z\xbc\xaf")
                 for i in [data.find(m, r.randrange(len(data)))] if i >= 0]
        if marks:
            return min(r.choice(marks) + r.randrange(60), len(data) - 1)
    return r.randrange(len(data))


def mend(data):
    """Checksums of tar headers made right again, or no change gets past them."""
    for at in range(0, len(data) - 511, 512):
        if data[at + 257:at + 262] == b"ustar":
            total = sum(data[at:at + 148]) + 8 * 32 + sum(data[at + 156:at + 512])
            data[at + 148:at + 156] = b"%06o\0 " % total


def mutant(seeds, n):
    r = random.Random(n)
    data = change(r, bytearray(r.choice(seeds)), place)
    if r.randrange(3):
        mend(data)
    return bytes(data)


def change(r, data, where):
    """One to four changes, at places that where(r, data) chooses."""
    for _ in range(r.choice([1, 1, 2, 4])):
        at = where(r, data)
        kind = r.randrange(8)
        if kind < 4:
            width = r.choice([1, 2, 4, 8])
            old = int.from_bytes(data[at:at + width], "little")
            data[at:at + width] = number(r, old, width).to_bytes(width, "little")[:len(data) - at]
        elif kind == 4:
            data[at] ^= 1 << r.randrange(8)
        elif kind == 5:
            del data[at:at + r.choice([1, 4, 64, 4096])]
        elif kind == 6:
            piece = data[at:at + r.choice([1, 16, 512])]
            data[at:at] = piece * r.choice([1, 3, 40])
        else:
            del data[at:]
        if not data:
            data = bytearray(b"PK")
    return data


def bombs():
    """Each by itself would keep a reader busy, or make it write where it may not."""
    zeros = bytes(1 << 20)
    good = b"ElfFile\0" + bytes(4088)
    deep = zip_of([("x.evtx", good)])
    for i in range(40):
        deep = zip_of([("%d.zip" % i, deep)], zipfile.ZIP_STORED)
    fan = zip_of([("%d.evtx" % i, zeros) for i in range(10)])
    for _ in range(3):
        fan = zip_of([("%d.zip" % i, fan) for i in range(10)])
    gz = zlib.compressobj(9, zlib.DEFLATED, 31)
    long_gz = b"".join(gz.compress(good if i == 0 else zeros) for i in range(400)) + gz.flush()
    thrice = lzma.compress(gzip.compress(bz2.compress(zeros * 64)))
    many = zip_of([("d/%06d" % i, b"") for i in range(60000)], zipfile.ZIP_STORED)
    one = zip_of([("a.evtx", good + zeros)])
    tail = one.rfind(b"PK\x01\x02")
    end = one.rfind(b"PK\x05\x06")
    entry = one[tail:end]
    same = one[:tail] + entry * 5000 + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 5000, 5000,
                                                  len(entry) * 5000, tail, 0)
    huge = bytearray(tar([("big.evtx", good)], tarfile.GNU_FORMAT))
    huge[124:136] = b"\x80" + bytes(3) + struct.pack(">Q", (1 << 62))
    mend(huge)
    minus = bytearray(tar([("minus.evtx", good)], tarfile.GNU_FORMAT))
    minus[124:136] = b"\xff" * 12
    mend(minus)
    pax = tar([("pax.evtx", good)], edit=lambda i: i.pax_headers.update(
        {"comment": "x" * 3000000, "GNU.sparse.realsize": "9" * 18, "path": "../" * 9000 + "p"}))
    sparse = tar([("s.evtx", good)], edit=lambda i: i.pax_headers.update(
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s.evtx",
         "GNU.sparse.realsize": str(1 << 50)}))

    def link(info):
        info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0

    def device(info):
        info.type, info.size = tarfile.CHRTYPE, 0

    def hard(info):
        info.type, info.linkname, info.size = tarfile.LNKTYPE, "loop.evtx", 0

    return {
        "zip in zip, 40 deep": deep,
        "10 zips in each of 10, three times": fan,
        "400 MB of zeros in gzip": long_gz,
        "bzip2 in gzip in xz": thrice,
        "60,000 empty members": many,
        "5,000 entries of one member": same,
        "size 2^62 in tar": bytes(huge),
        "size -1 in tar": bytes(minus),
        "3 MB of pax header": pax,
        "sparse file of 2^50 bytes": sparse,
        "members that climb": tar([("../" * 30 + "tmp/evil.evtx", good), ("/tmp/evil.evtx", good)]),
        "zip members that climb": zip_of([("..\\..\\evil.evtx", good), ("/evil.evtx", good)]),
        "symbolic link": tar([("l.evtx", b"")], edit=link),
        "device": tar([("d.evtx", b"")], edit=device),
        "hard link to itself": tar([("loop.evtx", b"")], edit=hard),
        "name of 60,000 bytes": zip_of([("n" * 60000, good)]),
        "20,000 times one name": zip_of_same(good[:64], 20000),
        "7z whose header is at 2^60": b"7z\xbc\xaf\x27\x1c\0\4" + sevenzip_start(),
        "cab of 65,535 folders": b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, 0xFFFFFFFF, 0, 44, 0, 3, 1,
                                                      0xFFFF, 0xFFFF, 0, 0, 0) + zeros[:4096],
        "zstd with a window of 2^41": b"\x28\xb5\x2f\xfd\x00\xf8" + b"\x01\x00\x00" * 2000,
        "xz with a dictionary of 4 GB": xz_dictionary(),
    }


def zip_of_same(data, times):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zip_of([("same.evtx", data)] * times, zipfile.ZIP_STORED)


def sevenzip_start():
    start = struct.pack("<QQI", 1 << 60, 1 << 60, 0)
    return struct.pack("<I", zlib.crc32(start)) + start


def xz_dictionary():
    data = bytearray(lzma.compress(b"ElfFile\0" + bytes(4088)))
    at = data.find(b"\x21\x01")  # the LZMA2 filter of the block's header: its size byte follows
    if at > 0:
        data[at + 2] = 40
        size = (data[12] + 1) * 4
        data[12 + size - 4:12 + size] = struct.pack("<I", zlib.crc32(data[12:12 + size - 4]))
    return bytes(data)


def write(path, data):
    """Long zeros become a hole."""
    with open(path, "wb") as f:
        for at in range(0, len(data), 65536):
            part = data[at:at + 65536]
            if part.count(0) < len(part):
                f.seek(at)
                f.write(part)
        f.truncate(len(data))


class Trial:
    def __init__(self, program, folder, log, options=()):
        self.program, self.folder, self.log, self.options = program, folder, log, list(options)
        self.logs_inside = 0
        os.mkdir(self.path("tmp"))
        self.want, why = self.events({})
        if not self.want:
            sys.exit("Bail out! the whole log alone cannot be read: %s" % why)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def events(self, files):
        """Rows that name the whole log, None when something is wrong; and what."""
        where = self.path("in")
        os.mkdir(where)
        try:
            for name, data in dict(files, **{"whole.evtx": self.log}).items():
                write(os.path.join(where, name), data)
            return self.run(where, sorted(os.listdir(where)))
        finally:
            shutil.rmtree(where)

    def run(self, where, names):
        command = [self.program, "dump", "--quiet", "--no-progress", "--threads", "1", "-f", "csv",
                   "--tmpdir", self.path("tmp"), *self.options, where]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return None, "it does not end"
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode not in (0, 3):
            return None, "it ends with %d: %s" % (done.returncode, said[-2000:])
        if self.bad_words(said):
            return None, said[-2000:]
        if os.listdir(self.path("tmp")) or sorted(os.listdir(where)) != names:
            return None, "it left a file behind"
        rows = done.stdout.split(b"\r\n")
        self.logs_inside += sum(b"!/" in row for row in rows)
        return [row for row in rows if b"whole.evtx" in row and b"!/" not in row], ""

    def bad_words(self, said):
        return "Sanitizer" in said or "runtime error" in said or "crashed" in said

    def good(self, files):
        rows, why = self.events(files)
        if rows is not None and rows != self.want:
            return "the whole log was not read as it should be"
        return why


def try_mutants(trial, make, first, count):
    """make(n): the files of mutant n; the first is the mutant."""
    bad = 0
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        made = {n: make(n) for n in numbers}
        files = {name: data for more in made.values() for name, data in more.items()}
        if start > first and (start - first) % 4000 == 0:
            print("# %d so far, %d bad" % (start - first, bad), flush=True)
        if not trial.good(files):
            continue
        for n, files in made.items():
            why = trial.good(files)
            if why:
                print("# mutant %d: %s" % (n, why.replace("\n", "\n#   ")), flush=True)
                bad += 1
        if bad > 20:
            break
    return bad


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("-f", type=int, default=1)
    parser.add_argument("--make", nargs=2)
    parser.add_argument("program")
    parser.add_argument("testdata")
    return parser.parse_args()


def main():
    args = arguments()
    logs = []
    for name in "small/security.evtx", "damaged/odd.evtx":
        with open(os.path.join(args.testdata, name), "rb") as f:
            logs.append((os.path.basename(name), f.read()))
    with tempfile.TemporaryDirectory() as folder:
        seeds = make_seeds(folder, logs)
    if args.make:
        with open(args.make[1], "wb") as f:
            f.write(mutant(seeds, int(args.make[0])))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(args.program, folder, logs[0][1])
        bad = try_mutants(trial, lambda n: {"m%d" % n: mutant(seeds, n)}, args.f, args.n)
        print("# %d events came out of mutants of %d archives" % (trial.logs_inside, len(seeds)))
        print("%sok 1 - %d mutated archives break nothing, the rest is read"
              % ("not " if bad else "", args.n))
        print("%sok 2 - something is read inside them" % ("" if trial.logs_inside else "not "))
        tests = 2
        for name, data in bombs().items():
            tests += 1
            why = trial.good({"bomb": data})
            bad += bool(why)
            print("%sok %d - bomb: %s" % ("not " if why else "", tests, name))
            if why:
                print("#   " + why.replace("\n", "\n#   "))
        print("1..%d" % tests)
    return 1 if bad or not trial.logs_inside else 0


if __name__ == "__main__":
    sys.exit(main())
