/* lucene.c - Lucene's query syntax: Elasticsearch, OpenSearch and Graylog.
 *
 * Fields of type keyword keep case apart, so a value with letters becomes an expression with both
 * cases; the mapping's type `lowercase` (a normalizer) allows plain words. Everything is put in
 * parentheses, and a NOT never stands without something positive: the classic parser reads
 * `a OR NOT b` as `a minus b`.
 *
 * An index may leave out long values (ignore_above). A test under a NOT that such a value could pass
 * is then joined, by OR, with a test for a value left out, so that the query loses these events instead
 * of finding more than the rule.
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

#include "base/utf16.h"

#define REGEX_MOST 1000 /* index.max_regex_length of both products */

static bool is_plain(uint32_t c)
{
    uint8_t f = c < 0x80 ? fold_ascii((uint8_t)c) : 0;

    return c >= 0x80 || c <= ' ' || (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || c == '_';
}

static void put_escaped(uint32_t c, struct buf *out)
{
    uint8_t b[4];

    if (!is_plain(c))
        buf_byte(out, '\\');
    buf_put(out, b, utf8_encode(c, b));
}

static const struct rx_style style = {
    .open = "(", .any = ".", .point = put_escaped, .in_set = put_escaped
};

static void put_name(struct slice name, struct buf *out)
{
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == ' ' || !(is_plain(name.p[i]) || name.p[i] == '.'))
            buf_byte(out, '\\');
        buf_byte(out, name.p[i]);
    }
}

static int put_regex(struct writing *w, const struct term *t)
{
    struct rx *r;
    int rc = writing_rx_whole(w, t, "Lucene knows no word boundary", &r);

    if (rc < 0)
        return rc;
    buf_byte(w->out, '/');
    size_t from = w->out->n;
    rx_print(r, &style, w->out);
    /* Counted in UTF-16, as Java does; bytes are more, so nothing too long passes. */
    if (w->out->n - from > REGEX_MOST)
        return writing_refuse(w,
                              "a value of more than %d characters once both cases of its letters "
                              "are written out (index.max_regex_length)",
                              REGEX_MOST);
    buf_byte(w->out, '/');
    return EV_OK;
}

static void put_quoted(struct slice s, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        /* A brace, because two of them mean something in a watch. */
        if (s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '{')
            buf_byte(out, '\\');
        buf_byte(out, s.p[i]);
    }
    buf_byte(out, '"');
}

/* Blanks beyond ASCII end a word in some parsers of the language; in an expression they do not. */
static bool has_wide_blank(const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct slice s = p->token[i].literal;
        for (size_t k = 0, len; p->token[i].kind == TOKEN_LITERAL && k < s.n; k += len) {
            uint32_t c = utf8_decode(slice_sub(s, k, s.n), &len);
            if (c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
                (c >= 0x2028 && c <= 0x202f) || c == 0x205f || c == 0x3000 || c == 0xfeff)
                return true;
        }
    }
    return false;
}

static int put_pattern(struct writing *w, const struct term *t)
{
    static const struct wildcard_style wild = { "*", "?",
                                                " \t\r\n\v\f+-=&|><!(){}[]^\"~*?:\\/'#@,;%" };
    const struct pattern *p = &t->pattern;

    if (t->exact.p) {
        put_quoted(t->exact, w->out);
        return EV_OK;
    }
    if (t->at.type == SPOT_NUMBER) {
        buf_slice(w->out, p->token[0].literal);
        return EV_OK;
    }
    if (pattern_has(p, TOKEN_DASH) || (!pattern_is_plain(p) && has_wide_blank(p)) ||
        (t->at.type != SPOT_LOWERCASE && t->at.type != SPOT_IP && writing_has_case(w, p)))
        return put_regex(w, t);
    if (pattern_is_plain(p))
        put_quoted(p->n ? p->token[0].literal : SLICE(""), w->out);
    else
        wildcard_write(p, &wild, w->out);
    return EV_OK;
}

static void put_network(const struct test *t, struct buf *out)
{
    buf_byte(out, '"');
    network_write(t, out);
    buf_str(out, "\"");
}

