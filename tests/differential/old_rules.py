#!/usr/bin/env python3
"""Rules of 2020 out of pages that show them: all that are whole must load.

Usage: old_rules.py EVTRIAGE PAGES
Each page holds a rule in its block "### Sigma rule". Prints TAP, one test a page.
"""
import glob
import os
import subprocess
import sys
import tempfile

# Its global document says service system, its second category process_creation: no log has both.
BROKEN = {"win_apt_apt29_tor.md"}
HEAD = "### Sigma rule\n\n```\n"


def main():
    program, pages = sys.argv[1:3]
    paths = sorted(glob.glob(os.path.join(pages, "*.md")))
    print(f"1..{len(paths)}")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(paths, 1):
            with open(path, encoding="utf-8") as page:
                text = page.read()
            start = text.index(HEAD) + len(HEAD)
            rule = os.path.join(folder, os.path.basename(path)[:-3] + ".yml")
            with open(rule, "w", encoding="utf-8") as out:
                out.write(text[start:text.index("\n```\n", start)])
            run = subprocess.run([program, "rules", "check", rule], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, check=False)
            faults = [line for line in run.stdout.splitlines() if ": error: " in line]
            good = run.returncode == (4 if os.path.basename(path) in BROKEN else 0)
            failed += not good
            for line in faults:
                print("#", line[:200])
            print("ok" if good else "not ok", number, "-", os.path.basename(path))
    sys.exit(failed > 0)


main()
