"""Runs the program on a log that does not end, sends it signals, and looks at what is left.

The log is a real one with a hole of 64 GB behind it: reading takes longer than any test, and what is
found is found at once. Usage: signals.py EVTRIAGE LOG RULES
"""
import csv
import fcntl
import os
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

PROGRAM, LOG, RULES = sys.argv[1:4]
DEADLINE = 60
HOLE = 64 << 30

work = tempfile.mkdtemp(prefix="evtriage-signals-")
count = 0
failed = 0


def check(ok, name, why=""):
    global count, failed
    count += 1
    failed += not ok
    print(("ok" if ok else "not ok"), count, "-", name)
    if not ok:
        print("#", why)


def skip(name, why):
    global count
    count += 1
    print("ok", count, "-", name, "# SKIP", why)


class Run:
    """One run in a fresh folder: out/ for outputs, tmp/ for temporary files."""

    def __init__(self, *words, log=None, **popen):
        shutil.rmtree(os.path.join(work, "run"), ignore_errors=True)
        for name in ("out", "tmp"):
            os.makedirs(os.path.join(work, "run", name))
        self.out = os.path.join(work, "run", "out")
        self.tmp = os.path.join(work, "run", "tmp")
        words = [w.replace("OUT/", self.out + "/") for w in words]
        argv = [PROGRAM, "scan", "-r", RULES, "--tmpdir", self.tmp, *words, log or ENDLESS]
        popen.setdefault("stdin", subprocess.DEVNULL)
        popen.setdefault("stdout", subprocess.DEVNULL)
        popen.setdefault("stderr", subprocess.PIPE)
        self.p = subprocess.Popen(argv, **popen)

    def files(self):
        """All names in out/, and in tmp/ with a mark."""
        return sorted(os.listdir(self.out)) + ["tmp/" + n for n in sorted(os.listdir(self.tmp))]

    def wait_for(self, what):
        end = time.monotonic() + DEADLINE
        while not what():
            if time.monotonic() > end or self.p.poll() is not None:
                raise SystemExit(f"Bail out! waited in vain; exit {self.p.poll()}")
            time.sleep(0.02)

    def wait_for_reading(self):
        """Outputs are open and the log was read for a while."""
        self.wait_for(lambda: any(n.endswith(".tmp") for n in self.files()))
        before = self.read_bytes()
        self.wait_for(lambda: self.read_bytes() > before + (32 << 20))

    def read_bytes(self):
        with open(f"/proc/{self.p.pid}/io", encoding="ascii") as f:
            return int(re.search(r"rchar: (\d+)", f.read())[1])

    def end(self):
        err = self.p.communicate(timeout=DEADLINE)[1]
        return self.p.returncode, (err or b"").decode()


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        return [[c for c in r if ".evtx" not in c] for r in csv.reader(f)]


def one_signal(number, want):
    run = Run("-o", "OUT/x.csv", "-o", "OUT/x.jsonl", "-o", "OUT/x.html")
    run.wait_for_reading()
    run.p.send_signal(number)
    code, err = run.end()
    name = signal.Signals(number).name
    check(code == 130, f"{name} gives exit 130", f"exit {code}: {err}")
    check(
        run.files() == ["x.csv.partial", "x.html.partial", "x.jsonl.partial"],
        f"{name} leaves the partial files and nothing else",
        str(run.files()),
    )
    got = rows(os.path.join(run.out, "x.csv.partial"))
    check(len(want) > 10 and got == want, f"{name} keeps the rows that were found, sorted", str(len(got)))
    with open(os.path.join(run.out, "x.html.partial"), encoding="utf-8") as f:
        check("Interrupted: " in f.read(), f"{name}: the page says that it is incomplete")
    check(f"wrote {run.out}/x.csv.partial" in err, f"{name}: the partial file is named", err)


def two_signals():
    run = Run("-f", "jsonl", "-o", "-", "-o", "OUT/x.csv", stdout=subprocess.PIPE)
    run.wait_for_reading()
    run.p.send_signal(signal.SIGINT)
    said = run.p.stderr.readline().decode()
    # Nobody reads its standard output: it cannot have finished.
    time.sleep(0.3)
    run.p.send_signal(signal.SIGINT)
    code, err = run.end()
    check("interrupted: writing" in said, "the first Ctrl-C is answered", said)
    check(code == 130 and run.files() == [], "the second Ctrl-C removes all", f"{code} {run.files()}")
    check("nothing is kept" in err, "and says so", err)


def late_signal(want):
    """Everything is read, the output waits for its reader: too late to leave anything out."""
    run = Run("-q", "--no-progress", "-f", "jsonl", "-o", "-", log=LOG, stdout=subprocess.PIPE)
    seen = []
    while len(seen) < 6 or len(set(seen[-6:])) > 1 or not seen[-1].startswith("S"):
        with open(f"/proc/{run.p.pid}/stat", encoding="ascii") as f:
            stat = f.read().rpartition(")")[2].split()
        seen.append(stat[0] + stat[11] + "," + stat[12])  # state, processor time
        time.sleep(0.05)
    run.p.send_signal(signal.SIGINT)
    time.sleep(0.1)
    lines = run.p.communicate(timeout=DEADLINE)[0].splitlines()
    check(
        run.p.returncode == 0 and len(lines) == len(want) - 1,
        "Ctrl-C while rows are written loses none",
        f"exit {run.p.returncode}, {len(lines)} rows",
    )


