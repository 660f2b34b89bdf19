/* correlation.c - see correlation.h. */
#include "rule/correlation.h"

#include "base/limits.h"
#include "base/parse.h"
#include "rule/condition.h"
#include "rule/ralloc.h"

struct builder {
    struct correlation *c;
    struct arena *a;
    struct report *rep;
    const struct ynode *map;
    bool failed;
};

static const char *const type_names[] = { "event_count",      "value_count",      "temporal",
                                          "temporal_ordered", "value_sum",        "value_avg",
                                          "value_median",     "value_percentile", "value_min",
                                          "value_max" };
static const char *const bound_names[] = { "lt", "lte", "gt", "gte", "eq", "neq" };

/* Spellings of other tools for conditions in words. */
static const struct {
    const char *name;
    enum correlation_type type;
} aliases[] = { { "temporal_extended", CORRELATION_TEMPORAL },
                { "extended_temporal", CORRELATION_TEMPORAL },
                { "temporal_ordered_extended", CORRELATION_TEMPORAL_ORDERED },
                { "extended_temporal_ordered", CORRELATION_TEMPORAL_ORDERED } };

const char *correlation_type_name(enum correlation_type t)
{
    return type_names[t];
}

const char *bound_op_name(enum bound_op op)
{
    return bound_names[op];
}

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

static void error(struct builder *b, const struct ynode *at, const char *text)
{
    report_error(b->rep, REFUSAL_SYNTAX, at->line, at->column, "correlation: %s", text);
    b->failed = true;
}

static void *take(struct builder *b, const struct ynode *at, size_t n, size_t size)
{
    void *p = ralloc(b->a, n, size);
    if (p == NULL)
        error(b, at, RALLOC_FULL);
    return p;
}

static bool is_text(const struct ynode *v)
{
    return v != NULL && v->kind == YNODE_SCALAR && v->type != YTYPE_NULL && v->text.n > 0;
}

static bool is_boolean(const struct ynode *v)
{
    return v != NULL && v->kind == YNODE_SCALAR && v->type == YTYPE_BOOL;
}

/* Items of a text or a list of texts: n of them; 0 and reported where there is anything else. */
static size_t texts_of(struct builder *b, const struct ynode *v, const char *what)
{
    if (is_text(v))
        return 1;
    bool ok = v->kind == YNODE_LIST && v->n > 0 && v->n <= LIMIT_CORRELATION_REFS;
    for (const struct ynode *i = ok ? v->first : NULL; i != NULL; i = i->next)
        ok = ok && is_text(i);
    if (ok)
        return v->n;
    if (v->kind == YNODE_LIST && v->n > LIMIT_CORRELATION_REFS)
        report_error(b->rep, REFUSAL_SYNTAX, v->line, v->column,
                     "correlation: \"%s\" lists more than %d names: split it", what,
                     LIMIT_CORRELATION_REFS);
    else
        report_error(b->rep, REFUSAL_SYNTAX, v->line, v->column,
                     "correlation: \"%s\" takes a name or a list of names", what);
    b->failed = true;
    return 0;
}

static const struct ynode *first_of(const struct ynode *v)
{
    return v->kind == YNODE_LIST ? v->first : v;
}

/* --- type, timespan, rules --- */

static bool read_type(struct builder *b)
{
    const struct ynode *v = ynode_get(b->map, "type");
    if (!is_text(v)) {
        error(b, v != NULL ? v : b->map, "add \"type: event_count\" or another type");
        return false;
    }
    for (unsigned i = 0; i < CORRELATION_VALUE_MIN; i++) {
        b->c->type = (enum correlation_type)i;
        if (slice_eq(v->text, slice_str(type_names[i])))
            return true;
    }
    for (unsigned i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        b->c->type = aliases[i].type;
        if (slice_eq(v->text, slice_str(aliases[i].name)))
            return true;
    }
    report_error(b->rep, REFUSAL_UNSUPPORTED, v->line, v->column,
                 "correlation: unknown type \"%.*s\": evtriage-rules(5) lists those there are",
                 shown(v->text), (const char *)v->text.p);
    b->failed = true;
    return false;
}

