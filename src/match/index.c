/* index.c - the immutable half of the indexed matcher: programs, sieves, triggers.
 *
 * May include base/, event/, rule/, this folder. */
#include "match/indexed.h"

#include "base/limits.h"
#include "base/mem.h"
#include "match/group.h"

#include <stdlib.h>

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
    ix->ignores = xcalloc(ix->nfield + 1, sizeof *ix->ignores);
    for (size_t i = 0; i <= ix->nfield; i++) {
        size_t n = start[i + 1] - start[i];

        if (n > ix->most_atoms)
            ix->most_atoms = n;
        if (n > 0)
            ix->sieve[i] = sieve_new(a, which + start[i], n, r);
        ix->ignores[i] = n > 0 ? sieve_ignores(ix->sieve[i]) : UINT32_MAX;
    }
    ix->word = xcalloc(a->n + 1, sizeof *ix->word);
    words_choose(a, r, ix->word);
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

static bool rule_is_factual(const struct index *ix, size_t rule)
{
    const struct rule *r = ix->m->rule[rule].rule;
    const uint32_t *atom = ix->programs.v[rule].atom;

    for (size_t i = 0; i < r->ntest; i++)
        if (atom[i] != FACT_NONE && (atom[i] & IS_LEAF))
            return false;
    return r->nfilter == 0;
}

static void find_factual(struct index *ix)
{
    ix->factual = xcalloc(bit_words(ix->m->n), sizeof *ix->factual);
    for (size_t i = 0; i < ix->m->n; i++)
        if (rule_is_factual(ix, i))
            bit_add(ix->factual, i);
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
        find_factual(ix);
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
    free(ix->ignores);
    free(ix->word);
    free(ix->share);
    free(ix->always);
    free(ix->factual);
    free(ix->first);
    free(ix->rule_of);
    free(ix->ids);
    trigger_table_release(&ix->trigger);
    programs_release(&ix->programs);
    arena_release(&ix->arena);
    free(ix);
}
