/* fold.h - case folding of Sigma values (DESIGN.md, notes/sigma.md 1.6).
 *
 * ASCII at once; beyond it fold(c) = tolower(toupper(c)) by utf8proc, one code point to one, except
 * that c stays where exactly one of c and the result is ASCII (so the Kelvin sign is not k).
 * Rank: slice.h, arena.h, utf16.h. */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "base/arena.h"
#include "base/slice.h"

/* The code point that c folds to; c itself when it has no case. */
uint32_t fold_codepoint(uint32_t c);

/* Which code points fold to a given one: for those who must write out both cases. */
struct fold_pair {
    uint32_t folded, c;
};
struct fold_inverse {
    struct fold_pair *pair; /* ordered by folded, then c; beyond ASCII only; n of them */
    size_t n;
};
void fold_inverse_init(struct fold_inverse *f);
void fold_inverse_release(struct fold_inverse *f);
/* The code points other than `folded` that fold to it: at most room of them, the number returned. */
size_t fold_inverse_find(const struct fold_inverse *f, uint32_t folded, uint32_t *ret, size_t room);

static inline uint8_t fold_ascii(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The folded text: s itself when nothing changes, else a copy in the arena. Invalid bytes stay as
 * they are. Absent when the arena's cap is reached. The length may change beyond ASCII. */
struct slice fold_slice(struct slice s, struct arena *a);

/* Offset in the unfolded s that belongs to offset `folded` in its folded form. */
size_t fold_offset(struct slice s, size_t folded);

#endif
