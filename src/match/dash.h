/* dash.h - all kinds of dash as one, for windash.
 *
 * What a windash position matches (notes/sigma.md 1.7): - / U+2013 U+2014 U+2015.
 * Rank: base/. */
#ifndef MATCH_DASH_H
#define MATCH_DASH_H

#include "base/slice.h"

/* The text with every dash as `-`, into b, which has room for s.n bytes. Returns its length. */
size_t dash_unify(struct slice s, uint8_t *b);

/* Is there a dash of any kind? */
bool dash_stands_in(struct slice s);

#endif
