/* lists.c - see lists.h.
 *
 * May include base/. */
#include "match/lists.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdlib.h>

/* No fact. */
static void list_nothing(struct lists *l)
{
    l->facts[LIST_NOTHING] = SLICE_ABSENT;
    l->n = 1;
}

void lists_init(struct lists *l)
{
    *l = (struct lists){ .room = 64 };
    /* No hard cap: one event adds a few numbers for each of its bytes at most, then it is emptied. */
    arena_init(&l->arena, SIZE_MAX);
    map_init(&l->number, map_seed());
    l->facts = xcalloc(l->room, sizeof *l->facts);
    list_nothing(l);
}

void lists_release(struct lists *l)
{
    map_release(&l->number);
    arena_release(&l->arena);
    free(l->facts);
    *l = (struct lists){ 0 };
}

bool lists_are_full(const struct lists *l)
{
    return l->arena.used > LIMIT_LISTS || l->n > LIMIT_LISTS / 64;
}

void lists_clear(struct lists *l)
{
    map_clear(&l->number);
    arena_reset(&l->arena);
    list_nothing(l);
}

uint32_t lists_number(struct lists *l, const uint32_t *fact, size_t n)
{
    struct slice key = slice_of(fact, n * sizeof *fact);
    const uint64_t *known;

    if (n == 0)
        return LIST_NOTHING;
    known = map_get(&l->number, key);
    if (known)
        return (uint32_t)*known;
    if (l->n == l->room) {
        l->room *= 2;
        l->facts = xrealloc(l->facts, l->room, sizeof *l->facts);
    }
    key.p = memcpy(arena_zalloc(&l->arena, n, sizeof *fact), fact, key.n);
    map_put(&l->number, key, l->n, NULL);
    l->facts[l->n] = key;
    return (uint32_t)l->n++;
}
