#!/bin/sh
# selftest.sh - every lint has been seen to fail: each fault is planted in a sample tree.
here=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0
bad=0

# A tree in which no lint finds a fault.
good_tree() {
    rm -rf "$work/t"
    mkdir -p "$work/t/src/base" "$work/t/src/rule" "$work/t/tests/unit" "$work/t/build-aux" "$work/t/rules/w" || exit 1
    cd "$work/t" || exit 1
    cp "$here/../../.clang-format" .
    cat >ARCHITECTURE.md <<'X'
| folder | knows | may include | headers of libraries |
|---|---|---|---|
| `base/` | little | - | - |
| `rule/` | rules | base | `yaml.h` |
X
    echo 'libx_a_SOURCES += src/base/a.c src/base/a.h src/rule/r.c' >src/module.am
    printf '/* a.h - a sample. */\n#ifndef A_H\n#define A_H\n\n/* One. */\nint a_one(void);\n\n#endif\n' >src/base/a.h
    printf '/* a.c - a sample. */\n#include "base/a.h"\n\n#include <stdio.h>\n\nint a_one(void)\n{\n    return 1; /* atoi(x) in a comment is fine */\n}\n' >src/base/a.c
    printf '/* r.c - a sample. */\n#include "base/a.h"\n\n#include <yaml.h>\n' >src/rule/r.c
    printf '#!/bin/sh\necho fine\n' >build-aux/script
    chmod +x build-aux/script
    echo 'title: A sample' >rules/w/a.yml
    echo 'nobase_dist_pkgdata_DATA += rules/w/a.yml' | sed 's/+= /+= \\\n\t/' >rules/module.am
    echo '| [a](w/a.yml) | A sample |' >rules/README.md
}

result() { # NAME PASSED DETAIL
    count=$((count + 1))
    if [ "$2" = yes ]; then
        echo "ok $count - $1"
    else
        printf '%s\n' "$3" | sed 's/^/# /'
        echo "not ok $count - $1"
        bad=1
    fi
}

# The lint passes as the tree stands.
passes() { # LINT NAME
    out=$(sh "$here/$1" "$work/t" 2>&1) && ! echo "$out" | grep -q '^not ok' &&
        result "$1 passes $2" yes || result "$1 passes $2" no "$out"
}

# The lint fails and its output has a line that matches PATTERN.
fails() { # LINT NAME PATTERN
    if out=$(sh "$here/$1" "$work/t" 2>&1); then
        result "$1 finds $2" no "$out"
    elif echo "$out" | grep -q "^# .*$3"; then
        result "$1 finds $2" yes
    else
        result "$1 finds $2" no "$out"
    fi
}

good_tree
for lint in includes size words headers sources format shell rules_list; do
    passes $lint.sh "a clean tree"
done

good_tree
echo '#include "rule/r.h"' >>src/base/a.c
fails includes.sh "an edge that is not in the table" 'src/base/a.c:10: base/ may not include rule/r.h'
good_tree
echo '#include <yaml.h>' >>src/base/a.c
fails includes.sh "another room's library" 'base/ may not include <yaml.h>'
good_tree
echo '#include <zlib.h>' >>src/rule/r.c
fails includes.sh "a library that is in no row" 'rule/ may not include <zlib.h>'
good_tree
echo '#include "a.h"' >>src/base/a.c
fails includes.sh "an include without its folder" 'write "a.h" with its folder'
good_tree
mkdir src/attic
fails includes.sh "a room that is not in the table" 'src/attic/ is not in the table'

good_tree
{
    printf 'int a_long(void)\n{\n'
    yes '    a_one();' | head -n 101
    printf '}\n'
} >>src/base/a.c
fails size.sh "a function of 101 lines" 'a_long() has 101 lines'
good_tree
yes '/* line */' | head -n 801 >>src/base/a.c
fails size.sh "a file of more than 800 lines" 'src/base/a.c: 810 lines'

good_tree
printf 'int a_two(const char *s)\n{\n    return atoi(s);\n}\n' >>src/base/a.c
fails words.sh "a forbidden call" 'src/base/a.c:12:.*atoi'
good_tree
printf 'void a_two(void)\n{\n    printf("x");\n}\n' >>src/base/a.c
fails words.sh "printing outside app/" 'src/base/a.c:12:.*printf'
good_tree
printf 'void r_two(void)\n{\n    exit(1);\n}\n' >>src/rule/r.c
fails words.sh "an exit outside app/" 'src/rule/r.c:7:.*exit'
good_tree
echo '/* FIX''ME */' >>src/base/a.c
fails words.sh "a mark of unfinished work" 'src/base/a.c:10:'
good_tree
printf 'static char a_name[] = "/tmp/a.XXXX''XX";\n' >>src/base/a.c
passes words.sh "a file name template"

good_tree
sed -i 1d src/base/a.h
fails headers.sh "a header without a head comment" 'src/base/a.h:1: begin with'
good_tree
sed -i 1d src/rule/r.c
fails headers.sh "a file without a head comment" 'src/rule/r.c:1: begin with'
good_tree
sed -i 1d src/base/a.c
passes headers.sh "a file that its header describes"
good_tree
sed -i /^#ifndef/d src/base/a.h
fails headers.sh "a header without a guard" 'src/base/a.h: no include guard'
good_tree
sed -i 's,^#endif,int a_bare(void);\n\n#endif,' src/base/a.h
fails headers.sh "a function without a comment" 'a_bare() has no comment'

good_tree
echo '/* b.c - forgotten. */' >src/base/b.c
fails sources.sh "a file that is in no module.am" 'src/base/b.c is in no module.am'
good_tree
echo 'X(1)' >src/base/b.def
fails sources.sh "a table that is in no module.am" 'src/base/b.def is in no module.am'
good_tree
rm src/rule/r.c
fails sources.sh "a file that is named but not there" 'src/rule/r.c is not there'

good_tree
printf '```\n$ evtriage --no-such-option\n```\n' >README.md
fails examples.sh "an example that is wrong usage" 'README.md:2: exit code 2'
good_tree
mkdir man
printf '.EX\n$ evtriage \\-\\-version\n.EE\n' >man/x.1
passes examples.sh "an example that runs"

good_tree
printf 'int a_bad( void ){return 2;}\n' >>src/base/a.c
if sh "$here/format.sh" "$work/t" | grep -q '# SKIP'; then
    count=$((count + 1))
    echo "ok $count - format.sh finds a badly formatted file # SKIP clang-format 14 not found"
else
    fails format.sh "a badly formatted file" 'src/base/a.c: '
fi

good_tree
echo 'if true; then' >>build-aux/script
fails shell.sh "a script that does not parse" 'build-aux/script'
good_tree
sed -i '1s,/bin/sh,/bin/bash,' build-aux/script
fails shell.sh "a script for bash" 'begin with #!/bin/sh'
good_tree
chmod -x build-aux/script
fails shell.sh "a script that is not executable" 'build-aux/script: chmod'

good_tree
echo 'title: Forgotten' >rules/w/b.yml
fails rules_list.sh "a rule that is in no list" 'rules/w/b.yml is not in rules/module.am'
fails rules_list.sh "a rule that is in no table" 'rules/w/b.yml is not in rules/README.md'
good_tree
rm rules/w/a.yml
fails rules_list.sh "a rule that is listed but not there" 'rules/w/a.yml is in rules/module.am, but not there'

echo "1..$count"
exit $bad