int timespan_parse(struct slice text, uint64_t *ret)
{
    static const struct {
        uint8_t letter;
        uint64_t seconds;
    } units[] = { { 's', 1 },      { 'm', 60 },      { 'h', 3600 },    { 'd', 86400 },
                  { 'w', 604800 }, { 'M', 2629746 }, { 'y', 31556952 } };
    uint64_t n;
    if (text.n < 2 || parse_u64(slice_sub(text, 0, text.n - 1), &n) < 0 || n == 0)
        return EV_ESYNTAX;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].letter != text.p[text.n - 1])
            continue;
        if (__builtin_mul_overflow(n, units[i].seconds * 10000000, &n) || n >= INT64_MAX)
            return EV_ESYNTAX;
        *ret = n;
        return EV_OK;
    }
    return EV_ESYNTAX;
}

static void read_timespan(struct builder *b)
{
    const struct ynode *v = ynode_get(b->map, "timespan");
    if (v == NULL)
        v = ynode_get(b->map, "timeframe");
    if (v == NULL)
        error(b, b->map, "add \"timespan: 5m\": a number with s, m, h, d, w, M or y");
    else if (!is_text(v) || timespan_parse(v->text, &b->c->timespan) < 0)
        error(b, v, "a timespan is a number with s, m, h, d, w, M or y, such as 5m");
    else
        b->c->timespan_text = v->text;
}

static struct correlation_ref *add_ref(struct builder *b, struct slice name, uint32_t line,
                                       uint32_t column)
{
    struct correlation_ref *r = &b->c->ref[b->c->nref++];
    r->at = (struct reference){ name, line, column };
    return r;
}

static bool is_word_end(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')';
}

static bool is_operator(struct slice w)
{
    return slice_eq(w, SLICE("and")) || slice_eq(w, SLICE("or")) || slice_eq(w, SLICE("not"));
}

static bool has_ref(const struct correlation *c, struct slice name)
{
    for (size_t i = 0; i < c->nref; i++)
        if (slice_eq(c->ref[i].at.name, name))
            return true;
    return false;
}

/* Without `rules`, those that the condition names. */
static void refs_of_condition(struct builder *b, const struct ynode *v)
{
    struct slice s = v->text;
    b->c->ref = take(b, v, LIMIT_CORRELATION_REFS, sizeof *b->c->ref);
    for (size_t i = 0; b->c->ref != NULL && i < s.n;) {
        size_t n = 0;
        while (i + n < s.n && !is_word_end(s.p[i + n]))
            n++;
        struct slice w = slice_sub(s, i, n);
        uint32_t line, column;
        ynode_place(v, i, &line, &column);
        i += n > 0 ? n : 1;
        if (n == 0 || is_operator(w) || has_ref(b->c, w))
            continue;
        if (b->c->nref == LIMIT_CORRELATION_REFS) {
            error(b, v, "the condition names too many rules: split it");
            return;
        }
        add_ref(b, w, line, column);
    }
}

static void read_refs(struct builder *b)
{
    const struct ynode *v = ynode_get(b->map, "rules"), *c = ynode_get(b->map, "condition");
    if (v == NULL && is_text(c)) {
        refs_of_condition(b, c);
        return;
    }
    if (v == NULL) {
        error(b, b->map, "add \"rules:\" with the ids or names of rules");
        return;
    }
    size_t n = texts_of(b, v, "rules");
    b->c->ref = n > 0 ? take(b, v, n, sizeof *b->c->ref) : NULL;
    if (b->c->ref == NULL)
        return;
    for (const struct ynode *i = first_of(v); n-- > 0; i = i->next)
        if (!has_ref(b->c, i->text))
            add_ref(b, i->text, i->line, i->column);
}

/* --- keys --- */

static void add_keys(struct builder *b, const struct ynode *v, const char *what)
{
    size_t n = texts_of(b, v, what);
    for (const struct ynode *i = first_of(v); n-- > 0; i = i->next)
        b->c->key[b->c->nkey++] = i->text;
}

