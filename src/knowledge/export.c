/* export.c - see export.h. To add a target: one file, one row of `targets`.
 * May include base/, event/carried.h, rule/, this folder. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf16.h"
#include "event/carried.h"
#include "knowledge/export_impl.h"
#include "rule/ralloc.h"

static const struct export_target *const targets[] = {
    &export_es_qs,    &export_xpack_watcher, &export_graylog,           &export_splunk,
    &export_logpoint, &export_grep,          &export_opensearch_lucene, &export_elastic_esql,
    &export_jq,       &export_sqlite,
};

const struct export_target *export_target_at(size_t i)
{
    return i < sizeof targets / sizeof *targets ? targets[i] : NULL;
}

const struct export_target *export_target_find(const char *name)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i]->name, name) == 0)
            return targets[i];
    return NULL;
}

const char *export_target_name(const struct export_target *t)
{
    return t->name;
}

bool export_target_is_mapped(const struct export_target *t)
{
    return t->fields != NULL;
}

const char *export_target_about(const struct export_target *t)
{
    return t->about;
}

struct exporter {
    const struct export_target *target;
    struct export_options options;
    struct fieldmap *map;
    struct fold_inverse inverse;
    struct arena arena;
};

int exporter_new(const struct export_target *t, const struct export_options *o,
                 struct exporter **ret, struct ev_err *err)
{
    struct exporter *x;
    const char *fields = o->fields ? o->fields : t->fields;
    int rc = EV_OK;

    if (o->fields && !t->fields)
        return ev_err_set(err, EV_EUSAGE,
                          "--fields means nothing to %s: its names are those of evtriage dump",
                          t->name);
    x = xcalloc(1, sizeof *x);
    x->target = t;
    x->options = *o;
    arena_init(&x->arena, LIMIT_EXPORT_ARENA);
    fold_inverse_init(&x->inverse);
    if (fields)
        rc = fieldmap_load(fields, &x->map, err);
    if (rc < 0) {
        exporter_free(x);
        return rc;
    }
    *ret = x;
    return EV_OK;
}

void exporter_free(struct exporter *x)
{
    if (!x)
        return;
    fieldmap_free(x->map);
    fold_inverse_release(&x->inverse);
    arena_release(&x->arena);
    free(x);
}

int writing_refuse(struct writing *w, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return ev_err_set(w->err, EV_EUNSUPPORTED, "%s", text);
}

int writing_clause(struct writing *w, const struct rule *r, struct clause **ret)
{
    return query_build(w->env, r, ret, w->err);
}

/* An old `| count()` has both: the correlation is what it reports. */
static int write_rule(struct writing *w)
{
    struct clause *c;

    if (w->rule->correlation) {
        if (!w->target->correlate)
            return writing_refuse(w, "a correlation: the language looks at one event at a time");
        return w->target->correlate(w, w->rule->correlation);
    }
    int rc = writing_clause(w, w->rule, &c);
    return rc == EV_OK ? w->target->write(w, c) : rc;
}

int exporter_rule(struct exporter *x, const struct rule *r, struct buf *out, bool *ret_narrow,
                  struct ev_err *err)
{
    struct query_env env = { .map = x->map, .needs = x->target->needs, .arena = &x->arena };
    struct ev_err own = { 0 };
    struct buf text;
    struct writing w = { .target = x->target,
                         .options = &x->options,
                         .inverse = &x->inverse,
                         .map = x->map,
                         .rule = r,
                         .env = &env,
                         .arena = &x->arena,
                         .out = &text,
                         .err = err ? err : &own };

    buf_init(&text, LIMIT_EXPORT);
    int rc = write_rule(&w);
    if (rc == EV_OK && text.full)
        rc = ev_err_set(err, EV_ELIMIT, "the query has more than %zu bytes", (size_t)LIMIT_EXPORT);
    if (rc == EV_OK) {
        buf_byte(&text, '\n');
        buf_slice(out, buf_view(&text));
        if (ret_narrow)
            *ret_narrow = env.without_twin;
    }
    buf_release(&text);
    arena_reset(&x->arena);
    return rc;
}

/* --- shared by targets ------------------------------------------------------------------------- */

int writing_rx(struct writing *w, const struct term *t, bool cases, struct rx **ret)
{
    if (t->kind == TERM_REGEX)
        return rx_parse(t->test, w->arena, ret, w->err);
    *ret = rx_of_pattern(&t->pattern, cases ? w->inverse : NULL, w->arena);
    return *ret ? EV_OK : ev_err_set(w->err, EV_ELIMIT, RALLOC_FULL);
}

int writing_rx_whole(struct writing *w, const struct term *t, const char *no_edge, struct rx **ret)
{
    struct rx *r;
    int rc = writing_rx(w, t, true, &r);

    if (rc == EV_OK && t->kind == TERM_REGEX)
        rc = rx_whole(r, w->arena, &r, w->err);
    if (rc < 0)
        return rc;
    if (rx_has(r, RX_EDGE) || rx_has(r, RX_NO_EDGE))
        return writing_refuse(w, "a regular expression with \\b: %s", no_edge);
    *ret = r;
    return EV_OK;
}

