/* indexed.c - the matcher whose cost does not grow with the number of rules.
 *
 * An event's values are looked through once, each by the sieve of its field, or found in the memo.
 * That gives facts; facts wake the few rules that wait for them; programs decide those. A rule that
 * makes a row is then explained by naive.c, so that reasons are the oracle's own.
 * May include base/, event/, rule/, this folder. */
#include "match/indexed.h"

#include "base/limits.h"
#include "base/mem.h"
#include "match/group.h"

#include <stdlib.h>

struct index_state {
    const struct index *ix;
    struct groups groups;
    struct memo *memo;
    struct sieve_state sieve;
    uint32_t *stamp; /* by fact: the round in which it was true last */
    uint32_t *fact;  /* of this round, nfact of them */
    size_t nfact;
    uint32_t *list;   /* facts of one value */
    uint32_t *listed; /* by fact: the list in which it stands last */
    uint32_t lists;
    uint32_t *woken;     /* by rule: the round */
    uint32_t *candidate; /* rules of this round, ncandidate of them */
    size_t ncandidate;
    struct answers answers;
};

/* --- building --- */

static void link_sources(struct index *ix)
{
    const struct matcher *m = ix->m;
    uint32_t *fill = xcalloc(m->dispatch.n + 1, sizeof *fill);

    ix->first = xcalloc(m->dispatch.n + 1, sizeof *ix->first);
    ix->rule_of = xcalloc(m->n + 1, sizeof *ix->rule_of);
    for (size_t i = 0; i < m->n; i++)
        if (m->rule[i].source != SIZE_MAX)
            ix->first[m->rule[i].source + 1]++;
    for (size_t i = 0; i < m->dispatch.n; i++)
        ix->first[i + 1] += ix->first[i];
    for (size_t i = 0; i < m->n; i++) {
        size_t source = m->rule[i].source;

        if (source != SIZE_MAX)
            ix->rule_of[ix->first[source] + fill[source]++] = (uint32_t)i;
    }
    free(fill);
}

/* Atoms sorted by field, and one sieve for each. */
static void build_sieves(struct index *ix, const struct rarity *r)
{
    const struct atoms *a = &ix->programs.atoms;
    uint32_t *start = xcalloc(ix->nfield + 2, sizeof *start);
    uint32_t *which = xcalloc(a->n + 1, sizeof *which), *fill;

    for (size_t i = 0; i < a->n; i++)
        start[(a->v[i].field == ATOM_ANY_FIELD ? ix->nfield : a->v[i].field) + 1]++;
    for (size_t i = 0; i <= ix->nfield; i++)
        start[i + 1] += start[i];
    fill = xcalloc(ix->nfield + 1, sizeof *fill);
    for (size_t i = 0; i < a->n; i++) {
        size_t field = a->v[i].field == ATOM_ANY_FIELD ? ix->nfield : a->v[i].field;

        which[start[field] + fill[field]++] = (uint32_t)i;
    }
    ix->sieve = xcalloc(ix->nfield + 1, sizeof(struct sieve *));
    for (size_t i = 0; i <= ix->nfield; i++) {
        size_t n = start[i + 1] - start[i];

        if (n > ix->most_atoms)
            ix->most_atoms = n;
        if (n > 0)
            ix->sieve[i] = sieve_new(a, which + start[i], n, r);
    }
    free(start);
    free(which);
    free(fill);
}

static void build_triggers(struct index *ix)
{
    const struct matcher *m = ix->m;
    struct facts facts = { 0 };
    struct trigger_pair *pair = NULL;
    size_t n = 0, room = 0;

    ix->always = xcalloc(bit_words(m->n), sizeof *ix->always);
    for (size_t i = 0; i < m->n; i++) {
        if (m->rule[i].source == SIZE_MAX)
            continue;
        facts.n = 0;
        if (!trigger_of(&ix->programs, ix->share, i, NULL, &facts))
            bit_add(ix->always, i);
        if (n + facts.n > room) {
            room = 2 * (n + facts.n);
            pair = xrealloc(pair, room, sizeof *pair);
        }
        for (size_t k = 0; k < facts.n; k++)
            pair[n++] = (struct trigger_pair){ facts.v[k], (uint32_t)i };
    }
    trigger_table_init(&ix->trigger, pair, n);
    free(pair);
    facts_release(&facts);
}

