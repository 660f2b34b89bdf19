/* export_logpoint.c - Logpoint's search.
 *
 * Values take `*` and `?`, escaped by a backslash, and no account of case. Its expressions take
 * fields apart and do not filter, so rules with one are refused.
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

#define DASHES_MOST 125 /* three dashes */

static void put_name(struct slice name, struct buf *out)
{
    bool plain = name.n > 0;

    for (size_t i = 0; i < name.n; i++) {
        uint8_t f = fold_ascii(name.p[i]);
        plain = plain && ((f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || f == '_');
    }
    if (!plain)
        buf_byte(out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, name.p[i]);
    }
    if (!plain)
        buf_byte(out, '"');
}

static int check(struct writing *w, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        if (t->pattern.cased)
            return writing_refuse(w, "the modifier cased: Logpoint takes no account of case");
        return EV_OK;
    case TERM_REGEX:
        return writing_refuse(w, "a regular expression: Logpoint's extract, they do not filter");
    case TERM_COMPARE:
        if (t->at.type != SPOT_NUMBER)
            return writing_refuse(w, "lt, lte, gt, gte: the mapping does not say that the field "
                                     "is a number");
        return EV_OK;
    case TERM_TIMEPART:
        return writing_refuse(w, "minute to year: a search has no way to part a time");
    case TERM_REF:
        return writing_refuse(w, "fieldref: a search cannot compare two fields");
    case TERM_CIDR:
    case TERM_EXISTS:
        break;
    }
    return EV_OK;
}

/* The values of a pattern: one, or one for each way to write its dashes. */
static int put_values(struct writing *w, const struct term *t, size_t *ret_n)
{
    static const struct wildcard_style style = { "*", "?", "\"\\*?" };
    struct pattern *p;
    int rc = check(w, t);

    if (t->exact.p) {
        buf_printf(w->out, "\"%.*s\"", SLICE_ARG(t->exact));
        *ret_n = 1;
        return EV_OK;
    }
    if (rc == EV_OK)
        rc = wildcard_dashes(w, &t->pattern, DASHES_MOST, &p, ret_n);
    for (size_t i = 0; rc == EV_OK && i < *ret_n; i++) {
        buf_str(w->out, i ? ", \"" : "\"");
        wildcard_write(&p[i], &style, w->out);
        buf_byte(w->out, '"');
    }
    return rc;
}

static int put_compare(struct writing *w, const struct term *t)
{
    int rc = check(w, t);

    if (rc < 0)
        return rc;
    put_name(t->at.name, w->out);
    buf_printf(w->out, "%s%.17g", compare_sign(t->test->u.compare.op), t->test->u.compare.number);
    return EV_OK;
}

static int put_term(struct writing *w, const struct term *t)
{
    size_t n;
    bool list = t->kind == TERM_PATTERN && pattern_has(&t->pattern, TOKEN_DASH);

    if (t->kind == TERM_COMPARE)
        return put_compare(w, t);
    int rc = check(w, t);
    if (rc < 0)
        return rc;
    put_name(t->at.name, w->out);
    buf_str(w->out, list ? " IN [" : "=");
    if (t->kind == TERM_EXISTS)
        buf_byte(w->out, '*');
    else
        rc = put_values(w, t, &n);
    buf_str(w->out, list ? "]" : "");
    return rc;
}

static bool together(const struct term *a, const struct term *b)
{
    return a->kind == TERM_PATTERN && b->kind == TERM_PATTERN && slice_eq(a->at.name, b->at.name);
}

static int open_values(struct writing *w, const struct term *t, size_t n)
{
    (void)n;
    put_name(t->at.name, w->out);
    buf_str(w->out, " IN [");
    return EV_OK;
}

static int put_value(struct writing *w, const struct term *t)
{
    size_t n;

    return put_values(w, t, &n);
}

static void close_values(struct writing *w, const struct term *t, size_t n)
{
    (void)t;
    (void)n;
    buf_byte(w->out, ']');
}

/* Inside IN [...] values are parted by commas; else by OR. */
static int write_query(struct writing *w, struct clause *c)
{
    static const struct infix infix = { .and = " ",
                                        .or = " OR ",
                                        .not = "-",
                                        .all = "*",
                                        .comma = ", ",
                                        .term = put_term,
                                        .together = together,
                                        .open = open_values,
                                        .value = put_value,
                                        .close = close_values };
    return infix_write(w, &infix, c);
}

const struct export_target export_logpoint = {
    .name = "logpoint",
    .about = "Logpoint: a search",
    .fields = "logpoint-windows",
    .write = write_query,
};
