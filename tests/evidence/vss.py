"""vss.py - volume shadow copies for tests, made without Windows.

Windows keeps, of each block of 16 KiB that changes after a shadow copy was made, the old bytes in a
store of that copy; a store lists which block lies where. So: reserve() puts a file for the stores into
the volume, freeze() remembers the volume as it is, and after files were changed keep() writes a
store that holds the blocks that differ. A second freeze() and keep() make the next copy. To a store of
Windows extend() adds blocks.
Facts: what stands in ../shared/disk/vsstest.qcow2, and libvshadow's documentation of the format;
vshadowinfo and libvshadow read the result."""
import glob
import mmap
import os
import struct
import subprocess
import uuid

import ntfs

BLOCK = 16384
ID = uuid.UUID("3808876b-c176-4e48-b7ae-04046e6cc752").bytes_le
HEADER = 0x1E00
KEEPER = "kept.for.shadow.copies"  # the file that the stores lie in
MARK = b"kept for shadow copies."
INFO = struct.pack("<16s", uuid.UUID("ae9a9337-0048-4ed6-9874-71500654b7b3").bytes_le)
CATALOG, LIST, STORE, RANGES, BITMAP = 2, 3, 4, 5, 6
FORWARDS, OVERLAY, UNUSED = 1, 2, 4  # flags of a block of the list


def reserve(path, tool, blocks=400):
    """Puts the file for the stores into the volume, by ntfscp through tool(*argv)."""
    filler = path + ".keeper"
    with open(filler, "wb") as f:
        f.write(MARK.ljust(512, b".") * (32 * (blocks + 1)))
    tool("ntfscp", "-q", "-f", path, filler, KEEPER)


def freeze(path):
    """The volume as it is now, to be handed to keep()."""
    frozen = path + ".frozen%d" % len(glob.glob(path + ".frozen*"))
    subprocess.run(["cp", "--sparse=always", path, frozen], check=True)
    return frozen


