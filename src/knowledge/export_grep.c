/* export_grep.c - grep -P over `evtriage dump -f jsonl`: an event a line.
 *
 * A condition is a look-ahead from the start of the line, so conditions join in any order. Values
 * are JSON strings: what the expression asks for is written as it stands there, escapes included,
 * and bound to its key; a quote inside a string is always escaped, so that a key cannot be
 * mistaken for a value. grep works on bytes (LC_ALL=C): code points are spelled out, and nothing
 * depends on what a locale folds.
 * May include base/, rule/, this folder. */
#include <stdio.h>

#include "base/utf16.h"
#include "knowledge/dump_names.h"

/* The command line of one argument (MAX_ARG_STRLEN is 128 KiB), and what PCRE2 compiles. */
#define GREP_MOST 30000
/* PCRE2 writes out what is repeated by number; 65,535 units are all it takes. */
#define WEIGHT_MOST 20000
#define WEIGHT_SET 250 /* of a set with its escapes and UTF-8 */

/* The inside of a JSON string, any length; one code point of it. */
#define TEXT "[^\"\\\\]*(?:\\\\(?:[^u]|u....)[^\"\\\\]*)*"
#define ONE "(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7f]|[\\xc2-\\xf4][\\x80-\\xbf]+|\\\\(?:[^u]|u....))"

/* --- code points as JSON writes them ----------------------------------------------------------- */

static bool is_word(uint32_t c)
{
    uint8_t f = c < 0x80 ? fold_ascii((uint8_t)c) : 0;

    return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || c == '_';
}

/* Bytes of the expression: nothing that a shell or PCRE might take for something else. */
static void put_byte(uint8_t b, struct buf *out)
{
    if (is_word(b) || b == ' ')
        buf_byte(out, b);
    else if (b > ' ' && b < 0x7f && b != '\'')
        buf_printf(out, "\\%c", b);
    else
        buf_printf(out, "\\x%02x", b);
}

