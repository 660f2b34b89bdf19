#!/bin/sh
# words.sh - forbidden calls, marks of unfinished work, and talk outside app/.
lint_dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
. "$lint_dir/lib.sh"

# calls PATTERN FILE...: where PATTERN is called in code, not in comments or strings.
calls() {
    pattern=$1
    shift
    for file; do
        c_code "$file" | awk -v file="$file" -v pattern="(^|[^a-zA-Z0-9_.>])($pattern)[ \t]*[(]" '
            /^[ \t]*#/ { next }
            $0 ~ pattern { print file ":" FNR ": " $0 }'
    done
}

banned='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|gmtime|localtime|ctime|asctime|rand|srand|alloca'
lint_result "no forbidden call" "$(calls "$banned" $(c_files src tests testdata))"

# Only app/ talks and ends the program. base/ has the one exception: out of memory. jail/ is a program of its own.
library=$(c_files src | grep -v -e '^src/app/' -e '^src/main\.c$')
lint_result "no printing outside app/" \
    "$(calls 'printf|vprintf|puts|putchar|perror|warn|warnx|err|errx' $library)"
lint_result "no exit outside app/" \
    "$(calls 'exit|_exit|quick_exit' $(echo "$library" | grep -v -e '^src/base/' -e '^src/jail/'))"

# The pattern is put together here so that this file does not find itself.
marks='(^|[^A-Za-z0-9])(TO''DO|FIX''ME|XX''X)([^A-Za-z0-9]|$)'
lint_result "no mark of unfinished work" "$(
    find . -name .git -prune -o -path './build*' ! -path './build-aux*' -prune -o -path './testdata' -prune \
        -o -path './rules' -prune -o -name vendor -prune -o -type f \( -name '*.[ch]' -o -name '*.def' \
        -o -name '*.inc' -o -name '*.sh' -o -name '*.am' -o -name '*.ac' -o -name '*.m4' -o -name '*.md' \
        -o -name '*.in' -o -name '*.awk' -o -name '*.py' -o -name '*.js' -o -name '*.css' \) -print |
        LC_ALL=C sort | grep -v -e '/aclocal\.m4$' -e '/tap-driver\.sh$' -e '^\./Makefile\.in$' -e '/node_modules/' |
        while read -r file; do grep -nEH "$marks" "$file"; done
)"
lint_end
