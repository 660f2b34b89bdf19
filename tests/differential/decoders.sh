#!/bin/sh
# Native decoder against libevtx: the logs of testdata/, and the shared ones where they are.
set -- "$srcdir/testdata"
for d in corpus sigma/regression_data; do
    if [ -n "$EVTRIAGE_SHARED" ] && [ -d "$EVTRIAGE_SHARED/$d" ]; then
        set -- "$@" "$EVTRIAGE_SHARED/$d"
    else
        echo "# no shared data: $d is left out"
    fi
done
# Three made files show what libevtx does wrong (testdata/WRITER.md): left out.
find "$@" -name '*.evtx' | grep -v -e '/testdata/zoo/zoo\.evtx$' -e '/testdata/damaged/odd\.evtx$' \
    -e '/testdata/damaged/definition-id\.evtx$' | sort | "$builddir/tests/differential/decoders"
