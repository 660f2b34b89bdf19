"""carve.py - a raw image and a memory dump are carved: every chunk, every record, in bounded memory.

  carve.py PROGRAM TESTDATA FOLDER

Makes two files in FOLDER from the chunks of the story: one with noise between them, so that they lie
at odd offsets, one sparse of 1 GiB. Prints TAP.
"""

import glob
import json
import os
import random
import resource
import subprocess
import sys

CHUNK = 65536
MIB = 1 << 20
number = 0


def result(name, fault):
    global number
    number += 1
    if fault:
        print("# %s\nnot ok %d - %s" % (str(fault)[:2000].replace("\n", "\n# "), number, name))
    else:
        print("ok %d - %s" % (number, name))


def chunks(path):
    data = open(path, "rb").read()
    places = range(4096, len(data), CHUNK)
    return [data[i:i + CHUNK] for i in places if data[i:i + 8] == b"ElfChnk\0"]


def dump(program, *arguments):
    run = subprocess.run([program, "dump", "-f", "jsonl", *arguments], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=False)
    return run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8")


def events(text):
    return sorted(json.dumps(json.loads(line)["event"], sort_keys=True) for line in text.split("\n") if line)


def differs(a, b):
    return None if a == b else "%d events against %d" % (len(a), len(b))


def lone_records(chunk):
    """Records that hold their own definition, cut out of a chunk."""
    at, found = 512, []
    end = int.from_bytes(chunk[48:52], "little")
    while at + 28 <= end:
        size = int.from_bytes(chunk[at + 4:at + 8], "little")
        if int.from_bytes(chunk[at + 34:at + 38], "little") == at + 38:
            found.append(chunk[at:at + size])
        at += size
    return found


def main():
    program, data, folder = sys.argv[1:]
    story = sorted(glob.glob(data + "/story/*.evtx"))
    noise = random.Random(2026)
    raw, sparse = folder + "/raw.img", folder + "/sparse.img"

    _, text, _ = dump(program, "-q", *story)
    whole = events(text)
    with open(raw, "wb") as file:
        for log in story:
            for chunk in chunks(log):
                file.write(noise.randbytes(noise.randrange(1, 70000) | 1))
                file.write(chunk)
        file.write(noise.randbytes(3333))
    code, text, said = dump(program, "--recover", raw)
    result("chunks between noise give every event", differs(whole, events(text)) or (code and said))
    origins = {json.loads(line)["source"]["origin"] for line in text.split("\n") if line}
    result("carved records say so", origins ^ {"carved"})
    result("the same bytes for any number of threads",
           None if dump(program, "-q", "--recover", "-j", "5", raw)[1] == text else "they differ")
    code, text, said = dump(program, raw)
    result("without --recover such a file is passed over, and that is said",
           None if code == 3 and not text and "no event log was found" in said else (code, said))
    code, text, said = dump(program, "--recover", folder)
    result("in a folder, too: only what is named is carved",
           None if code == 3 and not text else (code, said))

    security = data + "/story/Security.evtx"
    lone = [record for chunk in chunks(security)[:4] for record in lone_records(chunk)]
    with open(raw, "wb") as file:
        for record in lone:
            file.write(noise.randbytes(noise.randrange(1, 9000) | 1))
            file.write(record)
        file.write(noise.randbytes(500))
    code, text, said = dump(program, "--recover", raw)
    carved, known = events(text), set(events(dump(program, "-q", security)[1]))
    result("records alone between noise are found: %d of %d read" % (len(carved), len(lone)),
           None if lone and "and %d recovered" % len(lone) in said and carved and set(carved) <= known else said)

    with open(sparse, "wb") as file:
        for i, chunk in enumerate(chunks(security)):
            file.seek(i * 140 * MIB + noise.randrange(1, 4096))
            file.write(chunk)
        file.truncate(1024 * MIB)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    code, text, said = dump(program, "--recover", "-j", "1", sparse)
    more = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before) // 1024
    result("a sparse file of 1 GiB gives every event",
           differs(sorted(known), events(text)) or (code and said))
    result("memory does not grow with the file: %d MiB more" % more, more >= 32 and more)
    print("1..%d" % number)


main()
