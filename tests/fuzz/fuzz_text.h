/* fuzz_text.h - is what was rendered well-formed? For fuzz targets and tests/hostile only.
 *
 * XML is asked of libxml2, with nothing forgiven but names of namespaces; JSON of a small parser
 * that knows the grammar and no more. */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <libxml/parser.h>

#include "base/utf16.h"

/* One document, no DTD, no entity of its own. Depth and sizes are judged elsewhere. */
static inline bool fuzz_is_xml(struct slice s)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE;
    xmlParserCtxt *c = xmlNewParserCtxt();
    xmlDoc *doc = xmlCtxtReadMemory(c, (const char *)s.p, (int)s.n, NULL, "UTF-8", options);
    bool good = c->wellFormed && doc && xmlDocGetRootElement(doc);

    xmlFreeDoc(doc);
    xmlFreeParserCtxt(c);
    return good && utf8_valid(s);
}

struct fuzz_json {
    const uint8_t *p, *end;
    unsigned depth;
};

static inline bool fuzz_json_take(struct fuzz_json *j, uint8_t c)
{
    return j->p < j->end && *j->p == c && j->p++;
}

static inline bool fuzz_json_string(struct fuzz_json *j)
{
    static const char escapes[] = "\"\\/bfnrt";

    if (!fuzz_json_take(j, '"'))
        return false;
    while (j->p < j->end && *j->p != '"') {
        uint8_t c = *j->p++;

        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (j->p == j->end)
            return false;
        c = *j->p++;
        if (c != 'u' && !memchr(escapes, c, sizeof escapes - 1))
            return false;
        for (int i = 0; c == 'u' && i < 4; i++, j->p++)
            if (j->p == j->end || !memchr("0123456789abcdefABCDEF", *j->p, 22))
                return false;
    }
    return fuzz_json_take(j, '"');
}

static inline bool fuzz_json_value(struct fuzz_json *j);

static inline bool fuzz_json_list(struct fuzz_json *j, bool object, uint8_t close)
{
    if (fuzz_json_take(j, close))
        return true;
    do {
        if (object && (!fuzz_json_string(j) || !fuzz_json_take(j, ':')))
            return false;
        if (!fuzz_json_value(j))
            return false;
    } while (fuzz_json_take(j, ','));
    return fuzz_json_take(j, close);
}

static inline bool fuzz_json_word(struct fuzz_json *j)
{
    static const char *const word[] = { "true", "false", "null" };
    const uint8_t *from;

    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        size_t n = strlen(word[i]);

        if ((size_t)(j->end - j->p) >= n && memcmp(j->p, word[i], n) == 0) {
            j->p += n;
            return true;
        }
    }
    from = j->p;
    while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
        j->p++;
    return j->p > from && (*from != '0' || j->p == from + 1);
}

static inline bool fuzz_json_value(struct fuzz_json *j)
{
    bool good;

    if (j->depth == 16)
        return false;
    j->depth++;
    if (fuzz_json_take(j, '{'))
        good = fuzz_json_list(j, true, '}');
    else if (fuzz_json_take(j, '['))
        good = fuzz_json_list(j, false, ']');
    else if (j->p < j->end && *j->p == '"')
        good = fuzz_json_string(j);
    else
        good = fuzz_json_word(j);
    j->depth--;
    return good;
}

/* One object and a line end, no other line end. */
static inline bool fuzz_is_json_line(struct slice s)
{
    struct fuzz_json j = { s.p, s.p + s.n, 0 };

    return utf8_valid(s) && s.n && *s.p == '{' && fuzz_json_value(&j) && j.p + 1 == j.end &&
           *j.p == '\n';
}

/* Rows of the same number of cells, CRLF at the end. */
static inline bool fuzz_is_csv_row(struct slice s, size_t cells)
{
    bool quoted = false;
    size_t n = 1;

    if (s.n < 2 || s.p[s.n - 2] != '\r' || s.p[s.n - 1] != '\n' || !utf8_valid(s))
        return false;
    for (size_t i = 0; i + 2 < s.n; i++) {
        quoted ^= s.p[i] == '"';
        n += !quoted && s.p[i] == ',';
        if (!quoted && (s.p[i] == '\r' || s.p[i] == '\n'))
            return false;
    }
    return !quoted && n == cells;
}

#endif
