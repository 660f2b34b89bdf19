/* export_elastic_esql.c - Elasticsearch's piped language, ES|QL.
 *
 * A test of an absent field, or of one with several values, is null there: COALESCE makes it false;
 * under a NOT that of several values true, and that of a value which the index left out, so that the
 * query loses such events instead of finding more than the rule.
 * TO_LOWER takes care of case, as Lucene's expressions cannot.
 * May include base/, rule/, this folder. */
#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/export_impl.h"

#define DEFAULT_INDEX "winlogbeat-*"

static void put_name(struct slice name, struct buf *out)
{
    bool plain = name.n > 0;

    for (size_t i = 0; i < name.n; i++) {
        uint8_t f = fold_ascii(name.p[i]);
        plain = plain && ((f >= 'a' && f <= 'z') || (f >= '0' && f <= '9' && i) || f == '_' ||
                          (f == '.' && i));
    }
    buf_str(out, plain ? "" : "`");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '`')
            buf_byte(out, '`');
        buf_byte(out, name.p[i]);
    }
    buf_str(out, plain ? "" : "`");
}

static void put_string(struct slice s, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else
            buf_byte(out, c);
    }
    buf_byte(out, '"');
}

static void put_point(uint32_t c, struct buf *out)
{
    uint8_t b[4], f = c < 0x80 ? fold_ascii((uint8_t)c) : 0;

    if (c > ' ' && c < 0x7f && !((f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || c == '_'))
        buf_byte(out, '\\');
    buf_put(out, b, utf8_encode(c, b));
}

static const struct rx_style style = {
    .open = "(", .any = ".", .point = put_point, .in_set = put_point
};

static int put_rlike(struct writing *w, const struct term *t)
{
    struct buf text;
    struct rx *r;
    int rc = writing_rx_whole(w, t, "Lucene knows no word boundary", &r);

    if (rc < 0)
        return rc;
    buf_init(&text, LIMIT_EXPORT);
    rx_print(r, &style, &text);
    put_name(t->at.name, w->out);
    buf_str(w->out, " RLIKE ");
    put_string(buf_view(&text), w->out);
    buf_release(&text);
    return EV_OK;
}

static void put_field(struct writing *w, const struct term *t, bool lower)
{
    buf_str(w->out, lower ? "TO_LOWER(" : "");
    put_name(t->at.name, w->out);
    buf_str(w->out, lower ? ")" : "");
}

static int put_pattern(struct writing *w, const struct term *t)
{
    static const struct wildcard_style wild = { "*", "?", "\\*?" };
    const struct pattern *p = &t->pattern;
    bool lower = t->at.type == SPOT_TEXT && writing_has_case(w, p);
    struct buf text;

    if (t->at.type == SPOT_NUMBER) {
        put_name(t->at.name, w->out);
        buf_printf(w->out, " == %.*s", SLICE_ARG(p->token[0].literal));
        return EV_OK;
    }
    if (t->exact.p) {
        put_name(t->at.name, w->out);
        buf_str(w->out, " == ");
        put_string(t->exact, w->out);
        return EV_OK;
    }
    /* Java's lower case and ours differ beyond ASCII: there both cases are written out. */
    if (pattern_has(p, TOKEN_DASH) || (lower && !pattern_is_ascii(p)))
        return put_rlike(w, t);
    if (t->at.type == SPOT_IP) {
        buf_str(w->out, "CIDR_MATCH(");
        put_name(t->at.name, w->out);
        buf_str(w->out, ", ");
        put_string(p->token[0].literal, w->out);
        buf_byte(w->out, ')');
        return EV_OK;
    }
    put_field(w, t, lower);
    buf_str(w->out, pattern_is_plain(p) ? " == " : " LIKE ");
    if (pattern_is_plain(p)) {
        put_string(p->n ? p->token[0].literal : SLICE(""), w->out);
        return EV_OK;
    }
    buf_init(&text, LIMIT_EXPORT);
    wildcard_write(p, &wild, &text);
    put_string(buf_view(&text), w->out);
    buf_release(&text);
    return EV_OK;
}

static void put_network(const struct term *t, struct buf *out)
{
    buf_str(out, t->at.type == SPOT_IP ? "CIDR_MATCH(" : "CIDR_MATCH(TO_IP(");
    put_name(t->at.name, out);
    buf_str(out, t->at.type == SPOT_IP ? ", \"" : "), \"");
    network_write(t->test, out);
    buf_str(out, "\")");
}

static int put_compare(struct writing *w, const struct term *t)
{
    buf_str(w->out, t->at.type == SPOT_NUMBER ? "" : "TO_DOUBLE(");
    put_name(t->at.name, w->out);
    buf_printf(w->out, "%s %s %.17g", t->at.type == SPOT_NUMBER ? "" : ")",
               compare_sign(t->test->u.compare.op), t->test->u.compare.number);
    return EV_OK;
}

static int put_ref(struct writing *w, const struct term *t)
{
    static const char *const form[] = { [REF_EQUALS] = "",
                                        [REF_CONTAINS] = "LOCATE(",
                                        [REF_STARTS] = "STARTS_WITH(",
                                        [REF_ENDS] = "ENDS_WITH(" };
    enum ref_mode mode = t->test->u.ref.mode;
    struct term other = *t;

    other.at = t->other;
    buf_str(w->out, form[mode]);
    put_field(w, t, !t->test->u.ref.cased);
    buf_str(w->out, mode == REF_EQUALS ? " == " : ", ");
    put_field(w, &other, !t->test->u.ref.cased);
    buf_str(w->out, mode == REF_EQUALS ? "" : mode == REF_CONTAINS ? ") > 0" : ")");
    return EV_OK;
}

static int put_test(struct writing *w, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        return put_pattern(w, t);
    case TERM_REGEX:
        return put_rlike(w, t);
    case TERM_CIDR:
        put_network(t, w->out);
        return EV_OK;
    case TERM_COMPARE:
        return put_compare(w, t);
    case TERM_REF:
        return put_ref(w, t);
    case TERM_TIMEPART:
        return writing_refuse(w, "minute to year: fields are text of more than one form");
    case TERM_EXISTS:
        break;
    }
    return EV_OK;
}

