/* tri.h - truth with a third value, by Kleene's strong logic.
 * Rank: includes nothing of ours. */
#ifndef MATCH_TRI_H
#define MATCH_TRI_H

/* The order makes `and` the minimum and `or` the maximum. */
enum tri { TRI_FALSE, TRI_UNKNOWN, TRI_TRUE };

static inline enum tri tri_not(enum tri a)
{
    return (enum tri)(TRI_TRUE - a);
}

#endif
