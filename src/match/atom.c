/* atom.c - the distinct questions that rules put to values.
 *
 * May include base/, rule/. */
#include "match/atom.h"

#include "base/mem.h"

#include <stdlib.h>

void atoms_init(struct atoms *a, struct arena *arena)
{
    *a = (struct atoms){ .arena = arena };
}

void atoms_release(struct atoms *a)
{
    free(a->v);
    free(a->slot);
    *a = (struct atoms){ 0 };
}

static uint64_t pattern_hash(const struct pattern *p, uint64_t h)
{
    for (size_t i = 0; i < p->n; i++)
        h = slice_hash(p->token[i].kind == TOKEN_LITERAL ? p->token[i].literal : SLICE(""),
                       h * 8 + (uint64_t)p->token[i].kind);
    return h;
}

static uint32_t atom_hash(const struct atom *a)
{
    uint64_t h = a->field;

    if (a->number)
        h ^= (uint64_t)a->number->u.text.number << 32 ^ 1;
    if (a->pattern)
        h = pattern_hash(a->pattern, h * 2 + a->pattern->cased);
    return (uint32_t)(h ^ h >> 32);
}

static bool pattern_eq(const struct pattern *a, const struct pattern *b)
{
    if (!a || !b)
        return a == b;
    if (a->n != b->n || a->cased != b->cased)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (a->token[i].kind != b->token[i].kind)
            return false;
        if (a->token[i].kind == TOKEN_LITERAL &&
            !slice_eq(a->token[i].literal, b->token[i].literal))
            return false;
    }
    return true;
}

static bool atom_eq(const struct atom *a, const struct atom *b)
{
    if (a->hash != b->hash || a->field != b->field || !pattern_eq(a->pattern, b->pattern))
        return false;
    if (!a->number || !b->number)
        return a->number == b->number;
    return a->number->u.text.number == b->number->u.text.number;
}

static void grow(struct atoms *a)
{
    size_t nslot = a->nslot ? a->nslot * 2 : 1024;

    free(a->slot);
    a->slot = xcalloc(nslot, sizeof *a->slot);
    a->nslot = nslot;
    a->room = nslot / 2;
    a->v = xrealloc(a->v, a->room, sizeof *a->v);
    for (size_t i = 0; i < a->n; i++) {
        size_t at = a->v[i].hash & (nslot - 1);

        while (a->slot[at])
            at = (at + 1) & (nslot - 1);
        a->slot[at] = (uint32_t)(i + 1);
    }
}

static uint32_t add(struct atoms *a, struct atom atom)
{
    size_t at;

    atom.hash = atom_hash(&atom);
    if (a->n == a->room)
        grow(a);
    for (at = atom.hash & (a->nslot - 1); a->slot[at]; at = (at + 1) & (a->nslot - 1))
        if (atom_eq(&a->v[a->slot[at] - 1], &atom))
            return a->slot[at] - 1;
    a->v[a->n++] = atom;
    a->slot[at] = (uint32_t)a->n;
    return (uint32_t)(a->n - 1);
}

uint32_t atoms_pattern(struct atoms *a, uint32_t field, const struct pattern *p,
                       const struct test *t)
{
    return add(
        a, (struct atom){ .field = field, .pattern = p, .number = t->u.text.is_number ? t : NULL });
}

uint32_t atoms_contains(struct atoms *a, uint32_t field, struct slice text)
{
    struct pattern *p = arena_zalloc(a->arena, 1, sizeof *p);

    p->token = arena_zalloc(a->arena, 3, sizeof *p->token);
    p->n = 3;
    p->token[0].kind = TOKEN_ANY;
    p->token[1] = (struct token){ TOKEN_LITERAL, text };
    p->token[2].kind = TOKEN_ANY;
    return add(a, (struct atom){ .field = field, .pattern = p });
}

uint32_t atoms_beyond(struct atoms *a, uint32_t field)
{
    return add(a, (struct atom){ .field = field });
}
