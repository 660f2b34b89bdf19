/* dispatch.c - which rules look at an event, and through which twin.
 *
 * May include base/, event/, rule/. */
#include "match/dispatch.h"

#include "base/fold.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/parse.h"

/* Channel names that are longer are wanted without looking. */
#define CHANNEL_MOST 256

void dispatch_init(struct dispatch *d)
{
    *d = (struct dispatch){ 0 };
    map_init(&d->channel, 0);
    arena_init(&d->arena, LIMIT_RULE_ARENA);
}

void dispatch_release(struct dispatch *d)
{
    for (size_t i = 0; i < d->nwant; i++)
        free(d->want[i].id);
    free(d->want);
    free(d->source);
    map_release(&d->channel);
    arena_release(&d->arena);
    *d = (struct dispatch){ 0 };
}

static void ids_add(struct ids *s, uint32_t id)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i] == id)
            return;
    if (s->n == IDS_MOST)
        s->any = true;
    else
        s->v[s->n++] = id;
}

/* The EventID that a test demands, if it demands exactly one. */
static bool test_id(const struct test *t, uint32_t *ret)
{
    const struct pattern *p = &t->u.text.pattern;

    return t->field.p && t->field_id == FIELD_EVENTID && t->kind == TEST_PATTERN && p->n == 1 &&
           p->token[0].kind == TOKEN_LITERAL && parse_u32(p->token[0].literal, ret) == EV_OK;
}

static void node_ids(const struct rule *r, const struct node *n, struct ids *ret);

static void or_ids(const struct rule *r, struct node *const *child, size_t n, struct ids *ret)
{
    for (size_t i = 0; i < n && !ret->any; i++) {
        struct ids one = { 0 };

        node_ids(r, child[i], &one);
        ret->any |= one.any;
        for (size_t k = 0; k < one.n && !one.any; k++)
            ids_add(ret, one.v[k]);
    }
}

/* A superset of the EventIDs for which the node can be true. */
static void node_ids(const struct rule *r, const struct node *n, struct ids *ret)
{
    uint32_t id;

    switch (n->kind) {
    case NODE_SELECTION:
        node_ids(r, r->selection[n->selection].node, ret);
        return;
    case NODE_OR:
        or_ids(r, n->child, n->n, ret);
        return;
    case NODE_AND:
        ret->any = true;
        for (uint32_t i = 0; i < n->n; i++) {
            struct ids one = { 0 };

            node_ids(r, n->child[i], &one);
            if (!one.any && (ret->any || one.n < ret->n))
                *ret = one;
        }
        return;
    case NODE_TEST:
        if (test_id(n->test, &id)) {
            ids_add(ret, id);
            return;
        }
        break;
    case NODE_NOT:
        break;
    }
    ret->any = true;
}

void rule_ids(const struct rule *r, struct ids *ret)
{
    *ret = (struct ids){ 0 };
    or_ids(r, r->condition, r->ncondition, ret);
}

static struct want *want_of(struct dispatch *d, const struct logsource_target *t)
{
    for (size_t i = 0; i < d->nwant; i++)
        if (d->want[i].target == t)
            return &d->want[i];
    if (d->nwant == d->want_room) {
        d->want_room = d->want_room ? 2 * d->want_room : 32;
        d->want = xrealloc(d->want, d->want_room, sizeof *d->want);
    }
    d->want[d->nwant] = (struct want){ .target = t };
    return &d->want[d->nwant++];
}

static void want_id(struct want *w, uint32_t id)
{
    size_t at = 0;

    while (at < w->n && w->id[at] < id)
        at++;
    if (at < w->n && w->id[at] == id)
        return;
    if (w->n == w->room) {
        w->room = w->room ? 2 * w->room : 8;
        w->id = xrealloc(w->id, w->room, sizeof *w->id);
    }
    memmove(w->id + at + 1, w->id + at, (w->n - at) * sizeof *w->id);
    w->id[at] = id;
    w->n++;
}

