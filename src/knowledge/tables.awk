# tables.awk - attack.txt, car.txt and needed.txt to a C file:
#   awk -f quoted.awk -f tables.awk attack.txt car.txt needed.txt >tables.c
#
# Run at build time in the C locale, by any awk. Refuses tables that a bisecting look-up could not use.
function fail(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
    failed = 1
    exit 1
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
function end_table(name) {
    print "};\nconst size_t " name "_n = sizeof " name " / sizeof *" name ";\n"
}
# "4688,4700-4702" to an array of ranges; "*" to one that takes all.
function ranges(text, name,    i, n, part, end, out) {
    if (text == "*") text = "0-65535"
    n = split(text, part, ",")
    for (i = 1; i <= n; i++) {
        if (part[i] !~ /^[0-9]+(-[0-9]+)?$/) fail("no EventID: " part[i])
        if (split(part[i], end, "-") == 1) end[2] = end[1]
        out = out " { " end[1] ", " end[2] " },"
    }
    print "static const struct id_range " name "[] = {" out " };"
    return n
}
# Sets in a list of fields replaced; a release that is not known refused.
function fields(text,    i, n, part, out, at) {
    n = split(text, part, " ")
    for (i = 1; i <= n; i++) {
        if (part[i] ~ /^\$/) {
            if (!(substr(part[i], 2) in set)) fail("no set: " part[i])
            part[i] = set[substr(part[i], 2)]
        }
        at = index(part[i], "@")
        if (at && !(substr(part[i], at + 1) in release)) fail("no release: " part[i])
        out = out (i > 1 ? " " : "") part[i]
    }
    return out
}
BEGIN {
    FS = "|"
    policy_kind["auditpol"] = "POLICY_AUDITPOL"
    policy_kind["registry"] = "POLICY_REGISTRY"
    policy_kind["sysmon"] = "POLICY_SYSMON"
    policy_kind["channel"] = "POLICY_CHANNEL"
    policy_kind["none"] = "POLICY_NONE"
    policy_default["on"] = "POLICY_ON"
    policy_default["server"] = "POLICY_ON_SERVER"
    policy_default["part"] = "POLICY_IN_PART"
    policy_default["off"] = "POLICY_OFF"
    print "/* tables.c - made by tables.awk from the texts beside it: do not edit. */"
    print "#include \"knowledge/tables.h\"\n"
}
FNR == 1 {
    file++
    last = ""
    if (file == 1) print "const struct attack_entry attack_table[] = {"
    if (file == 2) { end_table("attack_table"); print "const struct car_entry car_table[] = {" }
    if (file == 3) end_table("car_table")
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
file < 3 {
    if ($1 "" < last "") fail("not sorted: " $1 " after " last)
}
file == 1 {
    if (NF != 4) fail("four fields wanted: id|state|tactics|name")
    current = $2 == ""
    if (!current && $2 !~ /^retired( [A-Z0-9.]+)*$/) fail("no state: " $2)
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
    if (NF != 5) fail("five fields wanted: id|title|techniques|subtypes|implementations")
    printf "    { %s, %s, %s, %s, %s },\n", quoted($1), quoted($2), quoted($3), quoted($4), quoted($5)
    last = $1
}
file == 3 && $1 == "release" {
    if (NF != 3) fail("three fields wanted")
    release[$2] = 1
    releases = releases "    { " quoted($2) ", " quoted($3) " },\n"
    next
}
file == 3 && $1 == "set" { set[$2] = $3; next }
file == 3 && $1 == "policy" {
    if (NF != 11) fail("eleven fields wanted")
    if (!($3 in policy_kind) || !($4 in policy_default)) fail("no kind or default: " $3 ", " $4)
    n = ranges($7, "policy_ids_" ++npolicy)
    policies = policies sprintf("    { %s, %s, %s, %s, %s, policy_ids_%d, %d, %s, %s, %s, %s },\n",
        quoted($2), policy_kind[$3], policy_default[$4], quoted($5), quoted($6), npolicy, n,
        quoted($8), quoted($9), quoted($10), quoted($11))
    next
}
file == 3 && $1 == "event" {
    if (NF != 7) fail("seven fields wanted")
    if (!($5 in release)) fail("no release: " $5)
    any = $4 == "*"
    if (!any && $4 !~ /^[0-9]+$/) fail("no EventID: " $4)
    place = $2 sprintf(" %05d", any ? 0 : $4 + 1)
    if (place <= last "") fail("not sorted: " $2 " " $4)
    last = place
    events = events sprintf("    { %s, %s, %d, %s, %s, %s, %s },\n", quoted($2), quoted($3),
        any ? 0 : $4, any ? "true" : "false", quoted($5), quoted($6), quoted(fields($7)))
    next
}
file == 3 { fail("no row: " $1) }
END {
    if (failed) exit 1
    if (file != 3) { print "tables.awk: three files wanted" >"/dev/stderr"; exit 1 }
    printf "const struct release_entry release_table[] = {\n%s", releases
    end_table("release_table")
    printf "const struct policy_entry policy_table[] = {\n%s", policies
    end_table("policy_table")
    printf "const struct needed_entry needed_table[] = {\n%s", events
    end_table("needed_table")
    print "const char attack_table_version[] = " quoted(head[1, "version"]) ";"
    print "const char attack_table_rest[] = " quoted(head[1, "rest"]) ";"
    print "const char car_table_version[] = " quoted(head[2, "version"]) ";"
    print "const char needed_table_version[] = " quoted(head[3, "version"]) ";"
    print "const char attack_table_attribution[] = " quoted(head[1, "attribution"]) ";"
}