bool writing_has_case(const struct writing *w, const struct pattern *p)
{
    for (size_t i = 0; !p->cased && i < p->n; i++) {
        struct slice s = p->token[i].literal;
        for (size_t k = 0, len; p->token[i].kind == TOKEN_LITERAL && k < s.n; k += len) {
            uint32_t other, c = utf8_decode(slice_sub(s, k, s.n), &len);
            if (fold_inverse_find(w->inverse, c, &other, 1))
                return true;
        }
    }
    return false;
}

bool pattern_has(const struct pattern *p, enum token_kind kind)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind == kind)
            return true;
    return false;
}

bool pattern_is_ascii(const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; p->token[i].kind == TOKEN_LITERAL && k < p->token[i].literal.n; k++)
            if (p->token[i].literal.p[k] >= 0x80)
                return false;
    return true;
}

void network_write(const struct test *t, struct buf *out)
{
    const uint8_t *n = t->u.cidr.net;

    if (!t->u.cidr.v6)
        buf_printf(out, "%u.%u.%u.%u", n[0], n[1], n[2], n[3]);
    for (int i = 0; t->u.cidr.v6 && i < 16; i += 2)
        buf_printf(out, "%s%x", i ? ":" : "", (unsigned)n[i] << 8 | n[i + 1]);
    buf_printf(out, "/%u", t->u.cidr.bits);
}

const char *compare_sign(enum compare_op op)
{
    static const char *const sign[] = {
        [COMPARE_LT] = "<", [COMPARE_LTE] = "<=", [COMPARE_GT] = ">", [COMPARE_GTE] = ">="
    };

    return sign[op];
}

bool term_takes_long(const struct term *t)
{
    size_t least = 0;

    if (field_is_system(t->field) || (t->test && t->test->kind == TEST_CIDR))
        return false;
    if (t->kind != TERM_PATTERN || pattern_has(&t->pattern, TOKEN_ANY))
        return t->kind == TERM_PATTERN || t->kind == TERM_REGEX;
    for (size_t i = 0; i < t->pattern.n; i++)
        least += t->pattern.token[i].kind == TOKEN_LITERAL ? t->pattern.token[i].literal.n : 1;
    return least > 256;
}

bool pattern_holds(const struct pattern *p, const char *bytes)
{
    for (size_t i = 0; i < p->n; i++)
        for (const char *b = bytes; p->token[i].kind == TOKEN_LITERAL && *b; b++)
            if (slice_find_byte(p->token[i].literal, (uint8_t)*b) != SIZE_MAX)
                return true;
    return false;
}

void wildcard_write(const struct pattern *p, const struct wildcard_style *style, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        struct slice s = p->token[i].literal;
        if (p->token[i].kind != TOKEN_LITERAL) {
            buf_str(out, p->token[i].kind == TOKEN_ANY ? style->any : style->one);
            continue;
        }
        for (size_t k = 0; k < s.n; k++) {
            if (s.p[k] && strchr(style->escaped, s.p[k]))
                buf_byte(out, '\\');
            buf_byte(out, s.p[k]);
        }
    }
}

int wildcard_dashes(struct writing *w, const struct pattern *p, size_t most, struct pattern **ret,
                    size_t *ret_n)
{
    static const struct slice dash[] = { SLICE_INIT("-"), SLICE_INIT("/"),
                                         SLICE_INIT("\xe2\x80\x93"), SLICE_INIT("\xe2\x80\x94"),
                                         SLICE_INIT("\xe2\x80\x95") };
    size_t n = 1;

    for (size_t i = 0; i < p->n && n <= most; i++)
        n *= p->token[i].kind == TOKEN_DASH ? 5 : 1;
    if (n > most)
        return writing_refuse(w, "windash: more than %zu values once written out", most);
    struct pattern *all = ralloc(w->arena, n, sizeof *all);
    for (size_t k = 0; all && k < n; k++) {
        size_t which = k;
        all[k] = *p;
        all[k].token = ralloc(w->arena, p->n + 1, sizeof *p->token);
        if (!all[k].token)
            return ev_err_set(w->err, EV_ELIMIT, RALLOC_FULL);
        for (size_t i = 0; i < p->n; i++) {
            all[k].token[i] = p->token[i];
            if (p->token[i].kind != TOKEN_DASH)
                continue;
            all[k].token[i] = (struct token){ TOKEN_LITERAL, dash[which % 5] };
            which /= 5;
        }
    }
    if (!all)
        return ev_err_set(w->err, EV_ELIMIT, RALLOC_FULL);
    *ret = all;
    *ret_n = n;
    return EV_OK;
}

void export_identifier(const struct rule *r, struct buf *out)
{
    struct slice s = r->id.n ? r->id : r->title;

    for (size_t i = 0; i < s.n && i < 128; i++) {
        uint8_t f = fold_ascii(s.p[i]);
        bool plain = (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || f == '_';
        buf_byte(out, plain ? s.p[i] : '-');
    }
}
