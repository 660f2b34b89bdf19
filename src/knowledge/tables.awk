# tables.awk - attack.txt and car.txt to a C file: awk -f tables.awk attack.txt car.txt >tables.c
#
# Run at build time in the C locale, by any awk. Refuses tables that a bisecting look-up could not use.
function fail(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
    failed = 1
    exit 1
}
# Character by character: what gsub makes of backslashes differs between awks.
function quoted(s,    out, i, c) {
    out = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c)
    }
    return "\"" out "\""
}
function kind_of(id) {
    if (id ~ /^TA[0-9]+$/) return "ATTACK_TACTIC"
    if (id ~ /^T[0-9]+(\.[0-9]+)?$/) return "ATTACK_TECHNIQUE"
    if (id ~ /^G[0-9]+$/) return "ATTACK_GROUP"
    if (id ~ /^S[0-9]+$/) return "ATTACK_SOFTWARE"
    if (id ~ /^M[0-9]+$/) return "ATTACK_MITIGATION"
    if (id ~ /^DS[0-9]+$/) return "ATTACK_DATA_SOURCE"
    if (id ~ /^C[0-9]+$/) return "ATTACK_CAMPAIGN"
    fail("no kind of id: " id)
}
BEGIN {
    FS = "|"
    print "/* tables.c - made by tables.awk from attack.txt and car.txt: do not edit. */"
    print "#include \"knowledge/tables.h\"\n"
}
FNR == 1 {
    file++
    last = ""
    if (file == 1) print "const struct attack_entry attack_table[] = {"
    if (file == 2) print "};\nconst size_t attack_table_n = sizeof attack_table / sizeof *attack_table;\n" \
        "\nconst struct car_entry car_table[] = {"
}
/^#/ { next }
/^%/ {
    key = substr($0, 2, index($0, " ") - 2)
    text = substr($0, index($0, " ") + 1)
    head[file, key] = text
    if (key == "matrix") {
        n = split(text, part, " ")
        for (i = 1; i <= n; i++) order[part[i]] = i
    }
    next
}
{
    if ($1 "" < last "") fail("not sorted: " $1 " after " last)
}
file == 1 {
    if (NF != 4) fail("four fields wanted: id|state|tactics|name")
    current = $2 == ""
    if (!current && $2 !~ /^retired( [A-Z0-9.]+)?$/) fail("no state: " $2)
    if ($1 == last && current) fail(last " stands twice, and the second one is current")
    kind = kind_of($1)
    tactic = kind == "ATTACK_TACTIC"
    if (tactic && !($1 in order)) fail($1 " is missing in %matrix")
    printf "    { %s, %s, %s, %s, %s, %s, %s, %d },\n", kind, quoted($1), quoted($4),
        tactic ? quoted($3) : "\"\"", tactic ? "\"\"" : quoted($3),
        quoted(current ? "" : substr($2, 9)), current ? "true" : "false", tactic ? order[$1] : 0
    last = $1
}
file == 2 {
    if (NF != 2) fail("two fields wanted: id|title")
    printf "    { %s, %s },\n", quoted($1), quoted($2)
    last = $1
}
END {
    if (failed) exit 1
    if (file != 2) { print "tables.awk: two files wanted" >"/dev/stderr"; exit 1 }
    print "};\nconst size_t car_table_n = sizeof car_table / sizeof *car_table;\n"
    print "const char attack_table_version[] = " quoted(head[1, "version"]) ";"
    print "const char car_table_version[] = " quoted(head[2, "version"]) ";"
    print "const char attack_table_attribution[] = " quoted(head[1, "attribution"]) ";"
}