int index_new(const struct matcher *m, struct index **ret, struct ev_err *err)
{
    struct index *ix = xcalloc(1, sizeof *ix);
    struct rarity *rarity = xcalloc(1, sizeof *rarity);
    int rc = EV_OK;

    ix->m = m;
    ix->nfield = names_count(m->rs->names);
    arena_init(&ix->arena, LIMIT_RULE_ARENA);
    programs_init(&ix->programs, m->n, &ix->arena);
    ix->ids = xcalloc(m->n + 1, sizeof *ix->ids);
    rarity_init(rarity);
    for (size_t i = 0; i < m->n && rc == EV_OK; i++) {
        rule_ids(m->rule[i].rule, &ix->ids[i]);
        rc = programs_add(&ix->programs, m->rule[i].rule, m->rule[i].leaf, err);
    }
    if (rc == EV_OK) {
        programs_done(&ix->programs);
        ix->share = trigger_shares(&ix->programs, rarity);
        build_sieves(ix, rarity);
        build_triggers(ix);
        link_sources(ix);
        *ret = ix;
    } else {
        index_free(ix);
    }
    free(rarity);
    return rc;
}

void index_free(struct index *ix)
{
    if (!ix)
        return;
    for (size_t i = 0; ix->sieve && i <= ix->nfield; i++)
        sieve_free(ix->sieve[i]);
    free(ix->sieve);
    free(ix->share);
    free(ix->always);
    free(ix->first);
    free(ix->rule_of);
    free(ix->ids);
    trigger_table_release(&ix->trigger);
    programs_release(&ix->programs);
    arena_release(&ix->arena);
    free(ix);
}

/* --- one worker --- */

struct index_state *index_state_new(const struct matcher *m)
{
    struct index_state *st = xcalloc(1, sizeof *st);
    const struct index *ix = m->index;
    size_t facts = ix->programs.nfact;

    st->ix = ix;
    groups_init(&st->groups, ix);
    st->memo = memo_new();
    sieve_state_init(&st->sieve, ix->most_atoms);
    st->stamp = xcalloc(facts + 1, sizeof *st->stamp);
    st->fact = xcalloc(facts + 1, sizeof *st->fact);
    st->list = xcalloc(facts + 1, sizeof *st->list);
    st->listed = xcalloc(facts + 1, sizeof *st->listed);
    st->woken = xcalloc(m->n + 1, sizeof *st->woken);
    st->candidate = xcalloc(m->n + 1, sizeof *st->candidate);
    st->answers = (struct answers){ .programs = &ix->programs, .stamp = st->stamp };
    st->answers.asked = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.asked);
    st->answers.answer = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.answer);
    return st;
}

void index_state_free(struct index_state *st)
{
    if (!st)
        return;
    groups_release(&st->groups);
    memo_free(st->memo);
    sieve_state_release(&st->sieve);
    free(st->stamp);
    free(st->fact);
    free(st->list);
    free(st->listed);
    free(st->woken);
    free(st->candidate);
    free(st->answers.asked);
    free(st->answers.answer);
    free(st);
}

/* --- one event --- */

static void round_begin(struct index_state *st, struct scratch *s, struct view *v)
{
    const struct index *ix = st->ix;
    struct answers *a = &st->answers;

    a->round++;
    if (a->round == 0) { /* after 2^32 rounds old stamps would look new */
        memset(st->stamp, 0, ix->programs.nfact * sizeof *st->stamp);
        memset(st->woken, 0, ix->m->n * sizeof *st->woken);
        memset(a->asked, 0, ix->programs.nleaf * sizeof *a->asked);
        a->round = 1;
    }
    a->view = v;
    a->regex = s->regex;
    st->nfact = 0;
    st->ncandidate = 0;
}

static void establish(struct index_state *st, const uint32_t *fact, size_t n)
{
    uint32_t round = st->answers.round;

    for (size_t i = 0; i < n; i++) {
        if (st->stamp[fact[i]] == round)
            continue;
        st->stamp[fact[i]] = round;
        st->fact[st->nfact++] = fact[i];
    }
}

static size_t list_fact(struct index_state *st, size_t n, uint32_t fact)
{
    if (st->listed[fact] == st->lists)
        return n;
    st->listed[fact] = st->lists;
    st->list[n] = fact;
    return n + 1;
}

/* The atoms of the last scan, and the sets that they are in, each once. */
static size_t list_facts(struct index_state *st)
{
    const struct programs *p = &st->ix->programs;
    size_t n = 0;

    st->lists++;
    if (st->lists == 0) {
        memset(st->listed, 0, p->nfact * sizeof *st->listed);
        st->lists = 1;
    }
    for (size_t i = 0; i < st->sieve.n; i++) {
        uint32_t atom = st->sieve.atom[i];

        n = list_fact(st, n, atom);
        for (uint32_t k = p->first[atom]; k < p->first[atom + 1]; k++)
            n = list_fact(st, n, p->member_of[k]);
    }
    return n;
}

