#!/usr/bin/env python3
"""make_seeds.py MAKE_EVTX OUT - seeds of fuzz_binxml and fuzz_template, made by the event writer.

MAKE_EVTX is testdata/make_evtx of a build. Each record of testdata/zoo/zoo.events and of
testdata/damaged/odd.events becomes a log of its own, and that a seed in OUT/binxml and
OUT/template. The stored ones are those that libFuzzer keeps of them:
    fuzz_binxml -merge=1 tests/fuzz/corpus/binxml OUT/binxml
"""
import os
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADER, RECORD = 4096 + 512, 24
DOCUMENT = 512 + RECORD


def logs(make_evtx, script):
    """The chunk's bytes for each record of the script, alone."""
    with open(script, encoding="utf-8") as f:
        count = sum(line.startswith("@") for line in f)
    for n in range(1, count + 1):
        name = "/tmp/make_seeds.%d.evtx" % os.getpid()
        done = subprocess.run([make_evtx, "--only", str(n), script, name], check=False)
        if done.returncode == 0:
            with open(name, "rb") as f:
                yield n, f.read()[4096:]
            os.unlink(name)


def template_seed(chunk):
    """None for a record without a template."""
    size = struct.unpack_from("<I", chunk, 512 + 4)[0]
    if chunk[DOCUMENT + 4] != 0x0C:
        return None
    body_size = struct.unpack_from("<I", chunk, DOCUMENT + 14 + 20)[0]
    body = DOCUMENT + 14 + 24
    at = body + body_size
    count = struct.unpack_from("<I", chunk, at)[0]
    at += 4
    out = [bytes([count])]
    total = 0
    for i in range(count):
        n, kind = struct.unpack_from("<HB", chunk, at + 4 * i)
        out.append(struct.pack("<HB", n, kind))
        total += n
    at += 4 * count
    if at + total > 512 + size:
        return None
    return b"".join(out) + chunk[at:at + total] + chunk[body:body + body_size]


def main():
    make_evtx, out = sys.argv[1:]
    for kind in "binxml", "template":
        os.makedirs(os.path.join(out, kind), exist_ok=True)
    for script in "zoo/zoo", "damaged/odd":
        for n, chunk in logs(make_evtx, os.path.join(ROOT, "testdata", script + ".events")):
            name = "%s-%02d" % (os.path.basename(script), n)
            size = struct.unpack_from("<I", chunk, 512 + 4)[0]
            with open(os.path.join(out, "binxml", name), "wb") as f:
                f.write(struct.pack("<HB", RECORD, n % 4) + chunk[512:512 + size])
            seed = template_seed(chunk)
            if seed:
                with open(os.path.join(out, "template", name), "wb") as f:
                    f.write(seed)


main()
