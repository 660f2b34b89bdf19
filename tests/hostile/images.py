#!/usr/bin/env python3
"""images.py [-n COUNT] [-f FIRST] PROGRAM TESTDATA - mutated disk images, as a TAP test.

Small images of every kind that can be read, each with a log in it. A mutant is one of them with bytes
changed in its headers and tables, checksums mostly made right again, cut short, or with a piece repeated; its
number alone decides. The rest is as in archives.py: batches beside a whole log, which must be read; the
program ends by itself with 0 or 3 and leaves nothing behind. A reader that dies of a mutant is one
message and no fault of the program; how often that happens is printed. --make NUMBER FILE writes a mutant.
"""
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, "..", "evidence")]
import archives        # noqa: E402
import bitlocker as bl  # noqa: E402
import disks           # noqa: E402
import vss             # noqa: E402

os.environ["PATH"] += ":/usr/sbin:/sbin"
os.environ["EVTRIAGE_EVIDENCE_SILENCE"] = "15"
SHARED = os.environ.get("EVTRIAGE_SHARED", "/work/shared")
BITLOCKER = "bitlk-aes-xts-128-startup-key.img", "4381F759-C4F8-4DE0-BB61-FC33A831BDA5.BEK"
MARKS = [b"FILE0", b"INDX(", b"EFI PART", b"conectix", b"cxsparse", b"vhdxfile", b"head", b"regi", b"metadata", b"KDMV",
         b"QFI\xfb", b"# Disk", b"EVF\x09", b"header", b"volume", b"sectors", b"table", b"-FVE-FS-", vss.ID, b"EXFAT",
         b"NTFS    ", b"\x55\xaa", b"\x83\x00", b"\x85\x02", b"EVTX", b"createType"]


class Missing(Exception):
    pass