/* May a writer of JSON escape it? */
static bool is_special(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == '<' || (c >= 0x7f && c < 0xa0) ||
           c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

static void put_escape(uint32_t c, struct buf *out)
{
    static const char letter[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    char hex[8];

    for (size_t i = 0; i < sizeof letter - 1; i += 2)
        if ((uint8_t)letter[i] == c) {
            buf_str(out, "\\\\");
            put_byte((uint8_t)letter[i + 1], out);
            buf_byte(out, '|');
        }
    snprintf(hex, sizeof hex, "%04x", c);
    buf_str(out, "\\\\u");
    for (const char *h = hex; *h; h++)
        if (*h >= 'a')
            buf_printf(out, "[%c%c]", *h, *h - 0x20);
        else
            buf_byte(out, (uint8_t)*h);
}

static void put_raw(uint32_t c, struct buf *out)
{
    uint8_t b[4];
    size_t n = utf8_encode(c, b);

    for (size_t i = 0; i < n; i++)
        put_byte(b[i], out);
}

static void put_point(uint32_t c, struct buf *out)
{
    if (!is_special(c)) {
        put_raw(c, out);
        return;
    }
    if (c == '\\') { /* by far the most frequent */
        buf_str(out, "\\\\\\\\");
        return;
    }
    buf_str(out, "(?:");
    if (c >= 0x20 && c != '"') {
        put_raw(c, out);
        buf_byte(out, '|');
    }
    put_escape(c, out);
    buf_byte(out, ')');
}

/* --- sets as bytes ----------------------------------------------------------------------------- */

static void put_byte_range(unsigned from, unsigned to, struct buf *out)
{
    if (from == to)
        buf_printf(out, "\\x%02x", from);
    else
        buf_printf(out, "[\\x%02x-\\x%02x]", from, to);
}

/* Code points whose UTF-8 differs in length or in inner bytes are parted until a range is a product
 * of ranges of bytes. */
static void put_wide_range(uint32_t from, uint32_t to, struct buf *out)
{
    static const uint32_t last_of_length[] = { 0x7f, 0x7ff, 0xffff, 0x10ffff };
    uint8_t a[4], b[4];

    for (size_t i = 0; i < 3; i++)
        if (from <= last_of_length[i] && to > last_of_length[i]) {
            put_wide_range(from, last_of_length[i], out);
            put_wide_range(last_of_length[i] + 1, to, out);
            return;
        }
    for (unsigned shift = 6; shift <= 18 && from > 0x7f; shift += 6) {
        uint32_t mask = (UINT32_C(1) << shift) - 1;
        if ((from & ~mask) == (to & ~mask))
            continue;
        if (from & mask) {
            put_wide_range(from, from | mask, out);
            put_wide_range((from | mask) + 1, to, out);
            return;
        }
        if ((to & mask) != mask) {
            put_wide_range(from, (to & ~mask) - 1, out);
            put_wide_range(to & ~mask, to, out);
            return;
        }
    }
    size_t n = utf8_encode(from, a);
    utf8_encode(to, b);
    buf_byte(out, '|');
    for (size_t i = 0; i < n; i++)
        put_byte_range(a[i], b[i], out);
}

static bool set_holds(const struct rx *set, uint32_t c)
{
    for (uint32_t i = 0; i < set->n; i++)
        if (c >= set->u.range[i].from && c <= set->u.range[i].to)
            return true;
    return false;
}

/* ASCII that no writer escapes, as one class. */
static void put_ascii(const struct rx *set, struct buf *out)
{
    bool any = false;

    for (uint32_t c = ' '; c < 0x7f; c++) {
        uint32_t to = c;
        if (!set_holds(set, c) || is_special(c))
            continue;
        while (to + 1 < 0x7f && set_holds(set, to + 1) && !is_special(to + 1))
            to++;
        buf_str(out, any ? "" : "[");
        any = true;
        put_byte((uint8_t)c, out);
        if (to > c) {
            buf_str(out, to > c + 1 ? "-" : "");
            put_byte((uint8_t)to, out);
        }
        c = to;
    }
    buf_str(out, any ? "]" : "(?!)");
}

/* Is the set ASCII that no writer escapes? */
static bool is_simple(const struct rx *set)
{
    for (uint32_t i = 0; i < set->n; i++)
        for (uint32_t c = set->u.range[i].from; c <= set->u.range[i].to; c++)
            if (c >= 0x7f || is_special(c))
                return false;
    return true;
}

static const char hex_digits[] = "0123456789abcdef";

/* Control characters: by letter, and by number. */
static void put_controls(const struct rx *set, struct buf *out)
{
    static const char code[] = "\b\f\n\r\t", letter[] = "bfnrt";
    bool any = false;

    for (uint32_t c = 0; c < 0x20; c++)
        any = any || set_holds(set, c);
    if (!any)
        return;
    buf_str(out, "|\\\\(?:[");
    for (size_t i = 0; i < sizeof letter - 1; i++)
        if (set_holds(set, (uint8_t)code[i]))
            buf_byte(out, (uint8_t)letter[i]);
    buf_str(out, "_]"); /* JSON has no such escape: the class may not be empty */
    for (uint32_t high = 0; high < 2; high++) {
        buf_printf(out, "|u00%u[", high);
        for (uint32_t low = 0; low < 16; low++) {
            if (!set_holds(set, high * 16 + low))
                continue;
            buf_byte(out, (uint8_t)hex_digits[low]);
            if (low > 9)
                buf_byte(out, (uint8_t)(hex_digits[low] - 0x20));
        }
        buf_str(out, "_]");
    }
    buf_byte(out, ')');
}

/* Beyond ASCII: raw bytes, and what a writer may escape. */
static void put_high(const struct rx *set, struct buf *out)
{
    static const uint32_t late[] = { 0x2028, 0x2029, 0xfeff };
    const struct rx_range *last = &set->u.range[set->n - 1];

    for (uint32_t c = 0x7f; c < 0xa0; c++)
        if (set_holds(set, c) && !(last->from <= 0x7f && last->to == 0x10ffff)) {
            buf_byte(out, '|');
            put_point(c, out);
        }
    if (last->from <= 0x7f && last->to == 0x10ffff) { /* all of it */
        buf_str(out,
                "|[\\xc2-\\xf4][\\x80-\\xbf]+|\\\\u(?:007[fF]|00[89].|202[89]|[fF][eE][fF][fF])");
        return;
    }
    for (size_t i = 0; i < sizeof late / sizeof *late; i++)
        if (set_holds(set, late[i])) {
            buf_byte(out, '|');
            put_escape(late[i], out);
        }
    for (uint32_t i = 0; i < set->n; i++) {
        uint32_t from = set->u.range[i].from, to = set->u.range[i].to;
        from = from < 0xa0 ? 0xa0 : from;
        if (from < 0xd800 && to >= 0xd800) {
            put_wide_range(from, 0xd7ff, out);
            from = 0xe000;
        }
        from = from >= 0xd800 && from < 0xe000 ? 0xe000 : from;
        if (from <= to)
            put_wide_range(from, to, out);
    }
}

static void put_set(const struct rx *set, struct buf *out)
{
    static const uint32_t quoted[] = { '"', '\\', '<' };

    if (rx_is_full(set)) {
        buf_str(out, ONE);
        return;
    }
    if (is_simple(set)) {
        put_ascii(set, out);
        return;
    }
    buf_str(out, "(?:");
    put_ascii(set, out);
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++)
        if (set_holds(set, quoted[i])) {
            buf_byte(out, '|');
            put_point(quoted[i], out);
        }
    put_controls(set, out);
    if (set->n)
        put_high(set, out);
    buf_byte(out, ')');
}

static const struct rx_style style = {
    .open = "(?:", .any = ONE, .any_run = TEXT, .point = put_point, .set = put_set
};

/* --- terms ------------------------------------------------------------------------------------- */

/* Keys of the line that are no names of fields. */
static bool is_frame(struct slice name)
{
    static const char *const frame[] = { "event",  "computer", "channel",   "provider",
                                         "system", "event_id", "record_id", "time_created",
                                         "data",   "cut",      "source",    "file",
                                         "offset", "chunk",    "origin",    "record_number" };

    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++)
        if (slice_eq(name, slice_str(frame[i])))
            return true;
    return false;
}

