/* export_sqlite.c - SQL over the tables of `evtriage dump -f sqlite`.
 *
 * Any row of a field's name may match, so a test is EXISTS over the table `field`. LIKE takes no
 * account of ASCII case and is enough for most; GLOB, which does, gets sets of both cases for the
 * rest. Expressions need the function REGEXP, which the sqlite3 shell has.
 * May include base/, rule/, this folder. */
#include <stdio.h>

#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/dump_names.h"
#include "rule/logsource.h"

/* SQLITE_MAX_EXPR_DEPTH is 1000, and a list nests as deep as it is long. */
#define LIST_MOST 200

static void put_string(struct slice s, struct buf *out)
{
    buf_byte(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_byte(out, '\'');
        buf_byte(out, s.p[i]);
    }
    buf_byte(out, '\'');
}

/* Shells end a statement at a NUL, and so does SQL's text. */
static int check_nul(struct writing *w, const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind == TOKEN_LITERAL &&
            slice_find_byte(p->token[i].literal, 0) != SIZE_MAX)
            return writing_refuse(w, "a value with a NUL: SQL text ends there");
    return EV_OK;
}

/* --- values ------------------------------------------------------------------------------------ */

static void glob_point(uint32_t c, struct buf *out)
{
    uint8_t b[4];

    if (c == '*' || c == '?' || c == '[') {
        buf_printf(out, "[%c]", (char)c);
        return;
    }
    buf_put(out, b, utf8_encode(c, b));
}

static void plain_point(uint32_t c, struct buf *out)
{
    uint8_t b[4];

    buf_put(out, b, utf8_encode(c, b));
}

static const struct rx_style glob_style = {
    .open = "", .any = "?", .any_run = "*", .point = glob_point, .in_set = plain_point
};

static int put_printed(struct writing *w, const struct term *t, const struct rx_style *style)
{
    struct rx *r;
    struct buf text;
    int rc = writing_rx(w, t, true, &r);

    if (rc < 0)
        return rc;
    buf_init(&text, LIMIT_EXPORT);
    rx_print(r, style, &text);
    if (slice_find_byte(buf_view(&text), 0) != SIZE_MAX)
        rc = writing_refuse(w, "a value with a NUL: SQL text ends there");
    put_string(buf_view(&text), w->out);
    buf_release(&text);
    return rc;
}

static void put_like(const struct pattern *p, struct buf *out)
{
    struct buf text;

    buf_init(&text, LIMIT_EXPORT);
    bool escapes = pattern_holds(p, "%_!");
    for (size_t i = 0; i < p->n; i++) {
        struct slice s = p->token[i].literal;
        if (p->token[i].kind != TOKEN_LITERAL)
            buf_byte(&text, p->token[i].kind == TOKEN_ANY ? '%' : '_');
        for (size_t k = 0; p->token[i].kind == TOKEN_LITERAL && k < s.n; k++) {
            if (escapes && strchr("%_!", s.p[k]))
                buf_byte(&text, '!');
            buf_byte(&text, s.p[k]);
        }
    }
    buf_str(out, "LIKE ");
    put_string(buf_view(&text), out);
    buf_str(out, escapes ? " ESCAPE '!'" : "");
    buf_release(&text);
}

static int put_pattern(struct writing *w, const char *column, const struct term *t)
{
    const struct pattern *p = &t->pattern;
    bool nocase = !p->cased && writing_has_case(w, p);
    int rc = check_nul(w, p);

    if (rc < 0)
        return rc;
    buf_printf(w->out, "%s ", column);
    if (t->exact.p) {
        buf_str(w->out, "= ");
        put_string(t->exact, w->out);
        return EV_OK;
    }
    if (pattern_is_plain(p) && (!nocase || pattern_is_ascii(p))) {
        buf_str(w->out, "= ");
        put_string(p->n ? p->token[0].literal : SLICE(""), w->out);
        buf_str(w->out, nocase ? " COLLATE NOCASE" : "");
        return EV_OK;
    }
    if (!p->cased && pattern_is_ascii(p) && !pattern_has(p, TOKEN_DASH)) {
        put_like(p, w->out);
        return EV_OK;
    }
    buf_str(w->out, "GLOB ");
    return put_printed(w, t, &glob_style);
}

/* The shell's function knows a backslash before these only. */
static void regex_point(uint32_t c, struct buf *out)
{
    if (c && c < 0x80 && strchr("\\()*.+?[$^{|}]", (int)c))
        buf_byte(out, '\\');
    if (c < 0x20 || c == 0x7f)
        buf_printf(out, "\\x%02x", c);
    else
        plain_point(c, out);
}

static void regex_in_set(uint32_t c, struct buf *out)
{
    if (c < 0x20 || c == 0x7f || c == ']' || c == '[' || c == '\\' || c == '-' || c == '^')
        buf_printf(out, "\\x%02x", c);
    else
        plain_point(c, out);
}

