/* window.c - the events that a correlation has in view, by group.
 *
 * Two lists hold the same events: that of the group, which the condition is about, and that of the
 * window, from whose front events leave. Windows that close are listed by when they opened.
 * May include: base/, rule/, detect/. */
#include "detect/window.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "detect/measure.h"

void window_init(struct window *w, const struct rule *rule, window_row_fn *row, void *ctx,
                 struct window_memory *memory)
{
    *w = (struct window){ .rule = rule, .row = row, .ctx = ctx, .memory = memory };
    w->seed = map_seed();
    keyed_init(&w->group, w->seed);
}

static const struct correlation *correlation(const struct window *w)
{
    return w->rule->correlation;
}

/* t later, or the end of time. */
static uint64_t after(uint64_t t, uint64_t span)
{
    return span > UINT64_MAX - t ? UINT64_MAX : t + span;
}

/* --- groups --- */

static size_t group_size(const struct window *w, struct slice key)
{
    return sizeof(struct group) + 2 * key.n + correlation(w)->nref * sizeof(uint32_t) +
           2 * sizeof(struct keyed_slot);
}

static struct group *group_new(struct window *w, struct slice key, uint64_t time)
{
    struct group *g = xcalloc(1, sizeof *g);
    uint8_t *copy = xcalloc(1, key.n + 1);

    if (key.n)
        memcpy(copy, key.p, key.n);
    g->key = slice_of(copy, key.n);
    g->opened = time;
    g->seen = xcalloc(correlation(w)->nref, sizeof *g->seen);
    keyed_init(&g->value, w->seed);
    g->earlier = w->opened_last;
    *(w->opened_last ? &w->opened_last->later : &w->opened_first) = g;
    w->opened_last = g;
    w->memory->used += group_size(w, key);
    return g;
}

static void group_free(struct window *w, struct group *g)
{
    *(g->earlier ? &g->earlier->later : &w->opened_first) = g->later;
    *(g->later ? &g->later->earlier : &w->opened_last) = g->earlier;
    w->memory->used -= group_size(w, g->key);
    keyed_remove(&w->group, g->key);
    keyed_release(&g->value);
    free(g->number);
    free(g->seen);
    free((void *)(uintptr_t)g->key.p);
    free(g);
}

static struct group *group_of(struct window *w, struct slice key, uint64_t time)
{
    uint64_t *at = keyed_put(&w->group, key);

    if (!*at)
        *at = (uint64_t)(uintptr_t)group_new(w, key, time);
    return (struct group *)(uintptr_t)*at;
}

/* --- events --- */

static size_t event_size(struct slice bytes, struct slice value)
{
    return sizeof(struct group_event) + bytes.n + 2 * value.n + sizeof(double) +
           2 * sizeof(struct keyed_slot);
}

static bool counts_values(const struct window *w)
{
    return correlation(w)->type == CORRELATION_VALUE_COUNT;
}

static bool has_numbers(const struct window *w)
{
    return correlation(w)->type >= CORRELATION_VALUE_SUM;
}

static void event_add(struct window *w, struct group *g, const struct window_event *from)
{
    uint8_t *p = xcalloc(1, sizeof(struct group_event) + from->bytes.n + from->value.n + 1);
    struct group_event *e = (struct group_event *)(void *)p;

    p += sizeof *e;
    *e = (struct group_event){ .before = g->last,
                               .earlier = w->last,
                               .group = g,
                               .time = from->time,
                               .ref = from->ref,
                               .number = from->number,
                               .bytes = slice_of(p, from->bytes.n),
                               .value = slice_of(p + from->bytes.n, from->value.n) };
    if (from->bytes.n)
        memcpy(p, from->bytes.p, from->bytes.n);
    if (from->value.n)
        memcpy(p + from->bytes.n, from->value.p, from->value.n);
    *(g->last ? &g->last->next : &g->first) = e;
    g->last = e;
    *(w->last ? &w->last->later : &w->first) = e;
    w->last = e;
    g->n++;
    g->seen[e->ref]++;
    if (counts_values(w))
        ++*keyed_put(&g->value, e->value);
    if (has_numbers(w))
        measure_add(g, e->number);
    w->memory->used += event_size(e->bytes, e->value);
}