static void put_name(struct writing *w, struct slice name)
{
    const bool blanks = dump_has_blanks(w->rule);

    for (size_t i = 0, len; i < name.n; i += len) {
        uint32_t c = utf8_decode(slice_sub(name, i, name.n), &len);
        if (blanks && i && c >= 'A' && c <= 'Z')
            buf_str(w->out, " ?");
        put_point(c, w->out);
    }
}

/* What stands before a value: the key, and in a list the values before it. */
static int put_key(struct writing *w, const struct term *t)
{
    enum dump_place place = dump_place_of(t->field);

    if (!t->field.p) {
        buf_str(w->out, "[:,\\[]\"");
        return EV_OK;
    }
    if (place == DUMP_DATA && is_frame(t->field))
        return writing_refuse(w, "the field \"%.*s\": the lines use its name for something else",
                              SLICE_ARG(t->field));
    buf_str(w->out, "[{,]\"");
    if (place == DUMP_DATA)
        put_name(w, t->field);
    else
        buf_str(w->out, dump_key(place));
    buf_str(w->out, "\":");
    if (place == DUMP_DATA)
        buf_str(w->out, "(?:\\[(?:\"" TEXT "\",)*)?");
    return EV_OK;
}

static bool is_number_place(const struct term *t)
{
    enum dump_place place = t->field.p ? dump_place_of(t->field) : DUMP_DATA;

    return place == DUMP_EVENT_ID || place == DUMP_RECORD_ID;
}

static int put_number(struct writing *w, const struct term *t)
{
    const struct pattern *p = &t->pattern;

    if (t->kind == TERM_EXISTS) {
        buf_str(w->out, "[0-9]");
        return EV_OK;
    }
    if (t->kind != TERM_PATTERN || !pattern_is_plain(p))
        return writing_refuse(w, "EventID or EventRecordID with a wildcard or expression");
    for (size_t i = 0; p->n && i < p->token[0].literal.n; i++)
        if (p->token[0].literal.p[i] < '0' || p->token[0].literal.p[i] > '9') {
            buf_str(w->out, "(?!)");
            return EV_OK;
        }
    buf_slice(w->out, p->n ? p->token[0].literal : SLICE("(?!)"));
    buf_str(w->out, "[,}]");
    return EV_OK;
}

