/* correlate.c - correlations over the events of a whole run, in time order.
 *
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/correlate.h"

#include <stdlib.h>

#include "base/fold.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/parse.h"
#include "detect/codec.h"
#include "detect/correlation_row.h"
#include "detect/window.h"

#define ROW_ARENA LIMIT_MIB(16) /* one row: its lists and texts */
#define KEY_ARENA LIMIT_MIB(8)  /* folded values of one event's keys */

/* The events of a rule go to this ref of that correlation. */
struct edge {
    uint32_t correlation; /* rule index */
    uint32_t ref;
    bool own; /* an old aggregation: events of the rule's own condition, not its rows */
};

struct target {
    struct edge *edge; /* n of them */
    size_t n;
    uint32_t deepest; /* level of the last correlation that wants the rule */
};

struct correlator {
    const struct ruleset *rs;
    struct order_options options;
    struct target *target; /* by rule index */
    struct window *window; /* by rule index; rule NULL where it is no correlation */
    uint32_t depth;        /* of the deepest correlation */
    uint32_t level;        /* at work */
    struct order *now, *next;
    struct window_memory memory;
    uint64_t untimed;
    struct arena keys, rows;
    struct buf encoded, key, value;
    order_row_fn *row;
    void *ctx;
    struct ev_err *err;
};

/* --- the plan --- */

static void add_edge(struct correlator *c, const struct rule *from, const struct rule *to,
                     uint32_t ref)
{
    struct target *t = &c->target[from->index];

    t->edge = xrealloc(t->edge, t->n + 1, sizeof *t->edge);
    t->edge[t->n++] = (struct edge){ to->index, ref, from == to };
    if (from != to && to->correlation->depth > t->deepest)
        t->deepest = to->correlation->depth;
}

static int window_row(void *ctx, const struct rule *rule, const struct group *g);

static void plan(struct correlator *c, const struct rule *r)
{
    const struct correlation *k = r->correlation;

    window_init(&c->window[r->index], r, window_row, c, &c->memory);
    if (k->depth > c->depth)
        c->depth = k->depth;
    for (uint32_t i = 0; i < k->nref; i++)
        for (size_t j = 0; j < k->ref[i].nrule; j++)
            add_edge(c, k->ref[i].rule[j], r, i);
}

struct correlator *correlator_new(const struct ruleset *rs, const struct order_options *o)
{
    struct correlator *c;
    bool any = false;

    for (size_t i = 0; i < rs->n; i++)
        any |= rs->rule[i]->correlation != NULL;
    if (!any)
        return NULL;
    c = xcalloc(1, sizeof *c);
    c->rs = rs;
    c->options = *o;
    c->options.memory = o->memory / 2; /* two levels are sorted at once */
    c->options.tmpdir = o->tmpdir ? xstrdup(o->tmpdir) : NULL;
    c->options.keep_duplicates = false;
    c->target = xcalloc(rs->n, sizeof *c->target);
    c->window = xcalloc(rs->n, sizeof *c->window);
    for (size_t i = 0; i < rs->n; i++)
        if (rs->rule[i]->correlation)
            plan(c, rs->rule[i]);
    c->memory.cap = LIMIT_CORRELATION_MEMORY;
    c->now = order_new(rs, &c->options);
    arena_init(&c->keys, KEY_ARENA);
    arena_init(&c->rows, ROW_ARENA);
    buf_init(&c->encoded, LIMIT_DETECTION);
    buf_init(&c->key, LIMIT_MIB(4));
    buf_init(&c->value, LIMIT_MIB(4));
    return c;
}

void correlator_free(struct correlator *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->rs->n; i++) {
        if (c->window[i].rule)
            window_release(&c->window[i]);
        free(c->target[i].edge);
    }
    order_free(c->now);
    order_free(c->next);
    arena_release(&c->keys);
    arena_release(&c->rows);
    buf_release(&c->encoded);
    buf_release(&c->key);
    buf_release(&c->value);
    free(c->target);
    free(c->window);
    free((void *)(uintptr_t)c->options.tmpdir);
    free(c);
}

bool correlator_wants(const struct correlator *c, const struct hit *hit)
{
    return c && hit->verdict != VERDICT_POSSIBLE && c->target[hit->rule->index].n > 0;
}

int correlator_add(struct correlator *c, struct slice encoded, struct ev_err *err)
{
    return order_add(c->now, encoded, err);
}

/* --- one event --- */

/* Appends a folded value, with its length so that no two tuples look alike. False: no value. */
static bool put_value(struct correlator *c, const struct detection *d, struct slice name,
                      struct buf *out)
{
    struct slice text = SLICE_ABSENT, folded;

    for (size_t i = 0; i < d->nfield && !text.p; i++)
        if (slice_eq(d->field[i].name, name))
            text = d->field[i].text;
    if (!text.p)
        return false;
    folded = fold_slice(text, &c->keys);
    if (!folded.p)
        folded = text;
    buf_printf(out, "%zu:", folded.n);
    buf_slice(out, folded);
    return !out->full;
}

static bool put_values(struct correlator *c, const struct correlation *k, uint32_t ref,
                       const struct detection *d, size_t from, size_t to, struct buf *out)
{
    buf_clear(out);
    for (size_t i = from; i < to; i++)
        if (!put_value(c, d, k->key_field[i * k->nref + ref], out))
            return false;
    return true;
}

