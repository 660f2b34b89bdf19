/* rarity.h - how common is a piece of text in Windows event logs?
 *
 * A guess, made of a short text of what stands in nearly every log (paths, programs, words) and of
 * lengths. It never decides a match: it only says which part of a literal to look for and which
 * test of a rule to wait for, so a bad guess costs time and nothing else.
 * Rank: base/. */
#ifndef MATCH_RARITY_H
#define MATCH_RARITY_H

#include "base/slice.h"

/* Bits of the table of known grams: 8 KiB. */
#define RARITY_BITS 16

struct rarity {
    uint32_t gram[1 << (RARITY_BITS - 5)];
    uint8_t
        pair[1 << 16]; /* by two characters, each with bit 5 set: times in the text, at most 255 */
};

void rarity_init(struct rarity *r);

/* Does the four-byte piece stand in the text of what is common? May say yes of others. */
bool rarity_knows(const struct rarity *r, uint32_t gram);

/* The share of values that hold the folded literal, as a guess above 0 and at most 1. whole: the
 * literal is the whole value, or stands at an end of it. */
double rarity_share(const struct rarity *r, struct slice literal, bool whole);

#endif