/* The group stays, even when it is empty now. */
static void event_drop(struct window *w, struct group_event *e)
{
    struct group *g = e->group;

    *(e->before ? &e->before->next : &g->first) = e->next;
    *(e->next ? &e->next->before : &g->last) = e->before;
    *(e->earlier ? &e->earlier->later : &w->first) = e->later;
    *(e->later ? &e->later->earlier : &w->last) = e->earlier;
    g->n--;
    g->seen[e->ref]--;
    if (counts_values(w)) {
        uint64_t *count = keyed_get(&g->value, e->value);

        if (count && --*count == 0)
            keyed_remove(&g->value, e->value);
    }
    if (has_numbers(w))
        measure_remove(g, e->number);
    w->memory->used -= event_size(e->bytes, e->value);
    free(e);
}

/* A cap was reached: the event goes before its time. */
static void event_lose(struct window *w, struct group_event *e, const struct group *keep)
{
    struct group *g = e->group;

    g->lossy_until = after(e->time, correlation(w)->timespan);
    event_drop(w, e);
    if (g->n == 0 && g != keep) {
        w->undecided++;
        group_free(w, g);
    }
}

static bool is_ordered(const struct window *w)
{
    return correlation(w)->type == CORRELATION_TEMPORAL_ORDERED;
}

static size_t most_events(const struct window *w)
{
    return has_numbers(w) || is_ordered(w) ? LIMIT_WINDOW_NUMBERS : LIMIT_WINDOW_EVENTS;
}

static void make_room(struct window *w, struct group *g, const struct window_event *e)
{
    const size_t size = event_size(e->bytes, e->value), enough = measure_enough(correlation(w));

    while (enough > 0 && g->n >= enough)
        event_drop(w, g->first);
    /* Of a long run of one rule, only the last event matters for what may follow. */
    if (is_ordered(w) && !correlation(w)->closes && g->n >= LIMIT_WINDOW_RUN &&
        g->last->ref == e->ref)
        event_drop(w, g->last);
    while (g->n >= most_events(w))
        event_lose(w, g->first, g);
    while (w->first && w->memory->used + size > w->memory->cap)
        event_lose(w, w->first, g);
}

/* --- judging --- */

static int row(struct window *w, const struct group *g)
{
    w->rows++;
    return w->row(w->ctx, w->rule, g);
}

static int judge_sliding(struct window *w, struct group *g, uint64_t now)
{
    const struct correlation *c = correlation(w);
    const bool lossy = g->lossy_until >= now && g->lossy_until > 0;
    const bool was = g->active, monotone = measure_is_monotone(c);

    g->active = measure_holds(c, g);
    if (lossy && (!monotone || !g->active)) {
        w->undecided++;
        g->active = was; /* not known to have changed */
        return EV_OK;
    }
    return g->active && !was ? row(w, g) : EV_OK;
}

/* The window of the group is over. */
static int close_group(struct window *w, struct group *g)
{
    int rc = EV_OK;

    if (g->lossy_until > 0)
        w->undecided++;
    else if (measure_holds(correlation(w), g))
        rc = row(w, g);
    while (g->first)
        event_drop(w, g->first);
    group_free(w, g);
    return rc;
}

/* What is over at this time goes. */
static int advance(struct window *w, uint64_t now)
{
    const uint64_t span = correlation(w)->timespan;
    int rc = EV_OK;

    if (correlation(w)->closes) {
        while (rc >= 0 && w->opened_first && after(w->opened_first->opened, span) < now)
            rc = close_group(w, w->opened_first);
        return rc;
    }
    while (w->first && after(w->first->time, span) < now) {
        struct group *g = w->first->group;

        event_drop(w, w->first);
        if (g->n == 0)
            group_free(w, g);
    }
    return rc;
}

int window_put(struct window *w, const struct window_event *e)
{
    struct group *g;
    int rc = advance(w, e->time);

    if (rc < 0)
        return rc;
    g = group_of(w, e->key, e->time);
    make_room(w, g, e);
    event_add(w, g, e);
    return correlation(w)->closes ? EV_OK : judge_sliding(w, g, e->time);
}

int window_end(struct window *w)
{
    int rc = EV_OK;

    while (rc >= 0 && correlation(w)->closes && w->opened_first)
        rc = close_group(w, w->opened_first);
    return rc;
}

void window_release(struct window *w)
{
    while (w->first)
        event_drop(w, w->first);
    while (w->opened_first)
        group_free(w, w->opened_first);
    keyed_release(&w->group);
}
