/* trigger.c - which facts a rule waits for.
 *
 * May include base/, event/, rule/, program.h, rarity.h. */
#include "match/trigger.h"

#include "base/mem.h"

#include <float.h>
#include <stdlib.h>

/* The cost of what cannot be waited for. */
#define NEVER DBL_MAX

void facts_add(struct facts *f, uint32_t fact)
{
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->v = xrealloc(f->v, f->room, sizeof *f->v);
    }
    f->v[f->n++] = fact;
}

void facts_release(struct facts *f)
{
    free(f->v);
    *f = (struct facts){ 0 };
}

static double atom_share(const struct atom *a, const struct rarity *r)
{
    double least = 0.5;

    if (!a->pattern)
        return 0.05;
    /* Rules of one log mostly ask for the same few of these. */
    if (a->field == FIELD_EVENTID || a->field == FIELD_CHANNEL || a->field == FIELD_PROVIDER_NAME)
        return 0.9;
    if (a->pattern->n == 0)
        return 0.3;
    for (size_t i = 0; i < a->pattern->n; i++) {
        const struct token *t = &a->pattern->token[i];
        double share;

        if (t->kind != TOKEN_LITERAL)
            continue;
        share = rarity_share(r, t->literal, a->pattern->n < 3);
        least = share < least ? share : least;
    }
    return least;
}

double *trigger_shares(const struct programs *p, const struct rarity *r)
{
    double *share = xcalloc(p->nfact + 1, sizeof *share);

    for (size_t i = 0; i < p->atoms.n; i++) {
        share[i] = atom_share(&p->atoms.v[i], r);
        for (uint32_t k = p->first[i]; k < p->first[i + 1]; k++)
            share[p->member_of[k]] += share[i];
    }
    for (size_t i = p->atoms.n; i < p->nfact; i++)
        if (share[i] > 0.95)
            share[i] = 0.95;
    return share;
}

struct search {
    const struct programs *p;
    const double *share;
    const bool *silent;
    struct facts *f;
};

static double item_cost(struct search *s, uint32_t at, bool negated);

/* All of them must be waited for. */
static double cost_of_any(struct search *s, uint32_t at, uint32_t end, bool negated)
{
    size_t from = s->f->n;
    double sum = 0;

    for (uint32_t i = at; i < end; i = s->p->code[i].end) {
        double one = item_cost(s, i, negated);

        if (one == NEVER) {
            s->f->n = from;
            return NEVER;
        }
        sum += one;
    }
    return sum;
}

/* The cheapest is enough. */
static double cost_of_all(struct search *s, uint32_t at, uint32_t end, bool negated)
{
    size_t from = s->f->n, kept = 0;
    double best = NEVER;

    for (uint32_t i = at; i < end; i = s->p->code[i].end) {
        double one = item_cost(s, i, negated);
        size_t n = s->f->n - from - kept;

        if (one < best) {
            if (n > 0 && kept > 0)
                memmove(s->f->v + from, s->f->v + from + kept, n * sizeof *s->f->v);
            kept = n;
            best = one;
        }
        s->f->n = from + kept;
    }
    return best;
}

static double item_cost(struct search *s, uint32_t at, bool negated)
{
    const struct code *c = &s->p->code[at];

    switch (c->op) {
    case OP_AND:
        return negated ? cost_of_any(s, at + 1, c->end, true)
                       : cost_of_all(s, at + 1, c->end, false);
    case OP_OR:
        return negated ? cost_of_all(s, at + 1, c->end, true)
                       : cost_of_any(s, at + 1, c->end, false);
    case OP_NOT:
        return item_cost(s, at + 1, !negated);
    case OP_CALL:
        return item_cost(s, c->arg, negated);
    case OP_FACT:
        if (negated || (s->silent && c->carried && s->silent[c->field]))
            return NEVER;
        facts_add(s->f, c->arg);
        return s->share[c->arg];
    case OP_NEVER: /* false unless unknown: nothing to wait for, and nothing to fear */
        return negated || (s->silent && c->carried) ? NEVER : 0;
    default:
        return NEVER;
    }
}

bool trigger_of(const struct programs *p, const double *share, size_t rule, const bool *silent,
                struct facts *f)
{
    struct search s = { p, share, silent, f };
    size_t from = f->n;

    if (item_cost(&s, p->v[rule].start, false) == NEVER) {
        f->n = from;
        return false;
    }
    return true;
}

bool trigger_touch(const struct programs *p, size_t rule, const bool *silent, struct facts *f)
{
    size_t from = f->n;

    for (uint32_t i = 0; i < p->v[rule].ntouch; i++) {
        const struct code *c = &p->code[p->touch[p->v[rule].touch + i]];

        if (c->op == OP_NEVER || (c->op == OP_LEAF && leaf_silent(p->leaf[c->arg], silent)))
            continue;
        if (c->op != OP_FACT) {
            f->n = from;
            return false;
        }
        if (!c->carried || !silent[c->field])
            facts_add(f, c->arg);
    }
    return true;
}

static int by_fact(const void *a, const void *b)
{
    const struct trigger_pair *x = a, *y = b;

    if (x->fact != y->fact)
        return x->fact < y->fact ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

void trigger_table_init(struct trigger_table *t, struct trigger_pair *pair, size_t n)
{
    size_t size = 16;

    while (size < 2 * n)
        size *= 2;
    t->mask = (uint32_t)(size - 1);
    t->run = xcalloc(size, sizeof *t->run);
    t->rule = xcalloc(n + 1, sizeof *t->rule);
    if (n > 0)
        qsort(pair, n, sizeof *pair, by_fact);
    for (size_t i = 0, next; i < n; i = next) {
        uint32_t at = (pair[i].fact * UINT32_C(0x9e3779b1)) >> 7 & t->mask;

        for (next = i; next < n && pair[next].fact == pair[i].fact; next++)
            t->rule[next] = pair[next].rule;
        while (t->run[at].n)
            at = (at + 1) & t->mask;
        t->run[at] = (struct trigger_run){ pair[i].fact, (uint32_t)i, (uint32_t)(next - i) };
    }
}

void trigger_table_release(struct trigger_table *t)
{
    free(t->run);
    free(t->rule);
    *t = (struct trigger_table){ 0 };
}
