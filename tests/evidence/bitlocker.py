"""bitlocker.py - a BitLocker volume made of an NTFS volume, without Windows.

Every sector in use is encrypted with the volume's key (FVEK), by its place; the others stay as they are, as
Windows does it when told to encrypt used space only. That key is sealed with the master key (VMK), and this once
for each protector, with the key that comes of a password, a recovery password, a start-up key or nothing
(clear key). Three copies of these entries lie in clusters that the file system does not use, and so does
the volume's beginning, whose place BitLocker's own header takes.
Facts: libbde's documentation of the format and the volumes in ../shared/disk; libbde reads the result."""
import functools
import hashlib
import os
import struct
import uuid
import zlib

import ntfs

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM
except ImportError:
    Cipher = None

AES_CBC_128, AES_CBC_256, AES_XTS_128, AES_XTS_256 = 0x8002, 0x8003, 0x8004, 0x8005
KEY_BYTES = {AES_CBC_128: 16, AES_CBC_256: 32, AES_XTS_128: 32, AES_XTS_256: 64}
CLEAR, STARTUP, RECOVERY, PASSWORD = 0, 0x0200, 0x0800, 0x2000
MASTER_KEY, VOLUME_KEY, STARTUP_KEY, LABEL, BEGINNING = 2, 3, 6, 7, 15          # kinds of entries
KEY, TEXT, STRETCH, SEALED, PROTECTED, EXTERNAL, PLACE = 1, 2, 3, 5, 8, 9, 15  # kinds of values
SECTOR, BLOCK, MOVED = 512, 65536, 8192
TIME = 134169696000000000  # FILETIME
ROUNDS = 1 << 20


def entry(kind, value, body):
    return struct.pack("<HHHH", 8 + len(body), kind, value, 1) + body


def text(kind, words):
    return entry(kind, TEXT, (words + "\0").encode("utf-16-le"))


@functools.lru_cache
def stretched(first, salt):
    """What a password comes to: 1,048,576 rounds of SHA-256."""
    last = bytes(32)
    for i in range(ROUNDS):
        last = hashlib.sha256(last + first + salt + struct.pack("<Q", i)).digest()
    return last


def of_password(password):
    return hashlib.sha256(hashlib.sha256(password.encode("utf-16-le")).digest()).digest()


def recovery_password(seed):
    """Eight groups of six digits, each a multiple of 11 below 720,896, and their 16 bytes."""
    values = struct.unpack("<8H", seed)
    return "-".join("%06d" % (11 * v) for v in values)


