#!/bin/sh
# mutated.sh NAME READS COUNT - runs NAME.py where --version --verbose of the program says READS: it can
# read the kind. archives.sh and images.sh call it.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${EVTRIAGE:-$srcdir/build/evtriage}
has=$("$program" --version --verbose)
case $has in
*"built without libseccomp"*) has= ;;
*"$2"*) ;;
*) has= ;;
esac
if [ -z "$has" ]; then
    echo "1..0 # SKIP this build reads no $1"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP no python3"
    exit 0
fi
exec python3 "$srcdir/tests/hostile/$1.py" -n "$3" "$program" "$srcdir/testdata"
