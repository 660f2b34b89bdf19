/* lists.h - lists of facts, each with a number of its own.
 *
 * Thousands of values give the same facts: a value is remembered with the number of their list. Events
 * whose values have lists of the same numbers are alike, and mostly nobody asks what is in them.
 * One per worker. Rank: base/. */
#ifndef MATCH_LISTS_H
#define MATCH_LISTS_H

#include "base/arena.h"
#include "base/map.h"

/* The number of the list without facts. */
#define LIST_NOTHING 0

struct lists {
    struct arena arena;
    struct map number;   /* facts -> number */
    struct slice *facts; /* by number, n of them */
    size_t n, room;
};

void lists_init(struct lists *l);
void lists_release(struct lists *l);

/* The list has been growing until it should be emptied, which makes all numbers void. */
bool lists_are_full(const struct lists *l);
void lists_clear(struct lists *l);

/* The number of a list of n facts, in this order: that of an equal one, or a new one. */
uint32_t lists_number(struct lists *l, const uint32_t *fact, size_t n);

/* The *ret_n facts of a list. Borrowed until lists_clear. */
static inline const uint32_t *lists_get(const struct lists *l, uint32_t number, size_t *ret_n)
{
    *ret_n = l->facts[number].n / sizeof(uint32_t);
    return (const uint32_t *)(const void *)l->facts[number].p;
}

#endif