def blocks_of(path):
    """Where the file's blocks of 16 KiB are that are not surely zeros."""
    found, at = set(), 0
    with open(path, "rb") as f:
        size = os.fstat(f.fileno()).st_size
        while at < size:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(f.fileno(), at, os.SEEK_HOLE)
            found.update(range(at // BLOCK * BLOCK, end, BLOCK))
            at = end
    return found


def differ(now, before, path, frozen):
    """Where two volumes differ, but for the header of shadow copies itself."""
    found = []
    for at in sorted(blocks_of(path) | blocks_of(frozen)):
        a, b = now[at:at + BLOCK], before[at:at + BLOCK]
        if at == 0:
            a, b = (x[:HEADER] + x[HEADER + 512:] for x in (a, b))
        if a != b:
            found.append(at)
    return found


def head(kind, relative, at, following=0, size=0):
    return struct.pack("<16sIIQQQQ", ID, 1, kind, relative, at, following, size).ljust(128, b"\0")


class Keeper:
    """The blocks of the file for the stores that lie whole in the volume's grid of 16 KiB."""

    def __init__(self, volume):
        self.volume = volume
        d, per = volume.data, BLOCK // volume.cluster
        mine = volume.clusters(KEEPER)
        have = set(mine)
        self.blocks = {c // per * BLOCK for c in mine}
        self.unused = sorted(c * volume.cluster for c in mine if c % per == 0 and
                             all(c + i in have for i in range(per)) and
                             d[c * volume.cluster:c * volume.cluster + len(MARK)] == MARK)

    def take(self):
        return self.unused.pop(0)

    def put(self, at, head_bytes, body=b""):
        self.volume.data[at:at + BLOCK] = (head_bytes + body).ljust(BLOCK, b"\0")


def catalog_of(k):
    """Where the catalog is; made where there is none."""
    d = k.volume.data
    if d[HEADER:HEADER + 16] == ID:
        return struct.unpack_from("<Q", d, HEADER + 48)[0]
    at = k.take()
    volume, storage = uuid.UUID(int=0x600F0B645BDF11E39D6C005056C00008).bytes_le, bytes(16)
    d[HEADER:HEADER + 512] = struct.pack("<16sIIQQQQQ16s16s", ID, 1, 1, HEADER, 0, 0, at, len(d) // 4, volume,
                                         storage).ljust(512, b"\0")
    k.put(at, head(CATALOG, 0, at))
    return at


def entries_of(d, catalog):
    """Room for two entries at the end of the catalog, and how many copies there are."""
    at = catalog + 128
    while d[at]:
        at += 128
    return at, (at - catalog - 128) // 256


def copy_blocks(k, path, frozen, lists, base, held=lambda at, old: False):
    """Puts what differs from the frozen volume into the keeper, and which is where into the blocks of the list
    that `lists` makes for so many; `held` is told of each block, and true where none is wanted. Returns the places."""
    d, per = k.volume.data, (BLOCK - 128) // 32
    with open(frozen, "rb") as f:
        before = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    changed = [at for at in differ(d, before, path, frozen)
               if at not in k.blocks and not held(at, before[at:at + BLOCK])]
    places, lists = [k.take() for _ in changed], lists(-(-max(1, len(changed)) // per))
    for at, place in zip(changed, places):
        d[place:place + BLOCK] = before[at:at + BLOCK]
    before.close()
    for i, at in enumerate(lists):
        part = list(zip(changed, places))[i * per:(i + 1) * per]
        k.put(at, head(LIST, at - base, at, lists[i + 1] if i + 1 < len(lists) else 0),
              b"".join(struct.pack("<QQQII", old, new - base, new, 0, 0) for old, new in part))
    return places


def lists_of(d, catalog):
    """The first block of the list of each copy, the oldest first."""
    number, first, at = {}, {}, catalog + 128
    while d[at]:
        kind, value, name = struct.unpack_from("<QQ16s", d, at)
        if kind == 2:
            number[name] = struct.unpack_from("<Q", d, at + 32)[0]
        else:
            first[name] = value
        at += 128
    return [first[name] for name in sorted(number, key=number.get)]


def extend(path, frozen, number):
    """Copy `number` (from 1 on) of a volume of Windows becomes one of the volume as it was frozen: what its
    store has of the blocks that differ is written anew, and the others come behind its list."""
    k = Keeper(ntfs.Volume(path))
    d, mine, whole, stores, last = k.volume.data, {}, set(), set(), 0
    for i, at in enumerate(lists_of(d, catalog_of(k)), 1):
        while at:
            stores.add(at)
            for e in range(at + 128, at + BLOCK, 32):
                block, _, place, flags = struct.unpack_from("<QQQI", d, e)
                stores.add(place)
                if i == number and place and not flags & (FORWARDS | UNUSED):
                    mine.setdefault(block, []).append(place)
                    whole |= set() if flags & OVERLAY else {block}
            last = at if i == number else last
            at = struct.unpack_from("<Q", d, at + 40)[0]

    def held(at, old):
        for place in mine.get(at, ()):
            d[place:place + BLOCK] = old
        return at in whole or at in stores

    def behind(n):
        new = [k.take() for _ in range(n)]
        struct.pack_into("<Q", d, last + 40, new[0])
        return new
    copy_blocks(k, path, frozen, behind, 0, held)
    k.volume.close()


def keep(path, frozen, created):
    """Makes a shadow copy of the volume as it was frozen; created: FILETIME. Returns how many blocks differ;
    none may: a copy of an unchanged volume."""
    k = Keeper(ntfs.Volume(path))
    d = k.volume.data
    catalog = catalog_of(k)
    slot, number = entries_of(d, catalog)
    base = store = k.take()
    ranges, bitmap, lists = k.take(), k.take(), []

    def blocks_of_list(n):
        lists.extend(k.take() for _ in range(n))
        return lists
    places = copy_blocks(k, path, frozen, blocks_of_list, base)
    k.put(ranges, head(RANGES, ranges - base, ranges),
          b"".join(struct.pack("<QQQ", at, at - base, BLOCK) for at in sorted(places)))
    k.put(bitmap, head(BITMAP, bitmap - base, bitmap))
    copy, several, own = (uuid.UUID(int=0x5EED0000 + 256 * number + i).bytes_le for i in range(3))
    name = "test".encode("utf-16-le")
    info = INFO + copy + several + struct.pack("<IIII", 9, 1, 0x420009, 0)
    info += 2 * (struct.pack("<H", len(name)) + name)
    k.put(store, head(STORE, store - base, store, 0, len(info)), info)
    d[slot:slot + 256] = struct.pack("<QQ16sQQQ", 2, len(d), own, 1 + number, 0x40, created).ljust(128, b"\0") + \
        struct.pack("<QQ16sQQQQQQ", 3, lists[0], own, store, ranges, bitmap, k.volume.find(KEEPER) | 1 << 48,
                    1 << 20, 0).ljust(128, b"\0")
    k.volume.close()
    return len(places)


def story(path, tool, logs, mib=48, blocks=400):
    """The classic: a volume with three logs; a first shadow copy; the second log is removed and its record
    overwritten; a second copy; the first is removed, too. logs: paths. The third is everywhere."""
    with open(path, "wb") as f:
        f.truncate(mib << 20)
    tool("mkntfs", "-F", "-q", path)
    reserve(path, tool, blocks)
    for log in logs:
        tool("ntfscp", "-q", "-f", path, log, os.path.basename(log))
    first = freeze(path)
    ntfs.remove(path, os.path.basename(logs[1]), forget=True)
    keep(path, first, 134169696000000000)
    second = freeze(path)
    ntfs.remove(path, os.path.basename(logs[0]), forget=True)
    keep(path, second, 134169732000000000)
    os.unlink(first)
    os.unlink(second)
