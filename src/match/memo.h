/* memo.h - what a value was found to hold, remembered.
 *
 * Values of logs repeat: the same program, the same hashes, the same command line. The key is the
 * value as it lies in the log, so that a hit needs neither its text nor its folded form. Bytes are
 * always compared, never only a hash: a lost detection is worse than a slow one.
 * The hash is of a few bytes at the ends and in the middle; where two values collide in these, the
 * second and all later ones are filed under a hash of all bytes. So a look-up costs one comparison
 * more at most, whatever a log does.
 * One per worker. When it is full it is emptied: what is common comes back at once. Long values have
 * a part of their own, so that a log of scripts does not sweep out the short ones.
 * Rank: base/. */
#ifndef MATCH_MEMO_H
#define MATCH_MEMO_H

#include "base/slice.h"

struct memo;

struct memo_key {
    struct slice bytes; /* at most LIMIT_MEMO_VALUE */
    uint32_t sieve;     /* which look-up */
    uint8_t type;       /* of the value */
    bool whole;         /* the hash is of all bytes; set by memo_hash and memo_find */
    uint32_t hash;      /* by memo_hash */
};

struct memo *memo_new(void);
void memo_free(struct memo *m); /* NULL is fine */

/* Sets k->hash, and has memory fetch where it leads. */
void memo_hash(const struct memo *m, struct memo_key *k);

/* Has memory fetch what memo_find will compare; of use a little later than memo_hash. */
void memo_peek(const struct memo *m, const struct memo_key *k);

/* Is the key known? Then *ret are its *ret_n numbers, borrowed until the next memo_add. May change
 * the key's hash to the one that memo_add needs. */
bool memo_find(const struct memo *m, struct memo_key *k, const uint32_t **ret, size_t *ret_n);

/* Remembers n numbers; memo_find has just not found the key. May forget all others. */
void memo_add(struct memo *m, const struct memo_key *k, const uint32_t *v, size_t n);

#endif
