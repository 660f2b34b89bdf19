/* group.c - the rules that look at an event, found by channel, provider and EventID.
 *
 * May include base/, event/, rule/, this folder. */
#include "match/group.h"

#include "base/fold.h"
#include "base/limits.h"
#include "base/mem.h"

#include <stdlib.h>

/* Longer names of channels and providers have no entry: none of ours is so long. */
#define KEY_MOST 512
/* Flags and EventID. */
#define KEY_HEAD 5
/* Log sources of one key that look at a field besides (registry_add): two are known. */
#define MAYBE_MOST 4
/* Events of a gap before it gets a table. */
#define GAP_PATIENCE 3

/* A group for each set of log sources that the key allows and an event's fields decide. */
struct key_entry {
    uint32_t maybe[MAYBE_MOST]; /* log sources that look at a field */
    size_t nmaybe;
    bool many;                            /* more than fit: nothing is kept */
    struct group *group[1 << MAYBE_MOST]; /* by bits of maybe; made on demand */
    struct slice key;
};

/* An entry of late, with its key as it was written and the form of its event: logs alternate between a
 * few kinds of events. */
struct recent {
    struct key_entry *entry; /* NULL: none */
    uint32_t form;           /* number of the shape */
    bool plain;              /* event_id_is_plain */
    bool has_id;             /* the one field named EventID is id_at, of VALUE_U16 */
    uint32_t id_at;
    size_t n; /* bytes of the key */
    struct form fields;
    uint8_t key[KEY_MOST];
};

#define RECENT 64 /* a power of two */

void groups_init(struct groups *g, const struct index *ix)
{
    *g = (struct groups){ .ix = ix };
    /* No hard cap: groups_find empties it when it has grown over LIMIT_GROUP_ARENA. */
    arena_init(&g->arena, SIZE_MAX);
    map_init(&g->by_key, map_seed());
    g->gap = xcalloc(LIMIT_GAPS, sizeof *g->gap);
    g->silent = xcalloc(ix->nfield + 1, sizeof *g->silent);
    g->silent_now = xcalloc(ix->nfield + 1, sizeof *g->silent_now);
    g->recent = xcalloc(RECENT, sizeof *g->recent);
}

static void gaps_forget(struct groups *g)
{
    for (size_t i = 0; i < g->ngap; i++)
        trigger_table_release(&g->gap[i]->trigger);
    g->ngap = 0;
}

void groups_release(struct groups *g)
{
    gaps_forget(g);
    map_release(&g->by_key);
    arena_release(&g->arena);
    facts_release(&g->facts);
    free(g->gap);
    free(g->silent);
    free(g->now);
    free(g->silent_now);
    free(g->recent);
    *g = (struct groups){ 0 };
}

/* Input makes keys: when there are too many, all are made anew. */
static void groups_forget(struct groups *g)
{
    gaps_forget(g);
    map_clear(&g->by_key);
    arena_reset(&g->arena);
    memset(g->recent, 0, RECENT * sizeof *g->recent);
    g->forms = 0;
}

static bool target_may_take(const struct logsource_target *t, const struct event *ev)
{
    struct logsource_target bare = *t;
    struct event key = { .channel = ev->channel,
                         .provider = ev->provider,
                         .event_id = ev->event_id,
                         .has_event_id = ev->has_event_id };

    bare.field = NULL;
    return t->field && logsource_target_takes(&bare, &key);
}

static bool source_is_maybe(const struct logsource *ls, const struct event *ev)
{
    for (size_t i = 0; i < ls->n; i++)
        if (target_may_take(&ls->target[i], ev))
            return true;
    return false;
}

/* Is EventID what the record's key says, and nothing else? Then rules that demand another one are
 * out. An event may be made with a second field of that name. */
