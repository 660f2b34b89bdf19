/* export_splunk.c - Splunk's search language.
 *
 * What the search command can say goes there, where it is fast; all else into `where`, whose
 * functions know expressions, networks and numbers. The search command knows `*` only and has no
 * escape for it, and takes no account of case. In `where` a test of an absent field is neither true
 * nor false: if() makes it false.
 * May include base/, rule/, this folder. */
#include "base/utf16.h"
#include "knowledge/export_impl.h"

static bool is_word(uint8_t c)
{
    uint8_t f = fold_ascii(c);

    return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || c == '_';
}

static void put_name(struct slice name, char quote, struct buf *out)
{
    bool plain = name.n > 0;

    for (size_t i = 0; i < name.n; i++)
        plain = plain && is_word(name.p[i]);
    if (!plain)
        buf_byte(out, (uint8_t)quote);
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == (uint8_t)quote || name.p[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, name.p[i]);
    }
    if (!plain)
        buf_byte(out, (uint8_t)quote);
}

/* --- the search command ------------------------------------------------------------------------ */

static bool term_searches(const struct writing *w, const struct term *t)
{
    const struct pattern *p = &t->pattern;

    if (t->kind == TERM_EXISTS)
        return true;
    if (t->kind != TERM_PATTERN || pattern_has(p, TOKEN_ONE) || pattern_has(p, TOKEN_DASH) ||
        pattern_holds(p, "*\n\r"))
        return false;
    return !p->cased && (pattern_is_ascii(p) || !writing_has_case(w, p));
}

static bool searches(const struct writing *w, const struct clause *c)
{
    if (c->kind == CLAUSE_TERM)
        return term_searches(w, c->term);
    for (uint32_t i = 0; i < c->n; i++)
        if (!searches(w, c->child[i]))
            return false;
    return true;
}

static int search_term(struct writing *w, const struct term *t)
{
    static const struct wildcard_style style = { "*", "", "\"\\" };

    put_name(t->at.name, '"', w->out);
    buf_byte(w->out, '=');
    if (t->kind == TERM_EXISTS) {
        buf_byte(w->out, '*');
        return EV_OK;
    }
    buf_byte(w->out, '"');
    wildcard_write(&t->pattern, &style, w->out);
    buf_byte(w->out, '"');
    return EV_OK;
}

static const struct infix search_infix = {
    .and = " ", .or = " OR ", .not = "NOT ", .all = "*", .term = search_term
};

/* --- where ------------------------------------------------------------------------------------- */

static void put_point(uint32_t c, struct buf *out)
{
    uint8_t b[4];

    if (c < 0x80 && !is_word((uint8_t)c) && c > ' ')
        buf_byte(out, '\\');
    if (c < ' ')
        buf_printf(out, "\\x%02x", c);
    else
        buf_put(out, b, utf8_encode(c, b));
}

static const struct rx_style style = { .open = "(?:",
                                       .start = "\\A",
                                       .end = "\\Z",
                                       .text_end = "\\z",
                                       .edge = "\\b",
                                       .no_edge = "\\B",
                                       .any = ".",
                                       .point = put_point,
                                       .in_set = put_point };

/* A string of eval: backslashes and quotes. */
static void put_string(struct slice s, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, s.p[i]);
    }
    buf_byte(out, '"');
}

/* Splunk's engine is PCRE: the rule's own expression will do. */
static void regex_text(const struct test *t, struct buf *out)
{
    const bool i = t->u.regex.icase, m = t->u.regex.multiline, s = t->u.regex.dotall;

    if (i || m || s)
        buf_printf(out, "(?%s%s%s)", i ? "i" : "", m ? "m" : "", s ? "s" : "");
    buf_slice(out, t->u.regex.pattern);
}

static int put_match(struct writing *w, const struct term *t)
{
    struct buf text;
    struct rx *r = NULL;
    int rc = EV_OK;

    buf_init(&text, w->out->cap);
    if (t->kind == TERM_REGEX) {
        regex_text(t->test, &text);
    } else {
        rc = writing_rx(w, t, true, &r);
        buf_str(&text, "(?s)\\A");
        if (rc == EV_OK)
            rx_print(r, &style, &text);
        buf_str(&text, "\\z");
    }
    buf_str(w->out, "match(");
    put_name(t->at.name, '\'', w->out);
    buf_byte(w->out, ',');
    put_string(buf_view(&text), w->out);
    buf_byte(w->out, ')');
    buf_release(&text);
    return rc;
}

static int put_pattern(struct writing *w, const struct term *t)
{
    const struct pattern *p = &t->pattern;
    struct slice literal = p->n ? p->token[0].literal : SLICE("");

    if (!pattern_is_plain(p) || (!p->cased && !pattern_is_ascii(p)))
        return put_match(w, t);
    if (!p->cased)
        buf_str(w->out, "lower(");
    put_name(t->at.name, '\'', w->out);
    buf_str(w->out, p->cased ? "=" : ")=");
    put_string(literal, w->out);
    return EV_OK;
}

static void put_network(const struct term *t, struct buf *out)
{
    buf_str(out, "cidrmatch(\"");
    network_write(t->test, out);
    buf_str(out, "\",");
    put_name(t->at.name, '\'', out);
    buf_byte(out, ')');
}

/* The field as a number, 0x too. */
static void put_compare(const struct term *t, struct buf *out)
{
    buf_str(out, "if(match(");
    put_name(t->at.name, '\'', out);
    buf_str(out, ",\"^0[xX][0-9a-fA-F]+$\"),tonumber(substr(");
    put_name(t->at.name, '\'', out);
    buf_str(out, ",3),16),tonumber(");
    put_name(t->at.name, '\'', out);
    buf_printf(out, "))%s%.17g", compare_sign(t->test->u.compare.op), t->test->u.compare.number);
}