static const struct rx_style regex_style = { .open = "(",
                                             .start = "^",
                                             .end = "\\n?$",
                                             .text_end = "$",
                                             .edge = "\\b",
                                             .no_edge = NULL,
                                             .any = ".",
                                             .point = regex_point,
                                             .in_set = regex_in_set };

static int put_regex(struct writing *w, const char *column, const struct term *t)
{
    struct rx *r;
    int rc = rx_parse(t->test, w->arena, &r, w->err);

    if (rc < 0)
        return rc;
    if (rx_has(r, RX_NO_EDGE) || rx_has(r, RX_EDGE))
        return writing_refuse(w, "a regular expression with \\b");
    buf_printf(w->out, "%s REGEXP ", column);
    return put_printed(w, t, &regex_style);
}

static int put_compare(struct writing *w, const char *column, const struct test *t)
{
    buf_printf(w->out,
               "%s REGEXP '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$' AND CAST(%s AS "
               "REAL) %s %.17g",
               column, column, compare_sign(t->u.compare.op), t->u.compare.number);
    return EV_OK;
}

static int put_timepart(struct writing *w, const char *column, const struct test *t)
{
    static const char *const form[] = {
        [TIME_MINUTE] = "%M", [TIME_HOUR] = "%H",  [TIME_DAY] = "%d",
        [TIME_WEEK] = NULL,   [TIME_MONTH] = "%m", [TIME_YEAR] = "%Y"
    };
    const char *f = form[t->u.time.part];

    if (!f)
        return writing_refuse(w, "the modifier week: SQLite does not know ISO 8601's");
    buf_printf(w->out, "CAST(strftime('%s', %s) AS INTEGER) = %lld", f, column,
               (long long)t->u.time.number);
    return EV_OK;
}

static int put_test(struct writing *w, const char *column, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        return put_pattern(w, column, t);
    case TERM_REGEX:
        return put_regex(w, column, t);
    case TERM_COMPARE:
        return put_compare(w, column, t->test);
    case TERM_TIMEPART:
        return put_timepart(w, column, t->test);
    default:
        buf_printf(w->out, "%s IS NOT NULL", column);
        return EV_OK;
    }
}

/* --- fields ------------------------------------------------------------------------------------ */

/* What every event has is in the table of events. */
static const char *event_column(struct slice field)
{
    static const char *const column[] = { [DUMP_DATA] = NULL,
                                          [DUMP_CHANNEL] = "e.channel",
                                          [DUMP_PROVIDER] = "e.provider",
                                          [DUMP_COMPUTER] = "e.computer",
                                          [DUMP_EVENT_ID] = "e.event_id",
                                          [DUMP_RECORD_ID] = "e.record_id" };

    return field.p ? column[dump_place_of(field)] : NULL;
}

static void put_name_test(struct writing *w, const char *alias, struct slice field)
{
    struct slice other = dump_has_blanks(w->rule) ? dump_blank_name(field, w->arena) : SLICE_ABSENT;

    buf_printf(w->out, "%s.name %s", alias, other.p ? "IN (" : "= ");
    put_string(field, w->out);
    if (other.p) {
        buf_str(w->out, ", ");
        put_string(other, w->out);
        buf_byte(w->out, ')');
    }
}

static int open_values(struct writing *w, const struct term *t, size_t n)
{
    buf_str(w->out, "EXISTS (SELECT 1 FROM field AS f WHERE f.event_id = e.id AND ");
    if (t->field.p) {
        put_name_test(w, "f", t->field);
        buf_str(w->out, " AND ");
    }
    buf_str(w->out, n > 1 ? "(" : "");
    return EV_OK;
}

static void close_values(struct writing *w, const struct term *t, size_t n)
{
    (void)t;
    buf_str(w->out, n > 1 ? "))" : ")");
}

static int put_value(struct writing *w, const struct term *t)
{
    return put_test(w, "f.value", t);
}

static int put_ref(struct writing *w, const struct term *t)
{
    const bool cased = t->test->u.ref.cased;
    const char *f = cased ? "f.value" : "lower(f.value)", *g = cased ? "g.value" : "lower(g.value)";

    buf_str(w->out, "EXISTS (SELECT 1 FROM field AS f JOIN field AS g ON g.event_id = f.event_id "
                    "WHERE f.event_id = e.id AND ");
    put_name_test(w, "f", t->field);
    buf_str(w->out, " AND ");
    put_name_test(w, "g", logsource_field(w->rule, t->test->u.ref.field));
    switch (t->test->u.ref.mode) {
    case REF_EQUALS:
        buf_printf(w->out, " AND %s = %s)", f, g);
        break;
    case REF_CONTAINS:
        buf_printf(w->out, " AND instr(%s, %s) > 0)", f, g);
        break;
    case REF_STARTS:
        buf_printf(w->out, " AND substr(%s, 1, length(g.value)) = %s)", f, g);
        break;
    case REF_ENDS:
        buf_printf(w->out,
                   " AND length(f.value) >= length(g.value) AND substr(%s, 1 + length(f.value) - "
                   "length(g.value)) = %s)",
                   f, g);
        break;
    }
    return EV_OK;
}