static bool event_id_is_plain(const struct event *ev)
{
    const struct value *v = NULL;
    uint64_t id = 0;

    for (size_t i = 0; i < ev->n; i++) {
        const struct field *f = &ev->field[i];

        if (f->id != FIELD_EVENTID || f->part == EVENT_RENDERING)
            continue;
        if (v || f->part != EVENT_SYSTEM)
            return false;
        v = &f->value;
    }
    if (!v || !ev->has_event_id)
        return false;
    if (v->type == VALUE_U16 || v->type == VALUE_U32)
        return value_u64(v, &id) == EV_OK && id == ev->event_id;
    if (v->type != VALUE_UTF8 || v->n == 0 || v->n > 10 || v->p[0] == '0')
        return false;
    for (uint32_t k = 0; k < v->n; k++) {
        if (v->p[k] < '0' || v->p[k] > '9')
            return false;
        id = id * 10 + (uint64_t)(v->p[k] - '0');
    }
    return id == ev->event_id;
}

/* Flags, EventID, channel, NUL, provider, as they are. 0 when it does not fit. */
static size_t key_make(const struct event *ev, bool plain, uint8_t b[KEY_MOST])
{
    uint8_t flags = (uint8_t)(ev->has_event_id | plain << 1 | (ev->channel.p != NULL) << 2 |
                              (ev->provider.p != NULL) << 3);

    if (ev->channel.n + ev->provider.n + KEY_HEAD + 1 > KEY_MOST)
        return 0;
    b[0] = flags;
    memcpy(b + 1, &ev->event_id, 4);
    if (ev->channel.n > 0)
        memcpy(b + KEY_HEAD, ev->channel.p, ev->channel.n);
    b[KEY_HEAD + ev->channel.n] = 0;
    if (ev->provider.n > 0)
        memcpy(b + KEY_HEAD + ev->channel.n + 1, ev->provider.p, ev->provider.n);
    return ev->channel.n + ev->provider.n + KEY_HEAD + 1;
}

/* Is this key_make's of the event? */
static bool key_is(const uint8_t *b, size_t n, const struct event *ev, bool plain)
{
    const uint8_t *channel = b + KEY_HEAD, *provider = channel + ev->channel.n + 1;
    uint8_t flags = (uint8_t)(ev->has_event_id | plain << 1 | (ev->channel.p != NULL) << 2 |
                              (ev->provider.p != NULL) << 3);

    return n == ev->channel.n + ev->provider.n + KEY_HEAD + 1 && b[0] == flags &&
           memcmp(b + 1, &ev->event_id, 4) == 0 && provider[-1] == 0 &&
           memo_bytes_eq(channel, ev->channel.p, ev->channel.n) &&
           memo_bytes_eq(provider, ev->provider.p, ev->provider.n);
}

static struct key_entry *entry_new(struct groups *g, const struct event *ev)
{
    struct key_entry *e = arena_zalloc(&g->arena, 1, sizeof *e);
    const struct dispatch *d = &g->ix->m->dispatch;

    for (size_t i = 0; i < d->n && !e->many; i++) {
        if (!source_is_maybe(&d->source[i], ev))
            continue;
        e->many = e->nmaybe == MAYBE_MOST;
        if (!e->many)
            e->maybe[e->nmaybe++] = (uint32_t)i;
    }
    return e;
}

/* Names are the same in any case: a log that plays with it does not make more entries. */
static struct key_entry *entry_find(struct groups *g, const struct event *ev, uint8_t *b, size_t n)
{
    struct slice key = slice_of(b, n);
    struct key_entry *e;
    uint64_t *known;

    for (size_t i = KEY_HEAD; i < n; i++)
        b[i] = fold_ascii(b[i]);
    known = map_get(&g->by_key, key);
    e = known ? (struct key_entry *)(uintptr_t)*known : entry_new(g, ev);
    if (!known)
        map_put(&g->by_key, arena_dup(&g->arena, key), (uint64_t)(uintptr_t)e, NULL);
    return e;
}

/* Is the event like the one of late in channel, provider, EventID and form? */
static bool recent_is(const struct recent *r, const struct event *ev)
{
    bool plain = r->plain;

    if (!r->entry || !form_is(&r->fields, ev))
        return false;
    if (r->has_id) {
        const struct value *v = &ev->field[r->id_at].value;

        plain = ev->has_event_id && v->n == 2 && (uint32_t)(v->p[0] | v->p[1] << 8) == ev->event_id;
    }
    return plain == r->plain && key_is(r->key, r->n, ev, plain);
}