static void scan_value(struct index_state *st, struct view *v, uint32_t i, size_t sieve)
{
    const struct value *value = &v->event.field[i].value;
    struct memo_key key = { .bytes = slice_of(value->p, value->n),
                            .sieve = (uint32_t)sieve,
                            .type = value->type };
    bool fits = value->n <= LIMIT_MEMO_VALUE;
    const uint32_t *fact;
    size_t n;

    if (fits) {
        memo_hash(st->memo, &key);
        if (memo_find(st->memo, &key, &fact, &n)) {
            establish(st, fact, n);
            return;
        }
    }
    sieve_scan(st->ix->sieve[sieve], &st->sieve, event_text(&v->event, i), view_folded(v, i));
    n = list_facts(st);
    if (fits)
        memo_add(st->memo, &key, st->list, n);
    establish(st, st->list, n);
}

static void scan_event(struct index_state *st, const struct cohort *c, struct view *v)
{
    const struct index *ix = st->ix;

    for (uint32_t i = 0; i < v->event.n; i++) {
        const struct field *f = &v->event.field[i];

        if (c->keywords)
            scan_value(st, v, i, ix->nfield);
        if (f->id < ix->nfield && f->part != EVENT_RENDERING && bit_has(c->reads, f->id))
            scan_value(st, v, i, f->id);
    }
}

static void wake(struct index_state *st, uint32_t rule)
{
    if (st->woken[rule] == st->answers.round)
        return;
    st->woken[rule] = st->answers.round;
    st->candidate[st->ncandidate++] = rule;
}

static void wake_all(struct index_state *st, const uint32_t *rule, size_t n)
{
    for (size_t i = 0; i < n; i++)
        wake(st, rule[i]);
}

static void find_candidates(struct index_state *st, struct cohort *c, struct view *v)
{
    const struct gap *s = groups_gap(&st->groups, c, v);
    const uint32_t *rule;
    size_t n;

    if (!s) {
        wake_all(st, c->open, c->nopen);
        s = &c->full;
    }
    for (size_t i = 0; i < st->nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->fact[i], &n);
        for (size_t k = 0; k < n; k++)
            if (bit_has(s->waits, rule[k]))
                wake(st, rule[k]);
        if (!s->trigger.run)
            continue;
        rule = trigger_table_get(&s->trigger, st->fact[i], &n);
        wake_all(st, rule, n);
    }
    wake_all(st, s->always, s->nalways);
}

/* Has the oracle write the row, with the answers that are known. */
static void explain(struct index_state *st, struct scratch *s, const struct compiled *c,
                    struct view *v)
{
    const uint32_t *atom = st->ix->programs.v[c->rule->index].atom;

    for (size_t i = 0; i < c->rule->ntest; i++) {
        s->plain[i] = 0;
        if (atom[i] != FACT_NONE)
            s->plain[i] =
                (uint8_t)(1 + (st->stamp[atom[i]] == st->answers.round ? TRI_TRUE : TRI_FALSE));
    }
    naive_decide(s, c, v);
}

static bool is_open(const struct compiled *c, struct view *v)
{
    for (size_t i = 0; i < c->ncarried; i++)
        if (view_silent(v, c->carried[i]))
            return true;
    return false;
}

static void decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v)
{
    const struct compiled *c = &st->ix->m->rule[rule];
    struct rule_counts *counts = &s->counts[rule];
    struct reading r;

    st->answers.open = is_open(c, v);
    r = program_run(&st->answers, rule);
    if (r.plain == TRI_TRUE) {
        explain(st, s, c, v);
        return;
    }
    if (r.plain == TRI_FALSE && r.kleene == TRI_UNKNOWN && program_touched(&st->answers, rule)) {
        /* A filter document may have decided what the rule leaves open. */
        if (s->m->options.possible || c->rule->nfilter > 0) {
            explain(st, s, c, v);
            return;
        }
        counts->undecided++;
    }
    counts->candidates++;
    counts->regex_limit += r.plain == TRI_UNKNOWN;
}

static int by_rule(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    return (x->rule->index > y->rule->index) - (x->rule->index < y->rule->index);
}

void index_run(const struct matcher *m, struct scratch *s, struct event *ev)
{
    struct index_state *st = s->index;
    const struct group *g = groups_find(&st->groups, ev);

    (void)m;
    for (size_t i = 0; i < g->n; i++) {
        struct view *v = scratch_twin(s, g->cohort[i]->twin, ev);

        round_begin(st, s, v);
        scan_event(st, g->cohort[i], v);
        find_candidates(st, g->cohort[i], v);
        for (size_t k = 0; k < st->ncandidate; k++)
            decide(st, s, st->candidate[k], v);
    }
    if (s->nhit > 1)
        qsort(s->hit, s->nhit, sizeof *s->hit, by_rule);
}
