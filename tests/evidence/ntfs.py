"""ntfs.py - NTFS images for tests, changed in place: what mkntfs and ntfscp cannot do.

A file is given up as Windows does it: its record is marked free, its entry is taken out of the root
folder and its clusters are free in $Bitmap; its content stays. Only the root folder is known, where
ntfscp puts everything. Facts: ntfs-3g's layout.h, and mkntfs' own images."""
import mmap
import struct

FILE_NAME, DATA, INDEX_ROOT, INDEX_ALLOCATION = 0x30, 0x80, 0x90, 0xA0


def runs_of(data, at, end):
    """(first cluster, clusters) of a list of runs; None for a hole."""
    found, cluster = [], 0
    while at < end and data[at]:
        width, move = data[at] & 15, data[at] >> 4
        n = int.from_bytes(data[at + 1:at + 1 + width], "little")
        at += 1 + width
        cluster += int.from_bytes(data[at:at + move], "little", signed=True)
        found.append((cluster if move else None, n))
        at += move
    return found


class Volume:
    """An image, mapped: changes are in the file at once."""

    def __init__(self, path):
        with open(path, "r+b") as f:
            self.data = mmap.mmap(f.fileno(), 0)
        d = self.data
        self.cluster = struct.unpack_from("<H", d, 11)[0] * d[13]
        size = struct.unpack_from("<b", d, 64)[0]
        self.record = 1 << -size if size < 0 else size * self.cluster
        self.mft = struct.unpack_from("<Q", d, 48)[0] * self.cluster
        self.mft_runs = self.runs(self.mft, DATA)

    def close(self):
        self.data.close()

    def attributes(self, at):
        """(kind, offset) of each attribute of the record at this place."""
        here = at + struct.unpack_from("<H", self.data, at + 20)[0]
        while here < at + self.record:
            kind, n = struct.unpack_from("<II", self.data, here)
            if kind == 0xFFFFFFFF or n == 0:
                return
            yield kind, here
            here += n

    def attribute(self, at, kind):
        return next((a for k, a in self.attributes(at) if k == kind and (kind != DATA or not self.data[a + 9])), None)

    def runs(self, at, kind):
        a = self.attribute(at, kind)
        if a is None or not self.data[a + 8]:
            return []
        return runs_of(self.data, a + struct.unpack_from("<H", self.data, a + 32)[0],
                       a + struct.unpack_from("<I", self.data, a + 4)[0])

    def place(self, number):
        """Where record number is."""
        at = number * self.record
        for first, n in self.mft_runs:
            if at < n * self.cluster:
                return first * self.cluster + at
            at -= n * self.cluster
        raise KeyError(number)

    def find(self, name):
        """Number of the record in use of a file of the root folder."""
        want = name.encode("utf-16-le")
        count = sum(n for _, n in self.mft_runs) * self.cluster // self.record
        for number in range(16, count):
            at = self.place(number)
            if self.data[at:at + 4] != b"FILE" or not self.data[at + 22] & 1:
                continue
            for kind, a in self.attributes(at):
                if kind == FILE_NAME:
                    v = a + struct.unpack_from("<H", self.data, a + 20)[0]
                    if self.data[v + 66:v + 66 + 2 * self.data[v + 64]] == want:
                        return number
        raise KeyError(name)

    def clusters(self, name):
        return [c + i for c, n in self.runs(self.place(self.find(name)), DATA) if c is not None for i in range(n)]

    def bitmap(self):
        """Where the clusters of $Bitmap are."""
        return [c + i for c, n in self.runs(self.place(6), DATA) for i in range(n)]

    def free(self, clusters):
        """Takes clusters out of $Bitmap."""
        bitmap = self.bitmap()
        for c in clusters:
            at = bitmap[c // 8 // self.cluster] * self.cluster + c // 8 % self.cluster
            self.data[at] &= ~(1 << c % 8)

    def free_clusters(self):
        bits = b"".join(self.data[c * self.cluster:(c + 1) * self.cluster] for c in self.bitmap())
        return {i for i in range(len(self.data) // self.cluster) if not bits[i // 8] >> i % 8 & 1}

    def fixups(self, at, undo):
        """The last two bytes of each sector, in or out of their array."""
        where, n = struct.unpack_from("<HH", self.data, at + 4)
        mark = self.data[at + where:at + where + 2]
        for i in range(1, n):
            end, kept = at + 512 * i - 2, at + where + 2 * i
            if undo:
                self.data[end:end + 2] = self.data[kept:kept + 2]
            else:
                self.data[kept:kept + 2] = self.data[end:end + 2]
                self.data[end:end + 2] = mark

    def drop(self, header, number):
        """Takes the entries of a record out of an index node, whose header is there."""
        first, used = struct.unpack_from("<II", self.data, header)
        at, end, found = header + first, header + used, False
        while at < end:
            n, flags = struct.unpack_from("<H", self.data, at + 8)[0], self.data[at + 12]
            if n == 0 or flags & 2:
                break
            if int.from_bytes(self.data[at:at + 6], "little") == number:
                assert not flags & 1, "an entry with a node below it"
                self.data[at:end] = self.data[at + n:end] + bytes(n)
                end -= n
                struct.pack_into("<I", self.data, header + 4, end - header)
                found = True
                continue
            at += n
        return found

    def unlist(self, number):
        """No entry of the root folder leads to the record any more."""
        root = self.place(5)
        self.fixups(root, True)
        a = self.attribute(root, INDEX_ROOT)
        found = self.drop(a + struct.unpack_from("<H", self.data, a + 20)[0] + 16, number)
        self.fixups(root, False)
        size = max(self.cluster, 4096)
        for first, n in self.runs(root, INDEX_ALLOCATION):
            for at in range(first * self.cluster, (first + n) * self.cluster, size):
                if self.data[at:at + 4] == b"INDX":
                    self.fixups(at, True)
                    found |= self.drop(at + 24, number)
                    self.fixups(at, False)
        assert found, "no entry in the root folder"

    def remove(self, name, forget=False, wipe=False):
        """Gives the file up; forget: its record is overwritten, too; wipe: and its content."""
        number = self.find(name)
        at = self.place(number)
        for c in self.clusters(name) if wipe else ():
            self.data[c * self.cluster:(c + 1) * self.cluster] = bytes(self.cluster)
        self.free(self.clusters(name))
        self.unlist(number)
        again = struct.unpack_from("<H", self.data, at + 16)[0] + 1
        struct.pack_into("<H", self.data, at + 16, again)
        self.data[at + 22] &= ~1
        if forget:
            self.data[at + 56:at + self.record] = bytes(self.record - 56)


def remove(path, name, forget=False, wipe=False):
    v = Volume(path)
    v.remove(name, forget, wipe)
    v.close()
