# embed.awk - text files to a C file: awk -f embed.awk timeline.html timeline.css timeline.js >assets.c
#
# Run at build time in the C locale, by any awk. Each file becomes `const char html_EXTENSION[]` and
# its size.
BEGIN {
    print "/* html_assets.c - made by embed.awk: do not edit. */"
    print "#include \"out/html_page.h\""
}
function finish() {
    if (name != "") printf ";\nconst size_t html_%s_n = sizeof html_%s - 1;\n", name, name
}
# Character by character: what gsub makes of backslashes differs between awks.
function escaped(s,    out, i, c) {
    out = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c)
    }
    return out
}
FNR == 1 {
    finish()
    name = FILENAME
    sub(/.*\./, "", name)
    printf "\nconst char html_%s[] =\n", name
}
{ printf "    \"%s\\n\"\n", escaped($0) }
END { finish() }
