#!/bin/sh
# Mutated logs through the native reader: no crash, no leak, sums that agree, 1 s and 64 MiB for
# each. EVTRIAGE_MUTANTS: how many (2000; ./check --long asks for 200,000). A mutant that fails is
# left in the build's tests/hostile/.
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=${builddir:-$srcdir/build}
export srcdir
exec "$builddir/tests/hostile/hostile" -n "${EVTRIAGE_MUTANTS:-2000}" -j "$(getconf _NPROCESSORS_ONLN)" \
    -o "$builddir/tests/hostile" -l
