/* legacy_lex.c - words of a condition, and the aggregation behind its `|`.
 * May include: base/. */
#include "knowledge/legacy_lex.h"

#include "base/limits.h"

/* The first that fits counts: `<=` is `<` and a sign that is no word, so that a rule with it fails. */
static const struct {
    enum lword_kind kind;
    const char *text; /* NULL: by a rule of its own */
} word_table[] = {
    { LWORD_ONE, "1 of" },        { LWORD_ALL, "all of" },    { LWORD_BLANK, NULL },
    { LWORD_AGGREGATE, "count" }, { LWORD_AGGREGATE, "min" }, { LWORD_AGGREGATE, "max" },
    { LWORD_AGGREGATE, "avg" },   { LWORD_AGGREGATE, "sum" }, { LWORD_NEAR, "near" },
    { LWORD_BY, "by" },           { LWORD_EQ, "==" },         { LWORD_LT, "<" },
    { LWORD_LTE, "<=" },          { LWORD_GT, ">" },          { LWORD_GTE, ">=" },
    { LWORD_PIPE, "|" },          { LWORD_AND, "and" },       { LWORD_OR, "or" },
    { LWORD_NOT, "not" },         { LWORD_NAME, NULL },       { LWORD_OPEN, "(" },
    { LWORD_CLOSE, ")" },
};

static bool in_name(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '*' || c >= 0x80;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of the word of that kind at the front of s; 0: none. */
static size_t word_length(size_t kind, struct slice s)
{
    const char *text = word_table[kind].text;
    size_t n = 0;
    if (text) {
        n = strlen(text);
        return s.n >= n && slice_eq_nocase(slice_sub(s, 0, n), slice_str(text)) ? n : 0;
    }
    while (n < s.n && (word_table[kind].kind == LWORD_NAME ? in_name(s.p[n]) : is_blank(s.p[n])))
        n++;
    return n;
}

int legacy_lex(struct slice text, struct arena *a, struct lword **ret, size_t *ret_n)
{
    size_t n = 0;
    struct lword *w = arena_zalloc(a, LIMIT_LEGACY_WORDS, sizeof *w);
    while (text.n) {
        size_t length = 0, k = 0;
        for (; k < sizeof word_table / sizeof *word_table && !length; k++)
            length = word_length(k, text);
        if (!length)
            return EV_ESYNTAX;
        if (n == LIMIT_LEGACY_WORDS)
            return EV_ELIMIT;
        if (word_table[k - 1].kind != LWORD_BLANK)
            w[n++] = (struct lword){ word_table[k - 1].kind, slice_sub(text, 0, length), NULL };
        text = slice_sub(text, length, text.n);
    }
    *ret = w;
    *ret_n = n;
    return EV_OK;
}

/* --- behind the pipe --- */

struct cursor {
    const struct lword *w;
    size_t n, at;
};

static bool take(struct cursor *c, enum lword_kind kind, struct slice *ret_text)
{
    if (c->at >= c->n || c->w[c->at].kind != kind)
        return false;
    if (ret_text)
        *ret_text = c->w[c->at].text;
    c->at++;
    return true;
}

/* a and b and not c: names only, so that it ends at a name. */
static int near_names(struct cursor *c)
{
    bool need_name = true;
    while (c->at < c->n) {
        while (need_name && c->at > 1 && take(c, LWORD_NOT, NULL))
            continue;
        if (!take(c, need_name ? LWORD_NAME : LWORD_AND, NULL))
            return EV_ESYNTAX;
        need_name = !need_name;
    }
    return need_name ? EV_ESYNTAX : EV_OK;
}

static int comparison(struct cursor *c, struct laggregation *g)
{
    static const enum lword_kind kind[] = { [LOP_EQ] = LWORD_EQ,
                                            [LOP_LT] = LWORD_LT,
                                            [LOP_LTE] = LWORD_LTE,
                                            [LOP_GT] = LWORD_GT,
                                            [LOP_GTE] = LWORD_GTE };
    for (int op = LOP_EQ; op <= LOP_GTE; op++)
        if (take(c, kind[op], NULL)) {
            g->op = (enum lop)op;
            return take(c, LWORD_NAME, &g->number) ? EV_OK : EV_ESYNTAX;
        }
    return EV_ESYNTAX;
}

int legacy_aggregation(const struct lword *w, size_t n, struct laggregation *ret)
{
    struct cursor c = { w, n, 0 };
    struct laggregation g = { .given = true };
    int rc;

    if (take(&c, LWORD_NEAR, NULL)) {
        g.near = true;
        rc = near_names(&c);
    } else {
        if (!take(&c, LWORD_AGGREGATE, &g.function) || !take(&c, LWORD_OPEN, NULL))
            return EV_ESYNTAX;
        (void)take(&c, LWORD_NAME, &g.field);
        if (!take(&c, LWORD_CLOSE, NULL))
            return EV_ESYNTAX;
        if (take(&c, LWORD_BY, NULL) && !take(&c, LWORD_NAME, &g.group))
            return EV_ESYNTAX;
        rc = comparison(&c, &g);
        if (rc == EV_OK && c.at < c.n)
            rc = EV_ESYNTAX;
    }
    if (rc == EV_OK)
        *ret = g;
    return rc;
}

const char *lop_text(enum lop op)
{
    static const char *const text[] = {
        [LOP_EQ] = "==", [LOP_LT] = "<", [LOP_LTE] = "<=", [LOP_GT] = ">", [LOP_GTE] = ">="
    };
    return text[op];
}