def tool(*argv):
    if not shutil.which(argv[0]):
        raise Missing(argv[0])
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Maker:
    """Images, in a folder of their own; each function returns the file's bytes, or files: {name: bytes}."""

    def __init__(self, folder, log):
        self.folder, self.log = folder, log

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def blank(self, name, kib):
        with open(self.path(name), "wb") as f:
            f.truncate(kib << 10)
        return self.path(name)

    def ntfs(self, name="ntfs", kib=1536):
        path = self.blank(name, kib)
        tool("mkntfs", "-F", "-q", "-L", "x", path)
        tool("ntfscp", "-q", "-f", path, self.log, "Security.evtx")
        return self.read(name)

    def fat(self, bits, kib):
        path = self.blank("fat", kib)
        tool("mkfs.vfat", "-F", bits, "-s", "1", path)
        tool("mmd", "-i", path, "::Logs of a long name")
        tool("mcopy", "-i", path, self.log, "::Logs of a long name/Security and more.evtx")
        return self.read("fat")

    def fat12(self):
        return self.fat("12", 1024)

    def fat16(self):
        return self.fat("16", 4096)

    def fat32(self):
        return self.fat("32", 34000)

    def exfat(self):
        path = self.blank("exfat", 4096)
        tool("mkfs.exfat", path)
        v = disks.Exfat(path)
        v.put("logs")
        with open(self.log, "rb") as f:
            v.put("logs/Security.evtx", f.read())
        v.file.close()
        return self.read("exfat")

    def mbr(self):
        self.fat12()
        self.ntfs()
        disks.logical(self.path("mbr"), [(1, self.path("fat")), (7, self.path("fat")), (7, self.path("ntfs"))])
        return self.read("mbr")

    def gpt(self):
        volume = self.ntfs()
        path = self.blank("gpt", 2048 + len(volume) // 1024)
        tool("sgdisk", "-a", "8", "-n", "1:64:+%dK" % (len(volume) >> 10), "-t", "1:0700", path)
        with open(path, "r+b") as f:
            disks.copy_at(f, 64, self.path("ntfs"))
        return self.read("gpt")

    def converted(self, kind, *options):
        self.ntfs()
        tool("qemu-img", "convert", "-f", "raw", "-O", kind, *options, self.path("ntfs"), self.path("out"))
        return self.read("out")

    def e01(self):
        self.gpt()
        tool("ewfacquire", "-u", "-q", "-c", "fast", "-t", self.path("e01"), self.path("gpt"))
        return self.read("e01.E01")

    def vhd(self):
        return self.converted("vpc", "-o", "force_size=on")

    def vhdx(self):
        return self.converted("vhdx", "-o", "block_size=1M,log_size=1M")

    def vmdk(self):
        return self.converted("vmdk")

    def vmdk_stream(self):
        return self.converted("vmdk", "-o", "subformat=streamOptimized")

    def vmdk_flat(self):
        self.ntfs()
        tool("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicFlat", self.path("ntfs"),
             self.path("disk.vmdk"))
        return {name: self.read(name) for name in ("disk.vmdk", "disk-flat.vmdk")}

    def qcow2(self):
        return self.converted("qcow2")

    def qcow2_chain(self):
        self.ntfs()
        tool("qemu-img", "create", "-f", "qcow2", "-b", self.path("ntfs"), "-F", "raw", self.path("child.qcow2"))
        return {"child.qcow2": self.read("child.qcow2"), "ntfs": self.read("ntfs")}

    def children(self):
        """A disk, empty and with a log."""
        self.blank("before", 1536)
        self.ntfs("after")
        return self.path("before"), self.path("after")

    def vhd_child(self):
        before, after = self.children()
        tool("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "force_size=on", before, self.path("base.vhd"))
        disks.vhd_child(disks.vhd_id(self.path("base.vhd")), "base.vhd", before, after, self.path("child.vhd"))
        return {"child.vhd": self.read("child.vhd"), "base.vhd": self.read("base.vhd")}

    def vhdx_child(self):
        before, after = self.children()
        for raw, out in (before, "base.vhdx"), (after, "child.vhdx"):
            tool("qemu-img", "convert", "-f", "raw", "-O", "vhdx", "-o", "block_size=1M,log_size=1M", raw, self.path(out))
        disks.vhdx_child(disks.vhdx_data_id(self.path("base.vhdx")), "base.vhdx", before, after, self.path("child.vhdx"))
        return {"child.vhdx": self.read("child.vhdx"), "base.vhdx": self.read("base.vhdx")}

    def shadow(self):
        vss.story(self.path("shadow"), tool, [self.log, self.log + ".2", self.log + ".3"], 4, 40)
        return self.read("shadow")

    def bitlocker(self):
        """The headers of a volume of Windows, moved together: its data are zeros anyway."""
        packed = os.path.join(SHARED, "disk", "bitlk-images.tar.xz")
        if not os.path.exists(packed):
            raise Missing(packed)
        with open(packed, "rb") as f:
            names = subprocess.run(["tar", "-tJf", packed], stdout=subprocess.PIPE, check=True).stdout.decode().split()
        inside = {os.path.basename(n): n for n in names}
        tool("tar", "-xJf", packed, "-C", self.folder, *(inside[n] for n in BITLOCKER))
        image, key = (os.path.join(self.folder, inside[n]) for n in BITLOCKER)
        os.replace(key, self.path("key.bek"))
        with open(image, "rb") as f:
            data = bytearray(f.read(65536) + bytes(4 << 20))
            for i, at in enumerate(struct.unpack_from("<QQQ", data, 176)):
                f.seek(at)
                new = (1 + i) << 20
                data[new:new + 65536] = f.read(65536)
                struct.pack_into("<Q", data, 176 + 8 * i, new)
                struct.pack_into("<QQQ", data, new + 32, 1 << 20, 2 << 20, 3 << 20)
        return bytes(data)

    def bitlocker_clear(self):
        """A volume of our own, that opens without a key and holds a log."""
        if not bl.Cipher:
            raise Missing("python3-cryptography")
        self.ntfs("plain", 2048)
        keys = bl.Maker(bl.AES_XTS_128)
        keys.by_nothing()
        bl.encrypt(keys, self.path("plain"), self.path("encrypted"))
        return self.read("encrypted")


KINDS = ["ntfs", "fat12", "fat16", "fat32", "exfat", "mbr", "gpt", "e01", "vhd", "vhdx", "vmdk", "vmdk_stream", "vmdk_flat",
         "qcow2", "qcow2_chain", "vhd_child", "vhdx_child", "shadow", "bitlocker", "bitlocker_clear"]


def make_seeds(folder, log):
    """[(kind, bytes, {further files})], and the kinds that cannot be made here."""
    maker, seeds, without = Maker(folder, os.path.join(folder, "Security.evtx")), [], []
    for more in "", ".2", ".3":
        with open(maker.log + more, "wb") as f:
            f.write(log)
    for kind in KINDS:
        try:
            made = getattr(maker, kind)()
        except (Missing, subprocess.CalledProcessError, OSError, StopIteration) as why:
            without.append("%s (%s)" % (kind, why))
            continue
        if isinstance(made, dict):
            first, *others = made
            seeds.append((kind, made[first], {n: made[n] for n in others}))
        else:
            seeds.append((kind, made, {}))
    return seeds, without


# --- changes ---

def spots(data):
    """Where headers and tables are: behind each mark, with the length that counts."""
    found = [(0, min(len(data), 1024)), (max(0, len(data) - 1024), min(len(data), 1024))]
    for mark in MARKS:
        at, n = data.find(mark), 0
        while at >= 0 and n < 64:
            found.append((max(0, at - 4), 200))
            at, n = data.find(mark, at + len(mark)), n + 1
    return found


def chooser(spot):
    def place(r, data):
        if r.randrange(8):
            at, n = r.choice(spot)
            return min(len(data) - 1, at + r.randrange(n))
        for _ in range(20):  # a table without a mark: anywhere that is no zero
            at = r.randrange(len(data))
            if data[at]:
                break
        return at
    return place


CRC32C = []


def crc32c(data):
    if not CRC32C:
        for i in range(256):
            for _ in range(8):
                i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
            CRC32C.append(i)
    crc = 0xFFFFFFFF
    for b in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ b) & 255]
    return crc ^ 0xFFFFFFFF