static void read_keys(struct builder *b)
{
    const struct ynode *group = ynode_get(b->map, "group-by");
    const struct ynode *field = ynode_get(ynode_get(b->map, "condition"), "field");
    b->c->key = take(b, b->map, 2 * LIMIT_CORRELATION_REFS, sizeof *b->c->key);
    if (b->c->key == NULL)
        return;
    if (group != NULL)
        add_keys(b, group, "group-by");
    b->c->ngroup = b->c->nkey;
    bool counts = b->c->type == CORRELATION_EVENT_COUNT || b->c->type == CORRELATION_TEMPORAL ||
                  b->c->type == CORRELATION_TEMPORAL_ORDERED;
    if (field != NULL && counts)
        report_warning(b->rep, field->line, field->column,
                       "correlation: %s has no use for a field: ignored",
                       correlation_type_name(b->c->type));
    else if (field != NULL)
        add_keys(b, field, "field");
    if (!counts && b->c->nkey == b->c->ngroup && !b->failed)
        error(b, b->map, "this type needs \"field:\" in its condition");
    if (!counts && b->c->type != CORRELATION_VALUE_COUNT && b->c->nkey > b->c->ngroup + 1)
        error(b, field, "only value_count takes several fields");
}

static size_t ref_of(const struct correlation *c, struct slice name)
{
    size_t i = 0;
    while (i < c->nref && !slice_eq(c->ref[i].at.name, name))
        i++;
    return i;
}

/* One alias: a map from rule names to fields. */
static void read_alias(struct builder *b, const struct ynode *alias)
{
    struct correlation *c = b->c;
    if (alias->next->kind != YNODE_MAP) {
        error(b, alias->next, "an alias is a map from rule names to fields");
        return;
    }
    for (const struct ynode *k = alias->next->first; k != NULL; k = ynode_after(k)) {
        size_t ref = ref_of(c, k->text);
        if (ref == c->nref || !is_text(k->next)) {
            error(b, k, "an alias names rules of \"rules:\", and a field for each");
            continue;
        }
        for (size_t i = 0; i < c->nkey; i++)
            if (slice_eq(c->key[i], alias->text))
                c->key_field[i * c->nref + ref] = k->next->text;
    }
}

static void read_aliases(struct builder *b)
{
    const struct ynode *v = ynode_get(b->map, "aliases");
    b->c->key_field = take(b, b->map, b->c->nkey * b->c->nref, sizeof *b->c->key_field);
    if (v == NULL || b->c->key_field == NULL)
        return;
    if (v->kind != YNODE_MAP) {
        error(b, v, "aliases are a map");
        return;
    }
    for (const struct ynode *k = v->first; k != NULL; k = ynode_after(k))
        read_alias(b, k);
}

/* --- condition --- */

static bool number_of(const struct ynode *v, double *ret)
{
    if (!is_text(v))
        return false;
    if (v->type == YTYPE_INT)
        *ret = (double)v->u.integer;
    else if (v->type == YTYPE_FLOAT)
        *ret = v->u.number;
    else
        return parse_double(v->text, ret) == EV_OK;
    return true;
}

static void read_bound(struct builder *b, const struct ynode *k)
{
    for (unsigned i = 0; i < sizeof bound_names / sizeof *bound_names; i++) {
        if (!slice_eq(k->text, slice_str(bound_names[i])))
            continue;
        struct bound *to = &b->c->bound[b->c->nbound++];
        to->op = (enum bound_op)i;
        to->written = k->next->text;
        if (!number_of(k->next, &to->number))
            error(b, k->next, "lt, lte, gt, gte, eq and neq take a number");
        return;
    }
    if (!slice_eq(k->text, SLICE("field")) && !slice_eq(k->text, SLICE("percentile")))
        error(b, k, "a condition has lt, lte, gt, gte, eq or neq, field and percentile");
}

static void read_percentile(struct builder *b, const struct ynode *condition)
{
    const struct ynode *v = ynode_get(condition, "percentile");
    if (b->c->type != CORRELATION_VALUE_PERCENTILE)
        return;
    if (v == NULL)
        error(b, condition, "value_percentile needs \"percentile:\" in its condition");
    else if (!number_of(v, &b->c->percentile) || !(b->c->percentile > 0) || b->c->percentile > 100)
        error(b, v, "a percentile is above 0 and at most 100");
}

