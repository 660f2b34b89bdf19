#!/bin/sh
# Mutated disk images beside a log that is whole: see images.py.
# EVTRIAGE_IMAGES: how many (80; ./check --long asks for 50,000).
exec "${0%/*}/mutated.sh" images 'raw images' "${EVTRIAGE_IMAGES:-80}"
