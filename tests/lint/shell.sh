#!/bin/sh
# shell.sh - shell scripts parse, are written for any sh, and are executable.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

scripts=$(find bootstrap quickstart check .ci build-aux tests testdata rules -type f 2>/dev/null |
    LC_ALL=C sort | while read -r file; do
        case $file in build-aux/tap-driver.sh | build-aux/install-sh | build-aux/missing | \
            build-aux/compile | build-aux/depcomp | build-aux/ar-lib | build-aux/test-driver | \
            build-aux/config.*) continue ;; esac
        head -c 64 "$file" | head -n 1 | tr -d '\0' | grep -q '^#! */.*sh' && echo "$file"
    done)

lint_result "shell scripts parse" "$(for file in $scripts; do
    sh -n "$file" 2>&1
done)"
lint_result "shell scripts need no bash" "$(for file in $scripts; do
    head -n 1 "$file" | grep -q '^#!/bin/sh' || echo "$file:1: begin with #!/bin/sh"
done)"
lint_result "shell scripts are executable" "$(for file in $scripts; do
    [ -x "$file" ] || echo "$file: chmod +x"
done)"
if command -v shellcheck >/dev/null; then
    lint_result "shellcheck finds no error" "$(for file in $scripts; do
        shellcheck --severity=error --format=gcc "$file"
    done)"
else
    lint_skip "shellcheck finds no error" "shellcheck not found"
fi
lint_end
