"""helper.py - the program that reads archives and images, gone wrong: one message, and the rest is read."""
import glob
import os
import signal
import subprocess
import time

import __main__ as m
from __main__ import must

BUILD = os.environ.get("builddir") or os.path.join(m.SRC, "build")


def faulty(kind, says):
    def run(c, scan):
        helper = os.path.join(BUILD, "tests/evidence/faulty_evidence")
        must(os.access(helper, os.X_OK), helper + " is not built")
        with open(helper, "rb") as f:
            if kind in ("crash", "socket", "exec", "connect", "memory") and b"__asan_init" in f.read():
                raise m.Skip("the sanitizer takes the signal")
        env = {"EVTRIAGE_EVIDENCE": helper, "EVTRIAGE_EVIDENCE_SILENCE": "2", "EVTRIAGE_FAULT": kind}
        rows, said = scan(c.make("tar.gz"), c.folder, expect=(3,), env=env)
        must(len(rows) == len(c.expected), "%d rows" % len(rows))
        must(says in said, said)
    return run


def orphaned(c, scan):
    """The program is killed while a library keeps its helper busy: the helper ends too."""
    helper = os.path.join(BUILD, "tests/evidence/faulty_evidence")
    must(os.access(helper, os.X_OK), helper + " is not built")
    env = dict(os.environ, EVTRIAGE_EVIDENCE=helper, EVTRIAGE_FAULT="hang")
    program = [os.path.join(BUILD, "evtriage"), "scan", "-q", "-r", os.path.join(m.SRC, "rules"), c.make("tar.gz")]
    run = subprocess.Popen(program, env=env, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    children = "/proc/%d/task/%d/children" % (run.pid, run.pid)
    if not os.path.exists(children):
        run.kill()
        raise m.Skip("this kernel lists no children")
    child = ended = None
    for _ in range(200):
        tasks = glob.glob("/proc/%d/task/*/children" % run.pid)
        found = " ".join(open(t).read() for t in tasks).split()
        if found:
            child = found[0]
            break
        time.sleep(0.1)
    time.sleep(1)
    run.kill()
    run.wait()
    must(child, "no helper was started")
    for _ in range(300):
        try:
            ended = open("/proc/%s/stat" % child).read().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            ended = True
        if ended:
            break
        time.sleep(0.1)
    if not ended:
        os.kill(int(child), signal.SIGKILL)
    must(ended, "the helper goes on")


def no_helper(c, scan):
    _, said = scan(c.make("zip"), c.folder, expect=(3,), env={"EVTRIAGE_EVIDENCE": "/nowhere"})
    must("install it" in said, said)


CASES = {
    "a helper that crashes is one message": faulty("crash", "crashed (signal 11)"),
    "a helper that opens a file gets none": faulty("open", "the lock holds"),
    "a helper that makes a socket is ended": faulty("socket", "forbidden system call"),
    "a helper that connects is ended": faulty("connect", "forbidden system call"),
    "a helper that runs a program is ended": faulty("exec", "forbidden system call"),
    "a helper that eats memory gets no more than its share": faulty("memory", "crashed (signal 6)"),
    "a helper that hangs is ended": faulty("hang", "was silent for"),
    "a helper ends with the program": orphaned,
    "a helper that says nonsense is left alone": faulty("nonsense", "says nonsense"),
    "a helper whose places are too many": faulty("extents", "says nonsense"),
    "a helper whose places are not the log": faulty("sums", "says nonsense"),
    "a helper whose digests are none": faulty("media", "says nonsense"),
    "a helper that is not there": no_helper,
}
