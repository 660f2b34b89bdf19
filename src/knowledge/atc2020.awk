# atc2020.awk - atc2020.txt to a C file: awk -f quoted.awk -f atc2020.awk atc2020.txt >atc2020_table.c
#
# Run at build time in the C locale, by any awk.
BEGIN {
    FS = "|"
    kind["tactic"] = "ATC_TACTIC"
    kind["technique"] = "ATC_TECHNIQUE"
    kind["enrichment"] = "ATC_ENRICHMENT"
    kind["source"] = "ATC_SOURCE"
    kind["needed"] = "ATC_NEEDED"
    kind["logpoint-source"] = "ATC_LOGPOINT_SOURCE"
    kind["logpoint-field"] = "ATC_LOGPOINT_FIELD"
    print "/* atc2020_table.c - made by atc2020.awk from atc2020.txt: do not edit. */"
    print "#include \"knowledge/atc2020.h\"\n"
    print "const struct atc_row atc2020_table[] = {"
}
/^#/ { next }
{
    if (!($1 in kind) || NF < 3 || NF > 5) {
        printf "%s:%d: no row: %s\n", FILENAME, FNR, $0 >"/dev/stderr"
        failed = 1
        exit 1
    }
    printf "    { %s, %s, { %s, %s, %s } },\n", kind[$1], quoted($2), quoted($3), quoted($4), quoted($5)
}
END {
    if (failed) exit 1
    print "};\nconst size_t atc2020_table_n = sizeof atc2020_table / sizeof *atc2020_table;"
}
