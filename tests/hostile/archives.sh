#!/bin/sh
# Mutated archives and bombs beside a log that is whole: see archives.py.
# EVTRIAGE_ARCHIVES: how many (120; ./check --long asks for 50,000).
exec "${0%/*}/mutated.sh" archives '(libarchive' "${EVTRIAGE_ARCHIVES:-120}"
