#!/bin/sh
# includes.sh - every #include in src/ is an edge of the table in ARCHITECTURE.md.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

# room<TAB>rooms it may include<TAB>library headers, blank separated.
table=$(awk -F'|' '/^\| `[a-z]+\/` \|/ {
    gsub(/[` \/]/, "", $2); gsub(/[,]/, " ", $4); gsub(/`/, "", $5)
    gsub(/^ *- *$/, "", $4); gsub(/^ *- *$/, "", $5)
    print $2 "\t" $4 "\t" $5
}' ARCHITECTURE.md)

faults=
for dir in src/*/; do
    room=$(basename "$dir")
    printf '%s\n' "$table" | grep -q "^$room	" ||
        faults="$faults$dir is not in the table of ARCHITECTURE.md
"
done
[ -n "$table" ] || faults="no table found in ARCHITECTURE.md"
lint_result "every room is in the include table" "$faults"

# What the C library and the kernel offer; everything else belongs to a library.
system="assert.h byteswap.h ctype.h dirent.h endian.h errno.h fcntl.h features.h float.h
fnmatch.h getopt.h glob.h grp.h inttypes.h langinfo.h libgen.h limits.h linux/* locale.h malloc.h
math.h poll.h pthread.h pwd.h sched.h search.h setjmp.h signal.h spawn.h stdalign.h stdarg.h
stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h sys/*
termios.h threads.h time.h unistd.h wchar.h wctype.h cpuid.h emmintrin.h immintrin.h"

for dir in src/*/; do
    room=$(basename "$dir")
    files=$(c_files "$dir"; find "$dir" -name vendor -prune -o -name '*.def' -print -o -name '*.inc' -print)
    [ -n "$files" ] || continue
    row=$(printf '%s\n' "$table" | grep "^$room	")
    rooms=$(printf '%s\n' "$row" | cut -f2)
    headers=$(printf '%s\n' "$row" | cut -f3)
    # Two passes in one: `word` is the thing between the quotes.
    faults=$(printf '%s\n' "$files" | while read -r file; do
        awk -v file="$file" -v room="$room" -v rooms="$rooms" -v headers="$headers" -v system_list="$system" '
        function known(word, list,    names, n, i, dir) {
            n = split(list, names, " ")
            for (i = 1; i <= n; i++) {
                if (names[i] == word)
                    return 1
                if (names[i] ~ /\/\*$/) {
                    dir = substr(names[i], 1, length(names[i]) - 1)
                    if (index(word, dir) == 1)
                        return 1
                }
            }
            return 0
        }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, part, "\"")
            word = part[2]
            if (word !~ /\//) {
                print file ":" FNR ": write \"" word "\" with its folder: \"" room "/" word "\""
                next
            }
            target = word
            sub(/\/.*/, "", target)
            if (target != room && !known("all", rooms) && !known(target, rooms))
                print file ":" FNR ": " room "/ may not include " word
        }
        /^[ \t]*#[ \t]*include[ \t]*</ {
            split($0, part, /[<>]/)
            word = part[2]
            if (!known(word, system_list) && !known(word, headers))
                print file ":" FNR ": " room "/ may not include <" word ">"
        }' "$file"
    done)
    lint_result "src/$room/ includes only what the table allows" "$faults"
done
lint_end