static int put_range(struct writing *w, const struct term *t)
{
    double n = t->test->u.compare.number;

    if (t->at.type != SPOT_NUMBER)
        return writing_refuse(w, "lt, lte, gt, gte: the index keeps the field as text");
    switch (t->test->u.compare.op) {
    case COMPARE_LT:
        buf_printf(w->out, "[* TO %.17g}", n);
        break;
    case COMPARE_LTE:
        buf_printf(w->out, "[* TO %.17g]", n);
        break;
    case COMPARE_GT:
        buf_printf(w->out, "{%.17g TO *]", n);
        break;
    case COMPARE_GTE:
        buf_printf(w->out, "[%.17g TO *]", n);
        break;
    }
    return EV_OK;
}

static int put_value(struct writing *w, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        return put_pattern(w, t);
    case TERM_REGEX:
        return put_regex(w, t);
    case TERM_CIDR:
        put_network(t->test, w->out);
        return EV_OK;
    case TERM_COMPARE:
        return put_range(w, t);
    case TERM_TIMEPART:
        return writing_refuse(w, "minute to year: a query has no way to part a time");
    case TERM_REF:
        return writing_refuse(w, "fieldref: a query cannot compare two fields");
    case TERM_EXISTS:
        break;
    }
    return EV_OK;
}

/* --- values that the index leaves out ---------------------------------------------------------- */

/* Elasticsearch lists a document's left-out values in the field _ignored, OpenSearch does not. */
static bool tells_ignored(const struct writing *w)
{
    return w->target == &export_es_qs || w->target == &export_xpack_watcher;
}

static bool is_guarded(const struct term *t)
{
    if (!t->denied || !t->at.limited)
        return false;
    return t->kind == TERM_EXISTS ? !t->at.whole.p : term_takes_long(t);
}

/* Some value of the field may be there that the index does not show. */
static int put_guard(struct writing *w, const struct term *t)
{
    /* Of several values, some may be shown. */
    const bool several = slice_eq(t->field, SLICE("Data"));

    if (!t->field.p)
        return writing_refuse(w, "a keyword under a NOT: the index leaves out long values");
    if (tells_ignored(w) && (several || !t->at.whole.p)) {
        buf_str(w->out, "_ignored:");
        put_quoted(t->at.name, w->out);
        return EV_OK;
    }
    if (several || t->kind == TERM_EXISTS)
        return writing_refuse(w, "a field under a NOT of which the index may leave out a value "
                                 "without telling so");
    buf_str(w->out, t->at.whole.p ? "(_exists_:" : "(*:*");
    put_name(t->at.whole, w->out);
    buf_str(w->out, " AND NOT _exists_:");
    put_name(t->at.name, w->out);
    buf_byte(w->out, ')');
    return EV_OK;
}

/* --- terms ------------------------------------------------------------------------------------- */

static int put_test(struct writing *w, const struct term *t)
{
    if (t->kind == TERM_EXISTS) {
        buf_str(w->out, "_exists_:");
        put_name(t->at.whole.p ? t->at.whole : t->at.name, w->out);
        return EV_OK;
    }
    put_name(t->at.name, w->out);
    buf_byte(w->out, ':');
    return put_value(w, t);
}

static int put_term(struct writing *w, const struct term *t)
{
    if (!is_guarded(t))
        return put_test(w, t);
    buf_byte(w->out, '(');
    int rc = put_test(w, t);
    buf_str(w->out, " OR ");
    if (rc == EV_OK)
        rc = put_guard(w, t);
    buf_byte(w->out, ')');
    return rc;
}

static bool together(const struct term *a, const struct term *b)
{
    return (a->kind == TERM_PATTERN || a->kind == TERM_REGEX) &&
           (b->kind == TERM_PATTERN || b->kind == TERM_REGEX) && slice_eq(a->at.name, b->at.name) &&
           is_guarded(a) == is_guarded(b);
}

static int open_values(struct writing *w, const struct term *t, size_t n)
{
    int rc = EV_OK;
    (void)n;
    if (is_guarded(t)) {
        buf_byte(w->out, '(');
        rc = put_guard(w, t);
        buf_str(w->out, " OR ");
    }
    put_name(t->at.name, w->out);
    buf_str(w->out, ":(");
    return rc;
}

static void close_values(struct writing *w, const struct term *t, size_t n)
{
    (void)n;
    buf_str(w->out, is_guarded(t) ? "))" : ")");
}

int lucene_query(struct writing *w, struct clause *c)
{
    static const struct infix infix = { .and = " AND ",
                                        .or = " OR ",
                                        .not = "NOT ",
                                        .all = "*:*",
                                        .company = "*:*",
                                        .term = put_term,
                                        .together = together,
                                        .open = open_values,
                                        .value = put_value,
                                        .close = close_values };
    return infix_write(w, &infix, c);
}