/* Where the one field named EventID is; false when there is none, or not one that recent_is reads. */
static bool find_id(const struct event *ev, uint32_t *ret_at)
{
    size_t n = 0;

    for (uint32_t i = 0; i < ev->n; i++)
        if (ev->field[i].id == FIELD_EVENTID && ev->field[i].part != EVENT_RENDERING) {
            n++;
            *ret_at = i;
        }
    return n == 1 && ev->field[*ret_at].part == EVENT_SYSTEM &&
           ev->field[*ret_at].value.type == VALUE_U16;
}

static size_t recent_place(const struct event *ev)
{
    size_t h = ev->event_id ^ ev->n << 1;

    for (size_t i = ev->n > 4 ? ev->n - 4 : 0; i < ev->n; i++)
        h = h * 31 + ev->field[i].value.type;
    return (h ^ h >> 6) % RECENT;
}

static struct key_entry *entry_of(struct groups *g, const struct event *ev)
{
    struct recent *r = &g->recent[recent_place(ev)];
    uint8_t b[KEY_MOST];
    bool plain;
    size_t n;

    g->form = r->form;
    if (recent_is(r, ev))
        return r->entry;
    g->form = 0;
    plain = event_id_is_plain(ev);
    n = key_make(ev, plain, b);
    if (n == 0)
        return entry_new(g, ev);
    r->entry = NULL;
    r->has_id = find_id(ev, &r->id_at);
    /* What recent_is cannot tell from the shape is not kept. */
    if (ev->n > LAYOUT_MOST || (!r->has_id && plain))
        return entry_find(g, ev, b, n);
    memcpy(r->key, b, n);
    r->n = n;
    r->plain = plain;
    form_set(&r->fields, ev, &g->arena);
    r->form = g->form = ++g->forms;
    r->entry = entry_find(g, ev, b, n);
    return r->entry;
}

static bool rule_allows(const struct index *ix, uint32_t rule, const struct event *ev, bool plain)
{
    const struct ids *ids = &ix->ids[rule];

    if (ids->any || !plain)
        return true;
    for (size_t i = 0; i < ids->n; i++)
        if (ids->v[i] == ev->event_id)
            return true;
    return false;
}

/* The i-th test of a rule is a keyword. */
static void cohort_keyword(const struct index *ix, struct cohort *c, uint32_t rule, size_t i)
{
    uint32_t atom = ix->programs.v[rule].atom[i];

    c->no_keywords = ix->ignores[ix->nfield];
    words_add(&c->words, atom == FACT_NONE || (atom & IS_LEAF) ? 0 : ix->word[atom]);
}

static void cohort_read(const struct index *ix, struct cohort *c, uint32_t rule, size_t i)
{
    const struct test *t = ix->m->rule[rule].rule->test[i];

    if (t->kind != TEST_PATTERN && t->kind != TEST_REGEX)
        return;
    if (!t->field.p)
        cohort_keyword(ix, c, rule, i);
    else if (t->field_id < ix->nfield && ix->sieve[t->field_id])
        c->look[t->field_id] |= LOOK_READS;
}

static void cohort_carries(struct groups *g, struct cohort *c, const struct compiled *r)
{
    if (r->ncarried == 0)
        return;
    c->open[c->nopen++] = r->rule->index;
    for (size_t i = 0; i < r->ncarried; i++) {
        uint32_t id = r->carried[i];

        if (id == NAME_NONE || g->silent[id])
            continue;
        g->silent[id] = true;
        c->carried[c->ncarried++] = id;
    }
}

static void gap_rules(struct groups *g, struct cohort *c, struct gap *s);

static bool id_is_mute(uint32_t id)
{
    return id == FIELD_COMMANDLINE || id == FIELD_PARENTIMAGE || id == FIELD_PARENTPROCESSNAME;
}