/* Units of what is repeated by number. */
static size_t weight(const struct rx *r, size_t times)
{
    size_t sum = 0;

    if (r->kind == RX_SET)
        return times > 1 ? times * (is_simple(r) ? 33 : WEIGHT_SET) : 0;
    if (r->kind != RX_CAT && r->kind != RX_ALT && r->kind != RX_REPEAT)
        return 0;
    if (r->kind == RX_REPEAT) {
        size_t more = r->max == RX_MANY ? r->min : r->max;
        times = more > 1 && times < WEIGHT_MOST ? times * more : times;
    }
    for (uint32_t i = 0; i < r->n && sum < WEIGHT_MOST; i++)
        sum += weight(r->u.child[i], times);
    return sum;
}

static int put_text(struct writing *w, const struct term *t)
{
    struct rx *r;

    if (t->kind == TERM_EXISTS) {
        buf_byte(w->out, '"');
        return EV_OK;
    }
    if (t->exact.p) {
        buf_byte(w->out, '"');
        for (size_t i = 0; i < t->exact.n; i++)
            put_point(t->exact.p[i], w->out);
        buf_byte(w->out, '"');
        return EV_OK;
    }
    int rc = writing_rx_whole(w, t, "JSON's escapes end in letters", &r);

    if (rc < 0)
        return rc;
    w->weight += weight(r, 1);
    if (w->weight > WEIGHT_MOST)
        return writing_refuse(w, "a regular expression that is too large for grep once its repeats "
                                 "are written out");
    if (t->field.p)
        buf_byte(w->out, '"');
    rx_print(r, &style, w->out);
    buf_str(w->out, t->field.p ? "\"" : "\"[,\\]}]");
    return EV_OK;
}

static int put_term(struct writing *w, const struct term *t)
{
    if (t->kind == TERM_COMPARE || t->kind == TERM_TIMEPART)
        return writing_refuse(w, "lt, lte, gt, gte, minute to year: grep cannot reckon");
    if (t->kind == TERM_REF)
        return writing_refuse(w, "fieldref: not told by grep");
    if (!t->field.p && t->kind == TERM_REGEX)
        return writing_refuse(w, "a regular expression as a keyword");
    buf_str(w->out, ".*?");
    int rc = put_key(w, t);
    if (rc == EV_OK)
        rc = is_number_place(t) ? put_number(w, t) : put_text(w, t);
    return rc;
}

/* --- the tree ---------------------------------------------------------------------------------- */

static int put_ahead(struct writing *w, const struct clause *c);

/* The inside of a look-ahead. */
static int put_inside(struct writing *w, const struct clause *c)
{
    int rc = EV_OK;

    if (c->kind == CLAUSE_TERM)
        return put_term(w, c->term);
    if (c->kind != CLAUSE_OR)
        return put_ahead(w, c);
    for (uint32_t i = 0; rc == EV_OK && i < c->n; i++) {
        buf_str(w->out, i ? "|" : "");
        rc = put_inside(w, c->child[i]);
    }
    return rc;
}

static int put_look(struct writing *w, const char *open, const struct clause *c)
{
    buf_str(w->out, open);
    int rc = put_inside(w, c);
    buf_byte(w->out, ')');
    return rc;
}

/* One or more look-aheads. */
static int put_ahead(struct writing *w, const struct clause *c)
{
    int rc = EV_OK;

    if (c->kind == CLAUSE_NOT)
        return put_look(w, "(?!", c->child[0]);
    if (c->kind != CLAUSE_AND)
        return c->kind == CLAUSE_TRUE ? EV_OK : put_look(w, "(?=", c);
    for (uint32_t i = 0; rc == EV_OK && i < c->n; i++)
        rc = put_ahead(w, c->child[i]);
    return rc;
}

static int write_query(struct writing *w, struct clause *c)
{
    buf_str(w->out, "LC_ALL=C grep -P '^");
    int rc = put_ahead(w, c);
    buf_byte(w->out, '\'');
    if (rc == EV_OK && w->out->n > GREP_MOST)
        return writing_refuse(w, "an expression of more than %d bytes: grep does not take it",
                              GREP_MOST);
    return rc;
}

const struct export_target export_grep = {
    .name = "grep",
    .about = "grep -P, over the lines of evtriage dump -f jsonl",
    .write = write_query,
};
