# fields.awk - mappings of fields to a C file: awk -f quoted.awk -f fields.awk fields-NAME.txt... >fields_table.c
#
# Each file becomes an array of its lines without comments; fieldmap.c reads it as it reads others.
function done() {
    if (n) print "};"
}
BEGIN {
    print "/* fields_table.c - made by fields.awk from fields-*.txt: do not edit. */"
    print "#include \"knowledge/fieldmap_files.h\""
}
FNR == 1 {
    done()
    name = FILENAME
    sub(/.*fields-/, "", name)
    sub(/\.txt$/, "", name)
    names[++n] = name
    printf "\nstatic const char *const lines_%d[] = {\n", n
}
/^[ \t]*(#|$)/ { next }
{
    gsub(/[ \t]+/, " ")
    print "    " quoted($0) ","
}
END {
    done()
    print "\nconst struct field_file field_files[] = {"
    for (i = 1; i <= n; i++)
        printf "    { \"%s\", lines_%d, sizeof lines_%d / sizeof *lines_%d },\n", names[i], i, i, i
    print "};\nconst size_t field_files_n = sizeof field_files / sizeof *field_files;"
}