/* A column of the table of events may be NULL, where a test is neither true nor false. */
static int put_column(struct writing *w, const char *column, const struct term *t)
{
    enum dump_place place = dump_place_of(t->field);

    if (t->kind == TERM_EXISTS) {
        buf_printf(w->out, "%s IS NOT NULL", column);
        return EV_OK;
    }
    if ((place == DUMP_EVENT_ID || place == DUMP_RECORD_ID) && t->kind == TERM_PATTERN &&
        pattern_is_number(&t->pattern, 18)) {
        buf_printf(w->out, "%s IS %.*s", column, SLICE_ARG(t->pattern.token[0].literal));
        return EV_OK;
    }
    char text[64];
    snprintf(text, sizeof text, place >= DUMP_EVENT_ID ? "CAST(%s AS TEXT)" : "%s", column);
    buf_str(w->out, "ifnull(");
    int rc = put_test(w, text, t);
    buf_str(w->out, ", 0)");
    return rc;
}

static int put_term(struct writing *w, const struct term *t)
{
    const char *column = event_column(t->field);

    if (t->kind == TERM_REF)
        return put_ref(w, t);
    if (column)
        return put_column(w, column, t);
    (void)open_values(w, t, 1);
    int rc = put_value(w, t);
    close_values(w, t, 1);
    return rc;
}

static bool together(const struct term *a, const struct term *b)
{
    return (a->kind == TERM_PATTERN || a->kind == TERM_REGEX) && b->kind == a->kind &&
           !event_column(a->field) && slice_eq(a->field, b->field) && !a->field.p == !b->field.p;
}

static int write_condition(struct writing *w, const struct clause *c)
{
    static const struct infix infix = { .and = " AND ",
                                        .or = " OR ",
                                        .not = "NOT ",
                                        .all = "1",
                                        .most = LIST_MOST,
                                        .term = put_term,
                                        .together = together,
                                        .open = open_values,
                                        .value = put_value,
                                        .close = close_values };
    return infix_write(w, &infix, c);
}

#define COLUMNS                                                                                    \
    "e.id, e.time_created, e.computer, e.channel, e.event_id, e.record_id, e.source_file, "        \
    "e.source_offset"

static int write_query(struct writing *w, struct clause *c)
{
    buf_str(w->out, "SELECT " COLUMNS " FROM event AS e WHERE ");
    int rc = write_condition(w, c);
    buf_byte(w->out, ';');
    return rc;
}

/* --- correlations ------------------------------------------------------------------------------ */

/* The first value of a field of the event: its group. */
static void put_group_value(struct writing *w, const struct spot *at)
{
    const char *column = event_column(at->name);

    if (column) {
        buf_str(w->out, column);
        return;
    }
    buf_str(w->out, "(SELECT f.value FROM field AS f WHERE f.event_id = e.id AND ");
    put_name_test(w, "f", at->name);
    buf_str(w->out, " ORDER BY f.ord LIMIT 1)");
}

static void put_groups(struct writing *w, const struct correlation_plan *plan)
{
    for (size_t i = 0; i < plan->nby; i++) {
        buf_str(w->out, ", ");
        put_group_value(w, &plan->by[i]);
        buf_printf(w->out, " AS g%zu", i);
    }
    if (plan->distinct.name.p) {
        buf_str(w->out, ", ");
        put_group_value(w, &plan->distinct);
        buf_str(w->out, " AS v");
    }
}

/* Events with an empty or absent group field are in no group. */
static int correlate(struct writing *w, const struct correlation *c)
{
    struct correlation_plan plan;
    int rc = correlation_plan(w, c, &plan);

    if (rc < 0)
        return rc;
    buf_str(w->out, "WITH m AS (SELECT " COLUMNS ", e.time");
    put_groups(w, &plan);
    buf_str(w->out, " FROM event AS e WHERE e.time IS NOT NULL AND (");
    rc = write_condition(w, plan.clause);
    buf_printf(w->out,
               ")) SELECT a.* FROM m AS a WHERE %llu <= (SELECT count(%s) FROM m AS b WHERE "
               "b.time BETWEEN a.time - %llu AND a.time",
               (unsigned long long)plan.at_least, plan.distinct.name.p ? "DISTINCT b.v" : "*",
               (unsigned long long)plan.seconds * 10000000U);
    for (size_t i = 0; i < plan.nby; i++)
        buf_printf(w->out, " AND b.g%zu = a.g%zu", i, i);
    buf_str(w->out, ") ORDER BY a.time;");
    return rc;
}

const struct export_target export_sqlite = {
    .name = "sqlite",
    .about = "SQLite, over the tables of evtriage dump -f sqlite",
    .write = write_query,
    .correlate = correlate,
};