def of_recovery(password):
    return hashlib.sha256(struct.pack("<8H", *(int(g) // 11 for g in password.split("-")))).digest()


class Maker:
    """The keys of a volume, and its entries. All bytes come from a seed: the same volume each time."""

    def __init__(self, method, seed=b"evtriage"):
        self.method, self.seed, self.count = method, seed, 1
        self.volume_key = self.some(KEY_BYTES[method])
        self.master_key = self.some(32)
        self.protectors = []

    def some(self, n):
        self.seed = hashlib.sha512(self.seed).digest()
        return self.seed[:n]

    def sealed(self, kind, key, what, method):
        """The key `what`, by AES-CCM with `key`."""
        nonce = struct.pack("<QI", TIME, self.count)
        self.count += 1
        plain = struct.pack("<IHHI", 12 + len(what), 1, 0, method) + what
        packed = AESCCM(key, 16).encrypt(nonce, plain, None)
        return entry(kind, SEALED, nonce + packed[-16:] + packed[:-16])

    def protect(self, kind, key, *properties):
        name = self.some(16)
        self.protectors.append(entry(MASTER_KEY, PROTECTED, name + struct.pack("<QHH", TIME, 0, kind) +
                                     b"".join(properties) + self.sealed(0, key, self.master_key, 0x2003)))
        return name

    def by_words(self, kind, first, method):
        salt = self.some(16)
        key = stretched(first, salt)
        self.protect(kind, key, entry(0, STRETCH, struct.pack("<I", method) + salt +
                                      self.sealed(0, self.master_key, key, 0x2003)))

    def by_password(self, password):
        self.by_words(PASSWORD, of_password(password), 0x1001)

    def by_recovery(self):
        """Returns the recovery password."""
        password = recovery_password(self.some(16))
        self.by_words(RECOVERY, of_recovery(password), 0x1000)
        return password

    def by_startup(self):
        """Returns a .BEK file."""
        key = self.some(32)
        name = self.protect(STARTUP, key, text(0, "ExternalKey"))
        body = entry(STARTUP_KEY, EXTERNAL, name + struct.pack("<Q", TIME) + text(0, "ExternalKey") +
                     entry(0, KEY, struct.pack("<I", 0x2002) + key))
        return self.head(body, name, 0) + body

    def by_nothing(self):
        key = self.some(32)
        self.protect(CLEAR, key, entry(0, KEY, struct.pack("<I", 0x2000) + key))

    def head(self, body, name, method):
        n = 48 + len(body)
        return struct.pack("<IIII16sIIQ", n, 1, 48, n, name, self.count, method, TIME)

    def metadata(self, size, places, beginning):
        body = text(LABEL, "TEST E: 11/24/2026") + b"".join(self.protectors)
        body += self.sealed(VOLUME_KEY, self.master_key, self.volume_key, self.method)
        body += entry(BEGINNING, PLACE, struct.pack("<QQ", beginning, MOVED))
        body = self.head(body, uuid.UUID(int=0x5EED).bytes_le, self.method << 16 | self.method) + body
        units = (64 + len(body) + 15) // 16
        block = struct.pack("<8sHHHHQII3QQ", b"-FVE-FS-", units, 2, 4, 4, size, 0, MOVED // SECTOR, *places, beginning)
        block = (block + body).ljust(16 * units, b"\0")
        block += struct.pack("<HHI", BLOCK - len(block), 2, zlib.crc32(block))
        return block.ljust(BLOCK, b"\0")

    def sector(self, at, data):
        if self.method in (AES_XTS_128, AES_XTS_256):
            mode = modes.XTS((at // SECTOR).to_bytes(16, "little"))
        else:
            ecb = Cipher(algorithms.AES(self.volume_key), modes.ECB()).encryptor()
            mode = modes.CBC(ecb.update(at.to_bytes(16, "little")))
        return Cipher(algorithms.AES(self.volume_key), mode).encryptor().update(data)


def unused(free, cluster, size):
    """Four places that the file system does not use: of the three copies and of the beginning."""
    per, found = BLOCK // cluster, []
    for n in range(4):
        c = size // cluster * (2 + n) // 8
        while not all(c + i in free for i in range(per)) or c * cluster in found:
            c += 1
            assert c * cluster < size, "the volume is too full"
        found.append(c * cluster)
        free -= set(range(c, c + per))
    return found


def header(places):
    boot = bytearray(b"\xebX\x90-FVE-FS-" + struct.pack("<HB", SECTOR, 8)).ljust(512, b"\0")
    struct.pack_into("<B2xHHI4xI", boot, 21, 0xF8, 63, 255, 0, 0x1FE0)
    boot[64], boot[66], boot[71:90] = 0x80, 0x29, b"NO NAME    FAT32   "
    boot[160:200] = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le + struct.pack("<QQQ", *places)
    boot[510:] = b"\x55\xaa"
    return bytes(boot)


def encrypt(maker, plain, out):
    """The volume `plain` (NTFS) becomes the BitLocker volume `out`."""
    v = ntfs.Volume(plain)
    size, free = os.path.getsize(plain), v.free_clusters()
    used = [c * v.cluster for c in range(size // v.cluster) if c not in free]
    *places, beginning = unused(free, v.cluster, size)
    metadata = maker.metadata(size, places, beginning)
    with open(out, "wb") as to:
        to.truncate(size)
        for cluster in used:
            to.seek(cluster)
            for at in range(cluster, cluster + v.cluster, SECTOR):
                to.write(maker.sector(at, v.data[at:at + SECTOR]))
        to.seek(size // v.cluster * v.cluster)  # the copy of the boot sector
        for at in range(to.tell(), size, SECTOR):
            to.write(maker.sector(at, v.data[at:at + SECTOR]))
        to.seek(beginning)
        for at in range(0, MOVED, SECTOR):
            to.write(maker.sector(beginning + at, v.data[at:at + SECTOR]))
        to.seek(0)
        to.write(header(places).ljust(MOVED, b"\0"))
        for place in places:
            to.seek(place)
            to.write(metadata)
    v.close()