def mend_vhd(data):
    for mark, at_sum, size in (b"conectix", 64, 512), (b"cxsparse", 36, 1024):
        at = data.find(mark)
        while 0 <= at <= len(data) - size:
            part = data[at:at + size]
            part[at_sum:at_sum + 4] = bytes(4)
            struct.pack_into(">I", data, at + at_sum, ~sum(part) & 0xFFFFFFFF)
            at = data.find(mark, at + 8)


def mend_vhdx(data):
    for at, n in (0x10000, 4096), (0x20000, 4096), (0x30000, 65536), (0x40000, 65536):
        if len(data) >= at + n:
            struct.pack_into("<I", data, at + 4, crc32c(data[at:at + 4] + bytes(4) + data[at + 8:at + n]))


def mend_gpt(data):
    for at in 512, len(data) - 512:
        if at >= 0 and data[at:at + 8] == b"EFI PART" and len(data) >= at + 512:
            first, count, size = struct.unpack_from("<QII", data, at + 72)
            if count * size < 1 << 20:
                struct.pack_into("<I", data, at + 88, zlib.crc32(data[first * 512:first * 512 + count * size]))
            n = min(struct.unpack_from("<I", data, at + 12)[0], 512)
            struct.pack_into("<I", data, at + 16, zlib.crc32(data[at:at + 16] + bytes(4) + data[at + 20:at + n]))


def mend_e01(data):
    at = 13
    for _ in range(200):
        if at + 76 > len(data):
            return
        struct.pack_into("<I", data, at + 72, zlib.adler32(data[at:at + 72]))
        kind = bytes(data[at:at + 16]).rstrip(b"\0")
        if kind in (b"table", b"table2") and at + 100 <= len(data):
            struct.pack_into("<I", data, at + 96, zlib.adler32(data[at + 76:at + 96]))
            n = min(struct.unpack_from("<I", data, at + 76)[0], 16384)
            if at + 104 + 4 * n <= len(data):
                struct.pack_into("<I", data, at + 100 + 4 * n, zlib.adler32(data[at + 100:at + 100 + 4 * n]))
        elif kind in (b"volume", b"disk") and at + 76 + 1052 <= len(data):
            struct.pack_into("<I", data, at + 76 + 1048, zlib.adler32(data[at + 76:at + 76 + 1048]))
        following = struct.unpack_from("<Q", data, at + 16)[0]
        if following <= at or following > len(data):
            return
        at = following