static size_t source_of(struct dispatch *d, struct logsource ls)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->source[i].target == ls.target && d->source[i].n == ls.n)
            return i;
    if (d->n == d->room) {
        d->room = d->room ? 2 * d->room : 32;
        d->source = xrealloc(d->source, d->room, sizeof *d->source);
    }
    d->source[d->n] = ls;
    return d->n++;
}

size_t dispatch_add(struct dispatch *d, const struct rule *r)
{
    struct logsource ls;
    struct ids ids;

    if (logsource_resolve(r, &ls, NULL) < 0)
        return SIZE_MAX;
    rule_ids(r, &ids);
    for (size_t i = 0; i < ls.n; i++) {
        const struct logsource_target *t = &ls.target[i];
        struct want *w = want_of(d, t);

        for (size_t k = 0; k < t->nid; k++)
            want_id(w, t->id[k]);
        for (size_t k = 0; k < ids.n && t->nid == 0 && !ids.any; k++)
            want_id(w, ids.v[k]);
        w->any |= t->nid == 0 && ids.any;
    }
    return source_of(d, ls);
}

static int by_channel(const void *a, const void *b)
{
    const struct want *x = a, *y = b;
    struct slice s = slice_str(x->target->channel), t = slice_str(y->target->channel);

    if (!s.p || !t.p)
        return (s.p != NULL) - (t.p != NULL);
    for (size_t i = 0; i < s.n && i < t.n; i++)
        if (fold_ascii(s.p[i]) != fold_ascii(t.p[i]))
            return fold_ascii(s.p[i]) < fold_ascii(t.p[i]) ? -1 : 1;
    return (s.n > t.n) - (s.n < t.n);
}

static struct slice lower(struct slice s, uint8_t *b)
{
    for (size_t i = 0; i < s.n; i++)
        b[i] = fold_ascii(s.p[i]);
    return slice_of(b, s.n);
}

void dispatch_done(struct dispatch *d)
{
    if (d->nwant > 0)
        qsort(d->want, d->nwant, sizeof *d->want, by_channel);
    for (size_t i = 0; i < d->nwant; i++) {
        struct slice name = slice_str(d->want[i].target->channel);
        bool is_new = false;
        uint64_t *at;

        if (!name.p) {
            d->nanywhere++;
            continue;
        }
        name = lower(name, arena_zalloc(&d->arena, name.n + 1, 1));
        at = map_put(&d->channel, name, (uint64_t)i << 32, &is_new);
        ++*at;
    }
}

bool dispatch_takes(const struct dispatch *d, size_t source, struct event *ev, enum twin_kind *ret)
{
    const struct logsource *ls = &d->source[source];

    for (size_t i = 0; i < ls->n; i++) {
        if (!logsource_target_takes(&ls->target[i], ev))
            continue;
        *ret = ls->target[i].twin;
        return true;
    }
    return false;
}

static bool want_takes(const struct want *w, struct slice provider, uint32_t id)
{
    size_t low = 0, high = w->n;

    if (w->target->provider && !slice_eq_nocase(slice_str(w->target->provider), provider))
        return false;
    if (w->any)
        return true;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (w->id[middle] == id)
            return true;
        if (w->id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool dispatch_wants(const struct dispatch *d, struct slice provider, struct slice channel,
                    uint32_t event_id)
{
    uint8_t b[CHANNEL_MOST];
    const uint64_t *at;

    for (size_t i = 0; i < d->nanywhere; i++)
        if (want_takes(&d->want[i], provider, event_id))
            return true;
    if (channel.n > sizeof b)
        return true;
    at = channel.p ? map_get(&d->channel, lower(channel, b)) : NULL;
    if (!at)
        return false;
    for (size_t i = 0; i < (*at & UINT32_MAX); i++)
        if (want_takes(&d->want[(*at >> 32) + i], provider, event_id))
            return true;
    return false;
}
