/* coverage_totals.c - the answers of all rules summed up: tactics, techniques, causes, and what no
 * rule looks at. */
#include "base/limits.h"
#include "base/map.h"
#include "knowledge/coverage.h"
#include "match/dispatch.h"

static void add_group(struct coverage *c, const struct attack_entry *e, enum cover_state s,
                      bool tactic)
{
    struct cover_group *v = tactic ? c->tactics.v : c->techniques.v;
    const size_t n = tactic ? c->tactics.n : c->techniques.n;
    struct cover_group new = { .entry = e };
    for (size_t i = 0; i < n; i++) {
        if (v[i].entry == e) {
            v[i].n[s]++;
            return;
        }
    }
    new.n[s] = 1;
    if (tactic)
        vec_push(&c->tactics, SIZE_MAX, new);
    else
        vec_push(&c->techniques, SIZE_MAX, new);
}

/* Each current entry of the rule's tags once. */
static void add_tags(struct coverage *c, const struct rule *r, enum attack_kind kind)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t n = attack_tags(c->attack, r, kind, tag, ATTACK_TAGS);
    n = n < ATTACK_TAGS ? n : ATTACK_TAGS;
    for (size_t i = 0; i < n; i++) {
        const struct attack_entry *e = tag[i].now;
        bool again = e == NULL;
        for (size_t k = 0; k < i && !again; k++)
            again = tag[k].now == e;
        if (!again)
            add_group(c, e, (enum cover_state)c->best[r->index], kind == ATTACK_TACTIC);
    }
}

static int by_id(const void *pa, const void *pb)
{
    const struct cover_group *a = pa, *b = pb;
    if (a->entry->order != b->entry->order)
        return a->entry->order < b->entry->order ? -1 : 1;
    return strcmp(a->entry->id, b->entry->id);
}

static void groups(struct coverage *c)
{
    for (size_t i = 0; i < c->rules->n; i++) {
        if (!coverage_shows(c, c->rules->rule[i]))
            continue;
        add_tags(c, c->rules->rule[i], ATTACK_TACTIC);
        add_tags(c, c->rules->rule[i], ATTACK_TECHNIQUE);
    }
    if (c->tactics.n)
        qsort(c->tactics.v, c->tactics.n, sizeof *c->tactics.v, by_id);
    if (c->techniques.n)
        qsort(c->techniques.v, c->techniques.n, sizeof *c->techniques.v, by_id);
}

static int by_rules(const void *pa, const void *pb)
{
    const struct cover_cause *a = pa, *b = pb;
    if (a->rules != b->rules)
        return a->rules > b->rules ? -1 : 1;
    int d = slice_cmp(a->text, b->text);
    return d ? d : (a->state > b->state) - (a->state < b->state);
}

/* Why rules are below COVER_FIRE, on the computer that is best for each. */
static void causes(struct coverage *c)
{
    struct buf text;
    struct map at[COVER_FIRE];
    buf_init(&text, LIMIT_LITERAL);
    for (int s = 0; s < COVER_FIRE; s++)
        map_init(&at[s], 0);
    for (size_t i = 0; i < c->rules->n && c->nhost > 0; i++) {
        const struct rule *r = c->rules->rule[i];
        if (c->best[i] == COVER_FIRE || !coverage_shows(c, r))
            continue;
        const struct cover one = coverage_judge(c, c->best_host[i], r);
        bool new;
        buf_clear(&text);
        cover_cause_text(&one, &text);
        const struct slice key = arena_dup(&c->arena, buf_view(&text));
        if (!key.p)
            continue;
        uint64_t *n = map_put(&at[one.state], key, c->causes.n, &new);
        if (new)
            vec_push(&c->causes, SIZE_MAX, (struct cover_cause){ key, one.state, 1 });
        else
            c->causes.v[*n].rules++;
    }
    for (int s = 0; s < COVER_FIRE; s++)
        map_release(&at[s]);
    buf_release(&text);
    if (c->causes.n)
        qsort(c->causes.v, c->causes.n, sizeof *c->causes.v, by_rules);
}

/* --- events that no rule looks at --- */

static void looked_at(const struct coverage *c, struct dispatch *d)
{
    dispatch_init(d);
    for (size_t i = 0; i < c->rules->n; i++) {
        const struct cover_rule *r = &c->rule[i];
        bool anywhere = false; /* keywords over all logs: no look at an event of its own */
        for (size_t k = 0; k < r->nneed; k++)
            anywhere |= r->need[k].channel == NULL;
        if (r->nneed > 0 && !anywhere)
            (void)dispatch_add(d, c->rules->rule[i]);
    }
    dispatch_done(d);
}

static int by_key(const void *pa, const void *pb)
{
    const struct cover_blank *a = pa, *b = pb;
    int d = slice_cmp(a->channel, b->channel);
    if (d)
        return d;
    if (a->event_id != b->event_id)
        return a->event_id < b->event_id ? -1 : 1;
    return slice_cmp(a->provider, b->provider);
}

static int by_number(const void *pa, const void *pb)
{
    const struct cover_blank *a = pa, *b = pb;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return by_key(pa, pb);
}

/* Sorted by key before: those of all computers become one. */
static void join_blanks(struct coverage *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->blanks.n; i++) {
        struct cover_blank *b = &c->blanks.v[i];
        if (n && by_key(&c->blanks.v[n - 1], b) == 0) {
            c->blanks.v[n - 1].n += b->n;
            c->blanks.v[n - 1].hosts += b->hosts;
        } else {
            c->blanks.v[n++] = *b;
        }
    }
    c->blanks.n = n;
}

static void blanks(struct coverage *c)
{
    const struct evidence *e = c->evidence;
    struct dispatch d;
    if (e->one_host) /* nobody counted */
        return;
    looked_at(c, &d);
    for (size_t h = 0; h < e->nhost; h++) {
        for (size_t k = 0; k < e->host[h].nchannel; k++) {
            const struct evidence_channel *ch = &e->host[h].channel[k];
            for (size_t i = 0; i < ch->nid; i++) {
                const struct evidence_id *id = &ch->id[i];
                if (dispatch_wants(&d, id->provider, ch->name, id->event_id))
                    continue;
                c->blank_events += id->n;
                vec_push(&c->blanks, SIZE_MAX,
                         (struct cover_blank){ ch->name, id->provider, id->event_id, id->n, 1 });
            }
        }
    }
    dispatch_release(&d);
    if (c->blanks.n)
        qsort(c->blanks.v, c->blanks.n, sizeof *c->blanks.v, by_key);
    join_blanks(c);
    if (c->blanks.n)
        qsort(c->blanks.v, c->blanks.n, sizeof *c->blanks.v, by_number);
    if (c->blanks.n > LIMIT_COVER_BLANKS) {
        c->more_blanks = c->blanks.n - LIMIT_COVER_BLANKS;
        c->blanks.n = LIMIT_COVER_BLANKS;
    }
}

void coverage_totals(struct coverage *c)
{
    groups(c);
    causes(c);
    blanks(c);
}
