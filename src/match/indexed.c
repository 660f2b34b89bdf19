/* indexed.c - the matcher whose cost does not grow with the number of rules.
 *
 * An event's values are looked through once, each by the sieve of its field, or found in the memo.
 * That gives facts; facts wake the few rules that wait for them; programs decide those. A rule that
 * makes a row is then explained by naive.c, so that reasons are the oracle's own.
 * May include base/, event/, rule/, this folder. */
#include "match/indexed.h"

#include "base/mem.h"
#include "base/stopwatch.h"
#include "match/index_state.h"

#include <stdlib.h>

struct index_state *index_state_new(const struct matcher *m)
{
    struct index_state *st = xcalloc(1, sizeof *st);
    const struct index *ix = m->index;

    st->ix = ix;
    groups_init(&st->groups, ix);
    sift_init(&st->sift, ix);
    st->woken = xcalloc(m->n + 1, sizeof *st->woken);
    st->candidate = xcalloc(m->n + 1, sizeof *st->candidate);
    st->like = xcalloc(SIFT_NUMBERS + 2 * bit_words(ix->nfield) + 1, sizeof *st->like);
    st->lesson = xcalloc(m->n + 1, sizeof *st->lesson);
    st->learned = xcalloc(m->n + LEARNED_MOST + LEARNED_HEAD + ASKED_FIELDS, sizeof *st->learned);
    st->copy = xcalloc(m->n + LEARNED_MOST + LEARNED_HEAD + ASKED_FIELDS, sizeof *st->copy);
    st->told = xcalloc(LEARNED_MOST, sizeof *st->told);
    st->answers = (struct answers){ .programs = &ix->programs, .stamp = st->sift.stamp };
    st->answers.silent = st->groups.silent_now;
    st->answers.memo = st->sift.memo;
    st->answers.asked = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.asked);
    st->answers.answer = xcalloc(ix->programs.nleaf + 1, sizeof *st->answers.answer);
    return st;
}

void index_state_free(struct index_state *st)
{
    if (!st)
        return;
    groups_release(&st->groups);
    sift_release(&st->sift);
    free(st->woken);
    free(st->candidate);
    free(st->like);
    free(st->lesson);
    free(st->learned);
    free(st->told);
    free(st->copy);
    free(st->answers.asked);
    free(st->answers.answer);
    free(st);
}

/* --- one event --- */

static void look_through(struct index_state *st, struct scratch *s, struct cohort *c,
                         struct view *v)
{
    const struct index *ix = st->ix;
    struct answers *a = &st->answers;

    if (sift_event(&st->sift, s->profile, &st->groups, c, v)) {
        memset(st->woken, 0, ix->m->n * sizeof *st->woken);
        memset(a->asked, 0, ix->programs.nleaf * sizeof *a->asked);
    }
    a->round = st->sift.round;
    a->view = v;
    a->regex = s->regex;
    st->ncandidate = 0;
    st->cohort = c;
    st->open = false;
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

void index_candidates(struct index_state *st, const struct cohort *c, const struct gap *s)
{
    const uint32_t *rule;
    size_t n;

    if (!s) {
        wake_all(st, c->open, c->nopen);
        s = &c->full;
    }
    for (size_t i = 0; i < st->sift.nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            if (bit_has(s->waits, rule[k]))
                wake(st, rule[k]);
        if (!s->trigger.run)
            continue;
        rule = trigger_table_get(&s->trigger, st->sift.fact[i], &n);
        wake_all(st, rule, n);
    }
    wake_all(st, s->always, s->nalways);
}

void index_count_woken(const struct index_state *st, struct match_profile *p,
                       const struct cohort *c, const struct gap *gap)
{
    const uint32_t *rule;
    size_t n;

    if (!gap)
        gap = &c->full;
    for (size_t i = 0; i < st->sift.nfact; i++) {
        rule = trigger_table_get(&st->ix->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken += bit_has(gap->waits, rule[k]);
        if (!gap->trigger.run)
            continue;
        rule = trigger_table_get(&gap->trigger, st->sift.fact[i], &n);
        for (size_t k = 0; k < n; k++)
            p->rule[rule[k]].woken++;
    }
}

static void run_cohort(struct index_state *st, struct scratch *s, struct cohort *c,
                       struct event *ev)
{
    struct match_profile *p = s->profile;
    struct view *v = scratch_twin(s, c->twin, ev);
    uint64_t from = p ? stopwatch_now() : 0;

    look_through(st, s, c, v);
    if (p) {
        sift_settle(&st->sift);
        from = stopwatch_lap(from, &p->ns_values);
        p->events++;
        p->facts += st->sift.nfact;
    }
    recall_run(st, s, c, v);
    if (p)
        stopwatch_lap(from, &p->ns_rules);
}

static int by_rule(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    return (x->rule->index > y->rule->index) - (x->rule->index < y->rule->index);
}

void index_run(const struct matcher *m, struct scratch *s, struct event *ev)
{
    struct index_state *st = s->index;
    const struct group *g;

    (void)m;
    sift_prepare(&st->sift);
    g = groups_find(&st->groups, ev);
    for (size_t i = 0; i < g->n; i++)
        run_cohort(st, s, g->cohort[i], ev);
    if (s->nhit > 1)
        qsort(s->hit, s->nhit, sizeof *s->hit, by_rule);
}