static void put_lowered(const struct spot *at, bool cased, struct buf *out)
{
    buf_str(out, cased ? "" : "lower(");
    put_name(at->name, '\'', out);
    buf_str(out, cased ? "" : ")");
}

static int put_ref(struct writing *w, const struct term *t)
{
    const bool cased = t->test->u.ref.cased;
    const enum ref_mode mode = t->test->u.ref.mode;

    if (mode == REF_CONTAINS)
        return writing_refuse(w, "fieldref with contains: no function finds a text in another");
    if (mode == REF_EQUALS) {
        put_lowered(&t->at, cased, w->out);
    } else {
        buf_str(w->out, "len(");
        put_name(t->at.name, '\'', w->out);
        buf_str(w->out, ")>=len(");
        put_name(t->other.name, '\'', w->out);
        buf_str(w->out, ") AND substr(");
        put_lowered(&t->at, cased, w->out);
        buf_str(w->out, mode == REF_STARTS ? ",1,len(" : ",1+len(");
        put_name(mode == REF_STARTS ? t->other.name : t->at.name, '\'', w->out);
        if (mode == REF_ENDS) {
            buf_str(w->out, ")-len(");
            put_name(t->other.name, '\'', w->out);
        }
        buf_str(w->out, "))");
    }
    buf_byte(w->out, '=');
    put_lowered(&t->other, cased, w->out);
    return EV_OK;
}

static int put_test(struct writing *w, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        return put_pattern(w, t);
    case TERM_REGEX:
        return put_match(w, t);
    case TERM_CIDR:
        put_network(t, w->out);
        return EV_OK;
    case TERM_COMPARE:
        put_compare(t, w->out);
        return EV_OK;
    case TERM_REF:
        return put_ref(w, t);
    case TERM_TIMEPART:
        return writing_refuse(w, "minute to year: fields are text of more than one form");
    case TERM_EXISTS:
        break;
    }
    return EV_OK;
}

static int where_term(struct writing *w, const struct term *t)
{
    if (t->kind == TERM_EXISTS) {
        buf_str(w->out, "isnotnull(");
        put_name(t->at.name, '\'', w->out);
        buf_byte(w->out, ')');
        return EV_OK;
    }
    buf_str(w->out, "if(");
    int rc = put_test(w, t);
    buf_str(w->out, ",1,0)=1");
    return rc;
}

static const struct infix where_infix = {
    .and = " AND ", .or = " OR ", .not = "NOT ", .all = "true()", .term = where_term
};

/* --- both -------------------------------------------------------------------------------------- */

static int write_parts(struct writing *w, struct clause *fast, struct clause *slow)
{
    int rc;

    if (w->options->index) {
        buf_str(w->out, "index=");
        put_string(slice_str(w->options->index), w->out);
        buf_byte(w->out, ' ');
    }
    if (fast->kind == CLAUSE_OR && w->options->index)
        buf_byte(w->out, '(');
    rc = infix_write(w, &search_infix, fast);
    if (fast->kind == CLAUSE_OR && w->options->index)
        buf_byte(w->out, ')');
    if (rc < 0 || slow->kind == CLAUSE_TRUE)
        return rc;
    buf_str(w->out, " | where ");
    return infix_write(w, &where_infix, slow);
}

/* What the search command can ask of every event that fulfils c. */
static struct clause *implied(struct writing *w, struct clause *c)
{
    struct clause *all;

    if (searches(w, c))
        return c;
    if (c->kind != CLAUSE_AND && c->kind != CLAUSE_OR)
        return clause_constant(w->env, true);
    all = clause_constant(w->env, c->kind == CLAUSE_AND);
    for (uint32_t i = 0; all && i < c->n; i++)
        all = clause_pair(w->env, c->kind, all, implied(w, c->child[i]));
    return all;
}

static int write_query(struct writing *w, struct clause *c)
{
    struct clause *fast = implied(w, c), *slow = clause_constant(w->env, true);
    struct clause *single[] = { c };
    struct clause *const *child = c->kind == CLAUSE_AND ? c->child : single;
    const size_t n = c->kind == CLAUSE_AND ? c->n : 1;

    for (size_t i = 0; i < n; i++)
        if (!searches(w, child[i]))
            slow = clause_pair(w->env, CLAUSE_AND, slow, child[i]);
    if (!fast || !slow)
        return ev_err_set(w->err, EV_ELIMIT, "the query needs more memory than is allowed");
    return write_parts(w, fast, slow);
}

static int correlate(struct writing *w, const struct correlation *c)
{
    struct correlation_plan plan;
    int rc = correlation_plan(w, c, &plan);

    if (rc == EV_OK)
        rc = write_query(w, plan.clause);
    if (rc < 0)
        return rc;
    buf_printf(w->out, " | sort 0 _time | streamstats time_window=%llus ",
               (unsigned long long)plan.seconds);
    if (plan.distinct.name.p) {
        buf_str(w->out, "dc(");
        put_name(plan.distinct.name, '"', w->out);
        buf_str(w->out, ")");
    } else {
        buf_str(w->out, "count");
    }
    buf_str(w->out, " AS evtriage_count");
    for (size_t i = 0; i < plan.nby; i++) {
        buf_str(w->out, i ? "," : " BY ");
        put_name(plan.by[i].name, '"', w->out);
    }
    buf_printf(w->out, " | where evtriage_count>=%llu", (unsigned long long)plan.at_least);
    return EV_OK;
}

const struct export_target export_splunk = {
    .name = "splunk",
    .about = "Splunk: a search",
    .fields = "splunk-windows",
    .needs = { .cidr = true },
    .write = write_query,
    .correlate = correlate,
};