/* is_4688: the cohort's events are. */
static void cohort_fill(struct groups *g, struct cohort *c, bool is_4688)
{
    const struct index *ix = g->ix;
    size_t fields = 0;

    c->look = arena_zalloc(&g->arena, ix->nfield + 1, sizeof *c->look);
    c->last = arena_zalloc(&g->arena, ix->nfield + 1, sizeof *c->last);
    c->no_keywords = UINT32_MAX;
    words_init(&c->words);
    c->open = arena_zalloc(&g->arena, c->n + 1, sizeof *c->open);
    for (size_t i = 0; i < c->n; i++)
        fields += ix->m->rule[c->rule[i]].ncarried;
    fields = fields < ix->nfield ? fields : ix->nfield;
    c->carried = arena_zalloc(&g->arena, fields + 1, sizeof *c->carried);
    for (size_t i = 0; i < c->n; i++) {
        const struct compiled *r = &ix->m->rule[c->rule[i]];

        for (size_t k = 0; k < r->rule->ntest; k++)
            cohort_read(ix, c, c->rule[i], k);
        cohort_carries(g, c, r);
    }
    for (uint32_t i = 0; i < c->ncarried; i++) {
        uint32_t id = c->carried[i];

        g->silent[id] = false;
        c->look[id] |= LOOK_CARRIED | (is_4688 && id_is_mute(id) ? LOOK_MUTE : 0) | i;
    }
    if (bit_words(c->ncarried) > g->now_words) {
        g->now_words = bit_words(c->ncarried);
        g->now = xrealloc(g->now, g->now_words, sizeof *g->now);
    }
    c->full.silent = arena_zalloc(&g->arena, bit_words(c->ncarried), sizeof *c->full.silent);
    gap_rules(g, c, &c->full);
    c->full.built = true;
}

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Adds the rules of a log source that the event's key allows. */
static void group_add(struct groups *g, struct group *ret, size_t source, enum twin_kind twin,
                      const struct event *ev, bool plain)
{
    const struct index *ix = g->ix;
    struct cohort *c = NULL;
    uint32_t *wider;
    size_t most = ix->first[source + 1] - ix->first[source];

    for (size_t i = 0; i < ret->n; i++)
        if (ret->cohort[i]->twin == twin)
            c = ret->cohort[i];
    if (!c) {
        c = arena_zalloc(&g->arena, 1, sizeof *c);
        c->twin = twin;
        c->number = g->cohorts++;
        ret->cohort[ret->n++] = c;
    }
    wider = arena_zalloc(&g->arena, c->n + most + 1, sizeof *wider);
    if (c->n > 0)
        memcpy(wider, c->rule, c->n * sizeof *wider);
    c->rule = wider;
    for (size_t i = ix->first[source]; i < ix->first[source + 1]; i++)
        if (rule_allows(ix, ix->rule_of[i], ev, plain))
            c->rule[c->n++] = ix->rule_of[i];
}

static struct group *group_new(struct groups *g, struct event *ev)
{
    struct group *ret = arena_zalloc(&g->arena, 1, sizeof *ret);
    const struct dispatch *d = &g->ix->m->dispatch;
    bool plain = event_id_is_plain(ev);

    for (size_t i = 0; i < d->n; i++) {
        enum twin_kind twin;

        if (dispatch_takes(d, i, ev, &twin))
            group_add(g, ret, i, twin, ev, plain && !twin_adds_ids(twin));
    }
    for (size_t i = 0, all = ret->n; i < all; i++) {
        struct cohort *c = ret->cohort[i];

        if (c->n > 0)
            qsort(c->rule, c->n, sizeof *c->rule, ascending);
        cohort_fill(g, c, event_is_4688(ev));
    }
    return ret;
}

const struct group *groups_find(struct groups *g, struct event *ev)
{
    struct key_entry *e;
    unsigned bits = 0;

    if (g->arena.used > LIMIT_GROUP_ARENA || g->forms == UINT32_MAX)
        groups_forget(g);
    e = entry_of(g, ev);
    for (size_t i = 0; i < e->nmaybe; i++) {
        enum twin_kind twin;

        if (dispatch_takes(&g->ix->m->dispatch, e->maybe[i], ev, &twin))
            bits |= 1U << i;
    }
    if (!e->group[bits] || e->many)
        e->group[bits] = group_new(g, ev);
    return e->group[bits];
}

