"""behaviour.py - what happens with evidence that is odd, damaged, hostile, or wanted only in part."""
import io
import os
import sys
import tarfile
import warnings
import zipfile

BUILD = os.environ.get("builddir") or os.path.join(os.environ.get("srcdir", "."), "build")


def must(condition, text):
    if not condition:
        raise AssertionError(text)


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


def threads(c, scan):
    out = [scan("-j", n, c.make("tar.gz"))[0] for n in ("1", "4")]
    must(out[0] == out[1], "rows differ with the number of threads")


def wrong_password(c, scan):
    _, said = scan(c.make("zip-encrypted"), expect=(3,))
    must(said.replace("\n    ", " ").count("encrypted, and no password fits (--password-file)") == 1, said)


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
        must("is damaged" in said.replace("\n    ", " "), said)


def beside(c, scan, path, says):
    """What is wrong with one archive keeps no other input from being read."""
    rows, said = scan(path, c.folder, expect=(3,))
    must(len(rows) == len(c.expected), "%d rows" % len(rows))
    must(says in said.replace("\n    ", " "), said)


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
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        z.writestr("large.evtx", log_bytes(c) + bytes(3 << 20))
    _, said = scan("--disk", "4M", path, c.folder, expect=(3,))
    must("raise --disk" in said.replace("\n    ", " "), said)


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


def faulty(kind, says):
    def run(c, scan):
        helper = os.path.join(BUILD, "tests/evidence/faulty_evidence")
        must(os.access(helper, os.X_OK), helper + " is not built")
        env = {"EVTRIAGE_EVIDENCE": helper, "EVTRIAGE_EVIDENCE_SILENCE": "2", "EVTRIAGE_FAULT": kind}
        rows, said = scan(c.make("tar.gz"), c.folder, expect=(3,), env=env)
        must(len(rows) == len(c.expected), "%d rows" % len(rows))
        must(says in said.replace("\n    ", " "), said)
    return run


def no_helper(c, scan):
    _, said = scan(c.make("zip"), c.folder, expect=(3,), env={"EVTRIAGE_EVIDENCE": "/nowhere"})
    must("install it" in said.replace("\n    ", " "), said)


def nothing_left(c, scan):
    """No file with a name appears in the temporary folder, not even for a moment that lasts."""
    tmp = os.path.join(c.work, "tmp")
    os.mkdir(tmp)
    scan("--tmpdir", tmp, c.make("7z"))
    must(not os.listdir(tmp), os.listdir(tmp))


def cases(c):
    scan = sys.modules["__main__"].scan
    listed = {
        "names as KAPE, Velociraptor, CyLR and UAC write them": names,
        "a path inside names one log": part,
        "a path inside that does not exist": nothing_there,
        "an archive on standard input": standard_input,
        "the same rows for any number of threads": threads,
        "a wrong password is one line": wrong_password,
        "a damaged archive gives what precedes the damage": damaged,
        "a bomb by ratio is given up": ratio,
        "a bomb by depth is given up": depth,
        "a bomb by number is given up": count,
        "a member larger than --disk is left out": size,
        "a helper that crashes is one message": faulty("crash", "crashed (signal 11)"),
        "a helper that opens a file gets none": faulty("open", "the lock holds"),
        "a helper that makes a socket is ended": faulty("socket", "forbidden system call"),
        "a helper that hangs is ended": faulty("hang", "was silent for"),
        "a helper that says nonsense is left alone": faulty("nonsense", "says nonsense"),
        "a helper that is not there": no_helper,
        "no file stays in the temporary folder": nothing_left,
    }
    for name, call in listed.items():
        def run(f=call):
            f(c, scan)
        yield name, run