def interrupted_spool():
    run = Run("-o", "OUT/x.csv", log="-", stdin=subprocess.PIPE)
    run.p.stdin.write(b"ElfFile\0" + bytes(100000))
    run.p.stdin.flush()
    run.wait_for(lambda: any("(deleted)" in n for n in open_files(run.p.pid)))
    check(run.files() == [], "standard input is kept in a file without a name", str(run.files()))
    run.p.send_signal(signal.SIGINT)
    code = run.p.wait(timeout=DEADLINE)
    run.p.stdin.close()
    err = run.p.stderr.read().decode()
    check(code == 130 and run.files() == [], "Ctrl-C while standard input is read", f"{code} {run.files()} {err}")


def open_files(pid):
    names = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            names.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except OSError:
            pass
    return names


def closed_pipe():
    run = Run("-q", "-f", "jsonl", "-o", "-", "-o", "OUT/x.csv", log=LOG, stdout=subprocess.PIPE)
    run.p.stdout.close()
    run.p.wait(timeout=DEADLINE)
    check(
        run.p.returncode == -signal.SIGPIPE and run.files() == [],
        "a reader that went away leaves no temporary file",
        f"{run.p.returncode} {run.files()}",
    )


def temporary_files():
    run = Run("--memory", "64K", "-o", "OUT/x.csv")
    run.wait_for_reading()
    spooled = [n for n in open_files(run.p.pid) if n.startswith(run.tmp)]
    check(len(spooled) > 0 and os.listdir(run.tmp) == [], "sorted runs lie in files without names", str(spooled))
    run.p.kill()
    run.p.wait()
    check(os.listdir(run.tmp) == [], "and nothing is left of them even when the program is killed")


def progress_on_terminal():
    redrawn = "the progress line is redrawn, at most ten times a second"
    facts = "it says bytes, events, hits, rate, time left and file"
    fits = "it fits the terminal"
    try:
        ours, theirs = pty.openpty()
    except OSError as e:  # a chroot without /dev/pts
        for name in redrawn, facts, fits:
            skip(name, f"no pseudo-terminal here: {e}")
        return
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    run = Run("-o", "OUT/x.csv", stderr=theirs)
    os.close(theirs)
    started = time.monotonic()
    text = b""
    while time.monotonic() < started + 1.5:
        text += os.read(ours, 4096)
    seconds = time.monotonic() - started
    run.p.send_signal(signal.SIGINT)
    run.p.wait(timeout=DEADLINE)
    os.close(ours)
    lines = [x.decode() for x in text.split(b"\r\033[K")[1:]]
    check(2 <= len(lines) <= 10 * seconds + 1, redrawn, str(len(lines)))
    pattern = r" *\d+ %  \d+\.\d of 655\d+\.\d MiB, \d+ events, \d+ hits, \d+\.\d MiB/s, \d+ \S+ left +\S*endless\.evtx"
    whole = [x for x in lines[:-1] if re.fullmatch(pattern, x)]
    check(len(whole) > 0, facts, repr(lines[:3]))
    check(all(len(x) < 100 for x in lines), fits, repr(lines[:3]))


def no_progress():
    run = Run("--no-progress", "-o", "OUT/x.csv")
    run.wait_for_reading()
    time.sleep(0.3)
    run.p.send_signal(signal.SIGINT)
    check("\r" not in run.end()[1], "--no-progress shows none")
    run = Run("-o", "OUT/x.csv")
    run.wait_for_reading()
    time.sleep(0.3)
    run.p.send_signal(signal.SIGINT)
    check("\r" not in run.end()[1], "nor is there one without a terminal")


def full_disk():
    """A limit on the size of files, below what the outputs or the sorted runs need."""
    for words, name in (
        (["-o", "OUT/x.jsonl"], "of the output"),
        (["--memory", "64K", "-o", "OUT/x.csv"], "of temporary files"),
        (["--unsorted", "-j", "3", "-o", "OUT/x.jsonl"], "of the output with --unsorted"),
    ):
        run = Run(
            "-q", *words, log=LOG,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)),
        )
        code, err = run.end()
        check(
            code == 1 and "File too large" in err and run.files() == [],
            f"a full disk {name} is exit 1, with the reason and without a file",
            f"exit {code}: {err} {run.files()}",
        )


def unsorted():
    full = Run("-q", "--unsorted", "-o", "OUT/x.csv", log=LOG)
    full.end()
    want = rows(os.path.join(full.out, "x.csv"))
    run = Run("--unsorted", "-j", "3", "-o", "OUT/x.csv")
    run.wait_for_reading()
    run.p.send_signal(signal.SIGINT)
    code, err = run.end()
    got = rows(os.path.join(run.out, "x.csv.partial")) if run.files() == ["x.csv.partial"] else []
    check(code == 130 and got and sorted(got) == sorted(want), "Ctrl-C with --unsorted keeps the rows, too", f"{code} {err}")


# A shell in the background may have told us to ignore it, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
try:
    ENDLESS = os.path.join(work, "endless.evtx")
    shutil.copy(LOG, ENDLESS)
    os.truncate(ENDLESS, HOLE)
    full = Run("-q", "-o", "OUT/x.csv", log=LOG)
    full.end()
    WANT = rows(os.path.join(full.out, "x.csv"))
    one_signal(signal.SIGINT, WANT)
    one_signal(signal.SIGTERM, WANT)
    one_signal(signal.SIGHUP, WANT)
    two_signals()
    late_signal(WANT)
    interrupted_spool()
    closed_pipe()
    temporary_files()
    progress_on_terminal()
    no_progress()
    unsorted()
    full_disk()
finally:
    shutil.rmtree(work, ignore_errors=True)
print(f"1..{count}")
sys.exit(failed > 0)