/* Does the rule read a field that is silent in the gap being built? */
static bool rule_is_open(const struct groups *g, const struct compiled *r)
{
    for (size_t i = 0; i < r->ncarried; i++)
        if (r->carried[i] == NAME_NONE || g->silent[r->carried[i]])
            return true;
    return false;
}

/* What an open rule waits for: that Kleene's reading is other than false; or that the plain one is,
 * and that the rule is touched. False: it must always be looked at. */
static bool open_trigger(struct groups *g, uint32_t rule)
{
    const struct index *ix = g->ix;

    g->facts.n = 0;
    if (trigger_of(&ix->programs, ix->share, rule, g->silent, &g->facts))
        return true;
    return trigger_of(&ix->programs, ix->share, rule, NULL, &g->facts) &&
           trigger_touch(&ix->programs, rule, g->silent, &g->facts);
}

struct pairs {
    struct trigger_pair *v;
    size_t n, room;
};

static void pairs_add(struct pairs *p, const struct facts *f, uint32_t rule)
{
    if (p->n + f->n > p->room) {
        p->room = 2 * (p->n + f->n);
        p->v = xrealloc(p->v, p->room, sizeof *p->v);
    }
    for (size_t i = 0; i < f->n; i++)
        p->v[p->n++] = (struct trigger_pair){ f->v[i], rule };
}

/* Fills in what the rules of c wait for when g->silent holds. */
static void gap_rules(struct groups *g, struct cohort *c, struct gap *s)
{
    const struct index *ix = g->ix;
    struct pairs pairs = { 0 };

    s->waits = arena_zalloc(&g->arena, bit_words(ix->m->n), sizeof *s->waits);
    s->always = arena_zalloc(&g->arena, c->n + 1, sizeof *s->always);
    for (size_t i = 0; i < c->n; i++) {
        uint32_t rule = c->rule[i];

        if (rule_is_open(g, &ix->m->rule[rule])) {
            if (open_trigger(g, rule))
                pairs_add(&pairs, &g->facts, rule);
            else
                s->always[s->nalways++] = rule;
        } else if (bit_has(ix->always, rule)) {
            s->always[s->nalways++] = rule;
        } else {
            bit_add(s->waits, rule);
        }
    }
    if (pairs.n > 0)
        trigger_table_init(&s->trigger, pairs.v, pairs.n);
    free(pairs.v);
}

static void gap_build(struct groups *g, struct cohort *c, struct gap *s)
{
    for (size_t i = 0; i < c->ncarried; i++)
        g->silent[c->carried[i]] = bit_has(s->silent, i);
    gap_rules(g, c, s);
    for (size_t i = 0; i < c->ncarried; i++)
        g->silent[c->carried[i]] = false;
    s->built = true;
}

static struct gap *gap_new(struct groups *g, struct cohort *c)
{
    struct gap *s;

    if (g->ngap == LIMIT_GAPS)
        return NULL;
    s = arena_zalloc(&g->arena, 1, sizeof *s);
    s->silent = arena_zalloc(&g->arena, bit_words(c->ncarried), sizeof *s->silent);
    memcpy(s->silent, g->now, bit_words(c->ncarried) * sizeof *s->silent);
    s->next = c->gap;
    c->gap = s;
    g->gap[g->ngap++] = s;
    return s;
}

const struct gap *groups_gap(struct groups *g, struct cohort *c)
{
    size_t n = bit_words(c->ncarried);
    uint64_t any = 0;
    struct gap *s;

    for (size_t i = 0; i < n; i++)
        any |= g->now[i];
    if (!any)
        return &c->full;
    for (s = c->gap; s; s = s->next)
        if (memcmp(s->silent, g->now, n * sizeof *g->now) == 0)
            break;
    if (!s)
        s = gap_new(g, c);
    if (!s)
        return NULL;
    if (!s->built && ++s->seen >= GAP_PATIENCE)
        gap_build(g, c, s);
    return s->built ? s : NULL;
}

void groups_tell(struct groups *g, const struct cohort *c)
{
    for (size_t i = 0; i < c->ncarried; i++)
        g->silent_now[c->carried[i]] = bit_has(g->now, i);
}