static bool number_of(const struct correlation *k, uint32_t ref, const struct detection *d,
                      double *ret)
{
    const struct slice name = k->key_field[k->ngroup * k->nref + ref];
    int64_t integer;

    for (size_t i = 0; i < d->nfield; i++) {
        if (!slice_eq(d->field[i].name, name))
            continue;
        if (parse_int_any(d->field[i].text, &integer) == EV_OK) {
            *ret = (double)integer;
            return true;
        }
        return parse_double(d->field[i].text, ret) == EV_OK;
    }
    return false;
}

/* Is the group's last event this very record, matched by another rule? It is one event. */
static bool is_last_event(struct correlator *c, const struct window *w, struct slice key,
                          const struct detection *d)
{
    const uint64_t *at = keyed_get(&w->group, key);
    const struct group *g = at ? (const struct group *)(uintptr_t)*at : NULL;
    struct row_key mine, last;

    if (!g || !g->last || row_key_read(g->last->bytes, c->rs, &last) < 0)
        return false;
    row_key_of(d, &mine);
    if (mine.rule == last.rule || d->nevent)
        return false;
    last.rule = mine.rule;
    if (mine.has_record_id)
        return row_key_same_record(&mine, &last);
    return !last.has_record_id && mine.timestamp == last.timestamp && mine.offset == last.offset &&
           mine.source_file.n > 0 && slice_eq(mine.source_file, last.source_file) &&
           memcmp(mine.hash, last.hash, 16) == 0;
}

static int give(struct correlator *c, const struct edge *e, const struct detection *d)
{
    struct window *w = &c->window[e->correlation];
    const struct correlation *k = w->rule->correlation;
    struct window_event we = { .time = d->timestamp, .ref = e->ref };

    arena_reset(&c->keys);
    if (!put_values(c, k, e->ref, d, 0, k->ngroup, &c->key))
        return EV_OK; /* not of any group */
    we.key = buf_view(&c->key);
    if (k->type == CORRELATION_VALUE_COUNT &&
        !put_values(c, k, e->ref, d, k->ngroup, k->nkey, &c->value))
        return EV_OK;
    if (k->type >= CORRELATION_VALUE_SUM && !number_of(k, e->ref, d, &we.number))
        return EV_OK;
    if (k->type != CORRELATION_TEMPORAL && k->type != CORRELATION_TEMPORAL_ORDERED &&
        is_last_event(c, w, we.key, d))
        return EV_OK;
    if (k->type == CORRELATION_VALUE_COUNT)
        we.value = buf_view(&c->value);
    we.bytes = buf_view(&c->encoded);
    return window_put(w, &we);
}

static struct order *next_order(struct correlator *c)
{
    if (!c->next)
        c->next = order_new(c->rs, &c->options);
    return c->next;
}

/* An event of the sorted stream, at this level. */
static int take(void *ctx, const struct detection *d)
{
    struct correlator *c = ctx;
    const struct target *t = &c->target[d->rule->index];
    /* Rows of a correlation hold events; what its own condition matched, in old rules, none. */
    const bool own = d->rule->correlation && d->nevent == 0;
    int rc = EV_OK;

    if (d->timestamp == 0) {
        c->untimed++;
        return EV_OK;
    }
    buf_clear(&c->encoded);
    detection_encode(d, &c->encoded);
    if (c->encoded.full)
        return ev_err_set(c->err, EV_ELIMIT, "an event for correlations is too large");
    for (size_t i = 0; i < t->n && rc >= 0; i++) {
        const struct rule *to = c->rs->rule[t->edge[i].correlation];

        if (t->edge[i].own == own && to->correlation->depth == c->level)
            rc = give(c, &t->edge[i], d);
    }
    if (rc >= 0 && !own && t->deepest > c->level)
        rc = order_add(next_order(c), buf_view(&c->encoded), c->err);
    return rc;
}

/* --- rows --- */

static int window_row(void *ctx, const struct rule *rule, const struct group *g)
{
    struct correlator *c = ctx;
    struct detection d;
    struct buf flat;
    int rc;

    arena_reset(&c->rows);
    rc = correlation_row_make(rule, g, c->rs, &c->rows, &d);
    if (rc < 0)
        return ev_err_set(c->err, rc, "a row of \"%.*s\" could not be made",
                          SLICE_ARG(rule->title));
    if (rule_shows_rows(rule))
        rc = c->row(c->ctx, &d);
    if (rc < 0 || c->target[rule->index].deepest == 0)
        return rc;
    buf_init(&flat, LIMIT_DETECTION);
    detection_encode(&d, &flat);
    rc = flat.full ? ev_err_set(c->err, EV_ELIMIT, "a row for correlations is too large")
                   : order_add(next_order(c), buf_view(&flat), c->err);
    buf_release(&flat);
    return rc;
}

static int run_level(struct correlator *c)
{
    int rc = order_finish(c->now, take, c, NULL, c->err);

    for (size_t i = 0; i < c->rs->n && rc >= 0; i++)
        if (c->window[i].rule && c->rs->rule[i]->correlation->depth == c->level)
            rc = window_end(&c->window[i]);
    order_free(c->now);
    c->now = c->next;
    c->next = NULL;
    return rc;
}

int correlator_finish(struct correlator *c, order_row_fn *row, void *ctx, struct ev_err *err)
{
    int rc = EV_OK;

    c->row = row;
    c->ctx = ctx;
    c->err = err;
    for (c->level = 0; c->level <= c->depth && c->now && rc >= 0; c->level++)
        rc = run_level(c);
    return rc < 0 ? rc : EV_OK;
}

struct correlation_counts correlator_counts(const struct correlator *c, const struct rule *r)
{
    const struct window *w = &c->window[r->index];

    return (struct correlation_counts){ w->rows, w->undecided };
}

uint64_t correlator_untimed(const struct correlator *c)
{
    return c->untimed;
}
