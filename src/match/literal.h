/* literal.h - a piece of text that an index looks for, and what a look-up found.
 *
 * Shared by the three indexes of a sieve: whole values (map), four bytes and more (gram.h), fewer
 * (tiny.h). Each says a literal at most once for a value, however often it occurs: a value made to
 * hurt repeats one.
 * Rank: base/. */
#ifndef MATCH_LITERAL_H
#define MATCH_LITERAL_H

#include "base/slice.h"

enum anchor {
    ANCHOR_NONE,
    ANCHOR_START, /* the value begins with it */
    ANCHOR_END    /* the value ends with it */
};

struct literal {
    struct slice bytes; /* folded */
    uint8_t anchor;     /* enum anchor */
};

/* The literals of one value. */
struct found {
    uint32_t *tried; /* by literal: the round in which it was found last */
    uint32_t round;  /* one a value */
    uint32_t *v;     /* n literals; has room for all */
    size_t n;
};

static inline bool found_has(const struct found *f, uint32_t literal)
{
    return f->tried[literal] == f->round;
}

static inline void found_add(struct found *f, uint32_t literal)
{
    if (f->tried[literal] == f->round)
        return;
    f->tried[literal] = f->round;
    f->v[f->n++] = literal;
}

/* May a literal of n bytes stand at `at` in a text of `total` bytes? */
static inline bool anchor_allows(uint8_t anchor, size_t at, size_t n, size_t total)
{
    if (anchor == ANCHOR_START)
        return at == 0;
    return anchor == ANCHOR_NONE || at + n == total;
}

#endif
