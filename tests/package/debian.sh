#!/bin/sh
# debian.sh - builds the Debian package from a copy of the tree, and asks lintian. Part of ./check --long.
top=$(CDPATH= cd -- "$(dirname "$0")/../.." && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1
mkdir "$work/evtriage" &&
    git ls-files -co --exclude-standard | tar -cf - -T - | tar -xf - -C "$work/evtriage" || exit 1
(cd "$work/evtriage" && env -u EVTRIAGE_SHARED dpkg-buildpackage -us -uc -b) || exit 1
said=$(lintian -i --allow-root --fail-on error,warning "$work"/*.changes 2>&1)
status=$?
printf '%s\n' "$said"
[ $status -eq 0 ] && [ -z "$said" ]
