/* gram.h - find many literals of four bytes and more in a short text.
 *
 * A literal is filed under one of its four-byte windows, the one that is rarest in logs and in the
 * least crowded bucket. A scan hashes every window of the text and compares a literal only where
 * its window is known. A crowded bucket sends a literal to its next best window, so that a text
 * which repeats one window does not meet a long chain. Why not Aho-Corasick: doc/matching.md.
 * Rank: base/, literal.h, rarity.h. */
#ifndef MATCH_GRAM_H
#define MATCH_GRAM_H

#include "match/literal.h"
#include "match/rarity.h"

#define GRAM_SIZE 4

struct gram;

/* Files literal[which[0..n-1]], each at least GRAM_SIZE long; the bytes must outlive the index. */
struct gram *gram_new(const struct literal *literal, const uint32_t *which, size_t n,
                      const struct rarity *r);
void gram_free(struct gram *g); /* NULL is fine */

/* Adds every literal that stands in text, respecting anchors. */
void gram_scan(const struct gram *g, struct slice text, struct found *found);

/* Literals in the fullest bucket, for --profile and tests. */
size_t gram_longest(const struct gram *g);

#endif