/* What a null stands for under a NOT. */
static void put_several(const struct term *t, struct buf *out)
{
    buf_str(out, ", MV_COUNT(");
    put_name(t->at.name, out);
    buf_str(out, ") > 1");
    if (t->kind != TERM_REF)
        return;
    buf_str(out, ", MV_COUNT(");
    put_name(t->other.name, out);
    buf_str(out, ") > 1");
}

static void put_left_out(struct writing *w, struct slice name)
{
    struct buf text;

    w->weight++;
    buf_init(&text, LIMIT_EXPORT);
    buf_str(&text, "* ");
    for (size_t i = 0; i < name.n; i++)
        buf_printf(&text, strchr("\\*?", name.p[i]) ? "\\%c" : "%c", name.p[i]);
    buf_str(&text, " *");
    buf_str(w->out, " OR COALESCE(CONCAT(\" \", MV_CONCAT(_ignored, \" \"), \" \") LIKE ");
    put_string(buf_view(&text), w->out);
    buf_str(w->out, ", false))");
    buf_release(&text);
}

static int put_term(struct writing *w, const struct term *t)
{
    if (!t->field.p)
        return writing_refuse(w, "a keyword: ES|QL names the fields that it looks at");
    if (slice_eq(t->field, SLICE("Data")))
        return writing_refuse(w,
                              "the field Data: it has several values, of which ES|QL tests none");
    const bool left_out =
        t->denied && t->at.limited && (t->kind == TERM_EXISTS || term_takes_long(t));
    int rc = EV_OK;
    buf_str(w->out, left_out ? "(" : "");
    if (t->kind == TERM_EXISTS) {
        put_name(t->at.name, w->out);
        buf_str(w->out, " IS NOT NULL");
    } else {
        buf_str(w->out, "COALESCE(");
        rc = put_test(w, t);
        if (t->denied)
            put_several(t, w->out);
        buf_str(w->out, ", false)");
    }
    if (left_out)
        put_left_out(w, t->at.name);
    return rc;
}

static void put_index(const char *index, struct buf *out)
{
    for (; *index; index++)
        if (*index != '|' && *index != '\n')
            buf_byte(out, (uint8_t)*index);
}

static int write_query(struct writing *w, struct clause *c)
{
    static const struct infix infix = {
        .and = " AND ", .or = " OR ", .not = "NOT ", .all = "true", .most = 400, .term = put_term
    };

    struct writing inner = *w;
    struct buf text;

    buf_init(&text, LIMIT_EXPORT);
    inner.out = &text;
    int rc = infix_write(&inner, &infix, c);
    if (rc == EV_OK && text.full)
        rc = ev_err_set(w->err, EV_ELIMIT, "the query is too long");
    buf_str(w->out, "FROM ");
    put_index(w->options->index ? w->options->index : DEFAULT_INDEX, w->out);
    buf_str(w->out, inner.weight > 0 ? " METADATA _ignored | WHERE " : " | WHERE ");
    buf_slice(w->out, buf_view(&text));
    buf_release(&text);
    return rc;
}

const struct export_target export_elastic_esql = {
    .name = "elastic-esql",
    .about = "Elasticsearch: ES|QL",
    .fields = "ecs",
    .needs = { .cidr = true },
    .write = write_query,
};
