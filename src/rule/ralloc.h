/* ralloc.h - memory of the rule arena for counts that come from a rule file.
 *
 * arena_zalloc aborts at the cap; a rule file must not be able to do that, so the loader takes its
 * memory here and reports EV_ENOMEM.
 * Rank: base/. */
#ifndef RULE_RALLOC_H
#define RULE_RALLOC_H

#include "base/arena.h"

/* What to tell when ralloc gives NULL. */
#define RALLOC_FULL "the rule needs more memory than is allowed: shorten or split it"

/* n zeroed elements of size bytes; NULL when the product overflows or the arena is full. */
static inline void *ralloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    void *p = arena_try(a, bytes);
    if (p != NULL)
        memset(p, 0, bytes);
    return p;
}

#endif
