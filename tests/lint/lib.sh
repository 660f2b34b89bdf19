# lib.sh - what the lints share. To be sourced; sets `root` to the tree to look at.
#
# A lint is called as LINT [ROOT]; ROOT is the source tree by default, and a
# sample tree in selftest.sh. It writes TAP, with one `# file:line: fault` line a
# fault before the `not ok`, and ends with lint_end.
root=${1:-${srcdir:-.}}
cd "$root" || exit 1
lint_count=0
lint_bad=0

# lint_result NAME FAULTS: one test; it passes if the text FAULTS is empty.
lint_result() {
    lint_count=$((lint_count + 1))
    if [ -z "$2" ]; then
        echo "ok $lint_count - $1"
    else
        printf '%s\n' "$2" | sed 's/^/# /'
        echo "not ok $lint_count - $1"
        lint_bad=1
    fi
}

# lint_skip NAME WHY
lint_skip() {
    lint_count=$((lint_count + 1))
    echo "ok $lint_count - $1 # SKIP $2"
}

# lint_note TEXT: something worth knowing that is no fault.
lint_note() {
    [ -z "$1" ] || printf '%s\n' "$1" | sed 's/^/# /'
}

lint_end() {
    echo "1..$lint_count"
    exit $lint_bad
}

# Our own C files below the folders given, in a fixed order. Code of others
# (vendor/) is not ours to judge.
c_files() {
    find "$@" -name vendor -prune -o \( -name '*.c' -o -name '*.h' \) -type f -print 2>/dev/null |
        LC_ALL=C sort
}

# The same C file with comments and the insides of literals blanked, line numbers kept.
c_code() {
    awk -f "$lint_dir/code.awk" "$1"
}
