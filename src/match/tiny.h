/* tiny.h - find literals of one to three bytes in a text.
 *
 * They are too short for four-byte windows (gram.h) and occur everywhere. A bitmap over two bytes
 * says where one may stand; those that are bound to an end of the value cost two look-ups a value
 * and no scan.
 * Rank: base/, literal.h. */
#ifndef MATCH_TINY_H
#define MATCH_TINY_H

#include "match/literal.h"

#define TINY_SIZE 3

struct tiny;

/* Files literal[which[0..n-1]] of 1 to TINY_SIZE bytes. */
struct tiny *tiny_new(const struct literal *literal, const uint32_t *which, size_t n);
void tiny_free(struct tiny *t); /* NULL is fine */

/* Adds every literal that stands in text, respecting anchors. */
void tiny_scan(const struct tiny *t, struct slice text, struct found *found);

#endif
