# quoted.awk - a text as a C string. For the other programs here: awk -f quoted.awk -f PROGRAM.awk ...
#
# Character by character: what gsub makes of backslashes differs between awks.
function quoted(s,    out, i, c) {
    out = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c)
    }
    return "\"" out "\""
}
