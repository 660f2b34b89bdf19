"""disks.py - disk images for tests that no tool at hand makes: files in exFAT, logical partitions, differencing
VHD and VHDX.

Facts: Microsoft's exFAT specification (MS's public text of 2019), the VHD specification 1.0 and [MS-VHDX]."""
import os
import shutil
import struct
import time
import uuid


# --- exFAT ---

class Exfat:
    """A volume of mkfs.exfat; put() adds a file or folder. Everything new lies in one piece, so no FAT chain."""

    def __init__(self, path):
        self.file = open(path, "r+b")
        boot = self.read(0, 512)
        self.heap, self.clusters, self.root = struct.unpack_from("<III", boot, 88)
        self.sector, self.size = 1 << boot[108], 1 << boot[108] + boot[109]
        for at in range(0, self.size, 32):
            entry = self.read(self.place(self.root) + at, 32)
            if entry[0] == 0x81:  # allocation bitmap
                self.bitmap = struct.unpack_from("<I", entry, 20)[0]
        bits = self.read(self.place(self.bitmap), (self.clusters + 7) // 8)
        self.free = max(i for i in range(8 * len(bits)) if bits[i // 8] >> i % 8 & 1) + 1 + 2
        self.folders = {"": (self.place(self.root), self.size)}

    def read(self, at, n):
        self.file.seek(at)
        return self.file.read(n)

    def write(self, at, data):
        self.file.seek(at)
        self.file.write(data)

    def place(self, cluster):
        return self.heap * self.sector + (cluster - 2) * self.size

    def take(self, n):
        """n clusters in one piece, marked as used."""
        first = self.free
        self.free += n
        assert self.free <= self.clusters + 2, "the volume is full"
        for c in range(first - 2, first - 2 + n):
            at = self.place(self.bitmap) + c // 8
            self.write(at, bytes([self.read(at, 1)[0] | 1 << c % 8]))
        return first

    def put(self, name, data=None):
        """A file, or, without data, a folder of one cluster."""
        folder, _, base = name.rpartition("/")
        n = max(1, -(-len(data or b"x") // self.size))
        first, size = self.take(n), n * self.size if data is None else len(data)
        self.write(self.place(first), bytes(self.size) if data is None else data)
        if data is None:
            self.folders[name] = (self.place(first), self.size)
        units = base.encode("utf-16-le")
        names = -(-len(units) // 30)
        entries = bytearray(struct.pack("<BBHHHIIIBBBBB7x", 0x85, 1 + names, 0, 0x10 if data is None else 0x20, 0,
                                        *3 * [46 << 25 | 3 << 21 | 5 << 16], 0, 0, 128, 128, 128))
        entries += struct.pack("<BBBBHHQIIQ", 0xC0, 3, 0, len(units) // 2, self.hash(base), 0, size, 0, first, size)
        for i in range(names):
            entries += struct.pack("<BB30s", 0xC1, 0, units[30 * i:30 * i + 30])
        total = 0
        for i, b in enumerate(entries):
            if i not in (2, 3):
                total = ((total & 1) << 15 | total >> 1) + b & 0xFFFF
        struct.pack_into("<H", entries, 2, total)
        at, room = self.folders[folder]
        used = next(i for i in range(0, room, 32) if self.read(at + i, 1) == b"\0")
        assert used + len(entries) <= room, "the folder is full"
        self.write(at + used, entries)

    @staticmethod
    def hash(name):
        value = 0
        for b in name.upper().encode("utf-16-le"):
            value = ((value & 1) << 15 | value >> 1) + b & 0xFFFF
        return value


def fill_exfat(path, folder):
    """All of the folder into an empty volume."""
    volume = Exfat(path)
    for at, folders, names in os.walk(folder):
        inside = os.path.relpath(at, folder)
        for name in sorted(folders):
            volume.put(os.path.normpath(os.path.join(inside, name)))
        for name in sorted(names):
            with open(os.path.join(at, name), "rb") as f:
                volume.put(os.path.normpath(os.path.join(inside, name)), f.read())
    volume.file.close()


# --- partitions ---

def entry(kind, first, sectors):
    return struct.pack("<B3sB3sII", 0, bytes(3), kind, bytes(3), first, sectors)


def logical(out, volumes):
    """An MBR disk: the first volume is a primary partition, the others are logical ones in an extended one.
    volumes: (type, path)."""
    sizes = [os.path.getsize(p) >> 9 for _, p in volumes]
    first = 2048 + sizes[0]
    with open(out, "wb") as to:
        to.write(bytes(446) + entry(volumes[0][0], 2048, sizes[0]) +
                 entry(5, first, sum(sizes[1:]) + 2048 * len(sizes)) + bytes(32) + b"\x55\xaa")
        copy_at(to, 2048, volumes[0][1])
        at = first
        for i in range(1, len(volumes)):
            following = at + 2048 + sizes[i]
            more = entry(5, following - first, 2048 + sizes[i + 1]) if i + 1 < len(volumes) else bytes(16)
            to.seek(at << 9)
            to.write(bytes(446) + entry(volumes[i][0], 2048, sizes[i]) + more + bytes(32) + b"\x55\xaa")
            copy_at(to, at + 2048, volumes[i][1])
            at = following


def copy_at(to, sector, path):
    to.seek(sector << 9)
    with open(path, "rb") as f:
        shutil.copyfileobj(f, to)


# --- images that continue another ---

def sum_of(data):
    return ~sum(data) & 0xFFFFFFFF


def vhd_footer(size, kind, offset, own):
    f = bytearray(struct.pack(">8sIIQI4sI4sQQ4sI", b"conectix", 2, 0x10000, offset, 0, b"test", 0x10000, b"Wi2k", size,
                              size, b"\0\0\0\0", kind).ljust(68, b"\0") + own + bytes(428))
    struct.pack_into(">I", f, 64, sum_of(f))
    return bytes(f)


def vhd_child(parent_id, parent_name, before, after, out):
    """A differencing VHD: the disk `before` becomes `after`. Some blocks are there in part, some not at all."""
    block = 2 << 20
    size = os.path.getsize(after)
    count = -(-size // block)
    table = 512 + 1024
    at = (table + 4 * count + 511) // 512 * 512
    bat = [0xFFFFFFFF] * count
    with open(before, "rb") as a, open(after, "rb") as b, open(out, "wb") as to:
        for i in range(count):
            old, new = a.read(block), b.read(block)
            bitmap = bytearray(512)
            for s in range(len(new) // 512):
                if old[512 * s:512 * s + 512] != new[512 * s:512 * s + 512]:
                    bitmap[s // 8] |= 0x80 >> s % 8
            if any(bitmap):
                bat[i] = at // 512
                to.seek(at)
                to.write(bitmap + b"".join(new[512 * s:512 * s + 512] if bitmap[s // 8] & 0x80 >> s % 8 else
                                           bytes(512) for s in range(4096)))
                at += 512 + block
        footer = vhd_footer(size, 4, 512, uuid.uuid4().bytes)
        name = parent_name.encode("utf-16-be")
        header = bytearray(struct.pack(">8sQQIIII16sII512s", b"cxsparse", 0xFFFFFFFFFFFFFFFF, table, 0x10000, count, block,
                                       0, parent_id, int(time.time()) - 946684800, 0, name).ljust(1024, b"\0"))
        struct.pack_into(">I", header, 36, sum_of(header))
        to.seek(0)
        to.write(footer + header + struct.pack(">%dI" % count, *bat))
        to.seek(at)
        to.write(footer)


def vhd_id(path):
    with open(path, "rb") as f:
        f.seek(-512, 2)
        return f.read(512)[68:84]


REGION_BAT = uuid.UUID("2dc27766-f623-4200-9d64-115e9bfd4a08").bytes_le
REGION_META = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
ITEM_FILE = uuid.UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b").bytes_le
ITEM_LOCATOR = uuid.UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c").bytes_le
VHDX_LOCATOR = uuid.UUID("b04aefb7-d19e-4a81-b789-25b8e9445913").bytes_le


def vhdx_regions(f):
    f.seek(0x30000)
    table = f.read(65536)
    found = {}
    for i in range(struct.unpack_from("<I", table, 8)[0]):
        name, at, n = struct.unpack_from("<16sQI", table, 16 + 32 * i)
        found[name] = (at, n)
    return found


def vhdx_items(f, meta):
    f.seek(meta)
    table = f.read(65536)
    return {table[32 + 32 * i:48 + 32 * i]: 32 + 32 * i for i in range(struct.unpack_from("<H", table, 10)[0])}, table


def vhdx_data_id(path):
    """DataWriteGuid of the header that is current."""
    best = (-1, b"")
    with open(path, "rb") as f:
        for at in 0x10000, 0x20000:
            f.seek(at)
            h = f.read(4096)
            if h[:4] == b"head":
                best = max(best, (struct.unpack_from("<Q", h, 8)[0], h[32:48]))
    return best[1]


def vhdx_child(parent_id, parent_name, before, after, child):
    """Turns `child`, a dynamic VHDX of the disk `after` (qemu-img), into one that continues a VHDX of `before`: blocks
    that did not change are taken out, of every second one that did, only the sectors that changed stay."""
    with open(child, "r+b") as f, open(before, "rb") as a, open(after, "rb") as b:
        regions = vhdx_regions(f)
        meta, bat = regions[REGION_META][0], regions[REGION_BAT][0]
        items, table = vhdx_items(f, meta)
        at = items[ITEM_FILE]
        where = meta + struct.unpack_from("<I", table, at + 16)[0]
        f.seek(where)
        block, flags = struct.unpack("<II", f.read(8))
        f.seek(where)
        f.write(struct.pack("<II", block, flags | 2))  # it has a parent
        pairs = [("parent_linkage", "{%s}" % uuid.UUID(bytes_le=parent_id)), ("relative_path", ".\\" + parent_name),
                 ("absolute_win32_path", "C:\\disks\\" + parent_name)]
        texts = [t.encode("utf-16-le") for pair in pairs for t in pair]
        start, places = 20 + 12 * len(pairs), []
        for t in texts:
            places.append(start)
            start += len(t)
        locator = VHDX_LOCATOR + struct.pack("<HH", 0, len(pairs))
        for i in range(len(pairs)):
            locator += struct.pack("<IIHH", places[2 * i], places[2 * i + 1], len(texts[2 * i]), len(texts[2 * i + 1]))
        locator += b"".join(texts)
        f.seek(meta + 0x20000)
        f.write(locator)
        count = struct.unpack_from("<H", table, 10)[0]
        f.seek(meta + 10)
        f.write(struct.pack("<H", count + 1))
        f.seek(meta + 32 + 32 * count)
        f.write(ITEM_LOCATOR + struct.pack("<IIII", 0x20000, len(locator), 4, 0))
        ratio = (1 << 23) * 512 // block  # blocks of a sector bitmap block
        size, changed = os.path.getsize(after), 0
        f.seek(0, 2)
        bitmaps = (f.tell() + (1 << 20) - 1) >> 20 << 20
        bits = {}
        for i in range(-(-size // block)):
            old, new = a.read(block), b.read(block)
            slot = bat + 8 * (i + i // ratio)
            f.seek(slot)
            state = struct.unpack("<Q", f.read(8))[0]
            if old == new:
                state = 0
            elif state & 7 == 6:
                changed += 1
                if changed % 2:
                    bitmap = bits.setdefault(i // ratio, bytearray(1 << 20))
                    spare = bytearray(new)
                    for s in range(len(new) // 512):
                        if old[512 * s:512 * s + 512] == new[512 * s:512 * s + 512]:
                            spare[512 * s:512 * s + 512] = b"\xee" * 512
                        else:
                            n = i % ratio * (block // 512) + s
                            bitmap[n // 8] |= 1 << n % 8
                    f.seek(state >> 20 << 20)
                    f.write(spare)
                    state = state & ~7 | 7
            f.seek(slot)
            f.write(struct.pack("<Q", state))
        for chunk, bitmap in bits.items():
            f.seek(bat + 8 * (chunk * (ratio + 1) + ratio))
            f.write(struct.pack("<Q", bitmaps | 6))
            f.seek(bitmaps)
            f.write(bitmap)
            bitmaps += 1 << 20
        return changed
