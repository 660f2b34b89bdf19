#!/bin/sh
# Rules on Sysmon 1 and on the 4688 of the same process: the logs of testdata/ and our rules, and the
# shared ones where they are.
rules=$srcdir/rules
set -- "$srcdir/testdata"
if [ -n "$EVTRIAGE_SHARED" ] && [ -d "$EVTRIAGE_SHARED/sigma/rules" ]; then
    rules="$rules $EVTRIAGE_SHARED/sigma/rules/windows"
    set -- "$@" "$EVTRIAGE_SHARED/corpus"
else
    echo "# no shared data: the large rule set and its logs are left out"
fi
# shellcheck disable=SC2086 # folders of rules, without blanks
find "$@" -name '*.evtx' | sort | "$builddir/tests/differential/twin" $rules