MEND = {"vhd": mend_vhd, "vhd_child": mend_vhd, "vhdx": mend_vhdx, "vhdx_child": mend_vhdx, "gpt": mend_gpt,
        "e01": mend_e01}


class Mutants:
    def __init__(self, seeds):
        self.seeds = seeds
        self.place = [chooser(spots(data)) for _, data, _ in seeds]

    def make(self, n):
        r = random.Random(n)
        i = r.randrange(len(self.seeds))
        kind, data, more = self.seeds[i]
        data = archives.change(r, bytearray(data), self.place[i])
        if r.randrange(4) and kind in MEND:
            MEND[kind](data)
        return dict({"m%d" % n: data}, **more)


SANITIZER = re.compile(rb"(__asan_\w+|__interceptor_\w+|mem(cpy|move|set|cmp))\n")


def without_faults_of_libraries(said):
    """What was said without AddressSanitizer's reports of what a library of the system did in the helper:
    those whose innermost frame, functions of the sanitizer apart, is in one. The sanitizer names no
    functions there, as the helper is locked; addr2line does."""
    kept = []
    for report in re.split(r"(?m)^(?==+$)", said):
        frame = re.findall(r"#[01] 0x[0-9a-f]+ .*?\(([^()+]+)\+(0x[0-9a-f]+)\)", report)[:2]
        if "ERROR: AddressSanitizer" in report and len(frame) == 2 and ".so" in frame[1][0]:
            name = subprocess.run(["addr2line", "-f", "-e", *frame[0]], stdout=subprocess.PIPE, check=False)
            if ".so" in frame[0][0] or SANITIZER.match(name.stdout):
                continue
        kept.append(report)
    return "".join(kept)


class Trial(archives.Trial):
    """A reader that dies, or does not end and is ended, is what the jail is for: counted, and no fault."""
    died = hung = 0

    def bad_words(self, said):
        said = without_faults_of_libraries(said).replace("\n    ", " ")
        self.died += said.count("its reader crashed") + said.count("forbidden system call")
        self.hung += said.count("its reader was silent")
        return "Sanitizer" in said or "runtime error" in said or "evtriage crashed" in said


def main():
    args = archives.arguments()
    with open(os.path.join(args.testdata, "small/security.evtx"), "rb") as f:
        log = f.read()
    with tempfile.TemporaryDirectory() as folder:
        seeds, without = make_seeds(folder, log)
        key = b""
        if os.path.exists(os.path.join(folder, "key.bek")):
            with open(os.path.join(folder, "key.bek"), "rb") as f:
                key = f.read()
    mutants = Mutants(seeds)
    if args.make:
        archives.write(args.make[1], next(iter(mutants.make(int(args.make[0])).values())))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        options = ["--all-files", "--unallocated"]
        if key:
            with open(os.path.join(folder, "key"), "wb") as f:
                f.write(key)
            options += ["--bitlocker-startup-key-file", os.path.join(folder, "key")]
        trial = Trial(args.program, folder, log, options)
        tests, bad = 0, 0
        for kind, data, more in seeds:
            before = trial.logs_inside
            why = trial.good(dict({"seed": data}, **more))
            if kind != "bitlocker" and trial.logs_inside == before:
                why = why or "nothing is read in it"
            tests += 1
            bad += bool(why)
            print("%sok %d - an image as it should be: %s" % ("not " if why else "", tests, kind))
            if why:
                print("#   " + why.replace("\n", "\n#   "))
        for kind in without:
            print("# not made: " + kind)
        wrong = archives.try_mutants(trial, mutants.make, args.f, args.n)
        print("# %d events came out of mutants of %d images; a reader crashed %d times and was "
              "silent %d times" % (trial.logs_inside, len(seeds), trial.died, trial.hung))
        print("%sok %d - %d mutated images break nothing, the rest is read" %
              ("not " if wrong else "", tests + 1, args.n))
        print("1..%d" % (tests + 1))
    return 1 if bad or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