/* A condition in words: over the refs as if they were selections. */
static void read_expression(struct builder *b, const struct ynode *v)
{
    struct correlation *c = b->c;
    struct selection *sel = take(b, v, c->nref, sizeof *sel);
    bool *used = take(b, v, c->nref, sizeof *used);
    if (sel == NULL || used == NULL)
        return;
    if (c->type != CORRELATION_TEMPORAL && c->type != CORRELATION_TEMPORAL_ORDERED) {
        error(b, v, "a condition in words belongs to temporal or temporal_ordered");
        return;
    }
    for (size_t i = 0; i < c->nref; i++)
        sel[i].name = c->ref[i].at.name;
    b->failed |= condition_parse(v, sel, c->nref, used, b->a, b->rep, &c->expression, NULL) < 0;
    c->expression_text = v->text;
    for (size_t i = 0; i < c->nref; i++)
        if (!used[i])
            report_warning(b->rep, v->line, v->column,
                           "correlation: the condition does not use \"%.*s\"", shown(sel[i].name),
                           (const char *)sel[i].name.p);
}

/* All rules, when nothing else is said. */
static void default_bound(struct builder *b)
{
    struct slice n = arena_printf(b->a, "%zu", b->c->nref);
    b->c->bound[b->c->nbound++] = (struct bound){ BOUND_GTE, (double)b->c->nref, n };
}

static void read_condition(struct builder *b)
{
    const struct ynode *v = ynode_get(b->map, "condition");
    bool temporal =
        b->c->type == CORRELATION_TEMPORAL || b->c->type == CORRELATION_TEMPORAL_ORDERED;
    size_t room = v != NULL && v->kind == YNODE_MAP ? v->n + 1 : 1;
    b->c->bound = take(b, b->map, room, sizeof *b->c->bound);
    if (b->c->bound == NULL)
        return;
    if (is_text(v)) {
        read_expression(b, v);
        return;
    }
    if (v != NULL && v->kind != YNODE_MAP) {
        error(b, v, "a condition is a map such as \"gte: 5\"");
        return;
    }
    for (const struct ynode *k = v != NULL ? v->first : NULL; k != NULL; k = ynode_after(k))
        read_bound(b, k);
    if (v != NULL)
        read_percentile(b, v);
    if (b->c->nbound == 0 && temporal)
        default_bound(b);
    else if (b->c->nbound == 0 && !b->failed)
        error(b, v != NULL ? v : b->map, "add a condition such as \"gte: 5\"");
}

static bool node_negates(const struct node *n)
{
    if (n == NULL || n->kind == NODE_NOT)
        return n != NULL;
    for (uint32_t i = 0; i < n->n; i++)
        if (node_negates(n->child[i]))
            return true;
    return false;
}

int correlation_finish(struct correlation *c, struct arena *a)
{
    c->closes = node_negates(c->expression);
    for (size_t i = 0; i < c->nbound; i++)
        c->closes |= c->bound[i].op != BOUND_GT && c->bound[i].op != BOUND_GTE;
    if (c->key_field == NULL)
        c->key_field = ralloc(a, c->nkey * c->nref, sizeof *c->key_field);
    if (c->key_field == NULL)
        return EV_ENOMEM;
    for (size_t k = 0; k < c->nkey; k++)
        for (size_t r = 0; r < c->nref; r++)
            if (c->key_field[k * c->nref + r].p == NULL)
                c->key_field[k * c->nref + r] = c->key[k];
    return EV_OK;
}

int correlation_build(const struct ynode *map, struct rule *r, struct arena *a, struct report *rep)
{
    struct builder b = { .a = a, .rep = rep, .map = map };
    if (map->kind != YNODE_MAP)
        return report_error(rep, REFUSAL_SYNTAX, map->line, map->column,
                            "correlation is %s: write a map", ynode_what(map));
    b.c = take(&b, map, 1, sizeof *b.c);
    if (b.c == NULL)
        return EV_ENOMEM;
    const struct ynode *generate = ynode_get(map, "generate");
    b.c->generate = is_boolean(generate) && generate->boolean;
    bool known = read_type(&b);
    read_timespan(&b);
    read_refs(&b);
    if (known && b.c->nref > 0) {
        read_keys(&b);
        read_aliases(&b);
        read_condition(&b);
    }
    if (b.failed || b.c->nref == 0)
        return EV_ESYNTAX;
    if (correlation_finish(b.c, a) < 0) {
        error(&b, map, RALLOC_FULL);
        return EV_ENOMEM;
    }
    r->correlation = b.c;
    return EV_OK;
}
