/* memo.h - what a value was found to hold, remembered.
 *
 * Values of logs repeat: the same program, the same hashes, the same command line. The key is the
 * value as it lies in the log, so that a hit needs neither its text nor its folded form. Bytes are
 * always compared, never only a hash: a lost detection is worse than a slow one.
 * One per worker. When it is full it is emptied: what is common comes back at once.
 * Rank: base/. */
#ifndef MATCH_MEMO_H
#define MATCH_MEMO_H

#include "base/slice.h"

struct memo;

struct memo_key {
    struct slice bytes; /* at most LIMIT_MEMO_VALUE */
    uint32_t sieve;     /* which look-up */
    uint8_t type;       /* of the value */
    uint32_t hash;      /* by memo_hash */
};

struct memo *memo_new(void);
void memo_free(struct memo *m); /* NULL is fine */

/* Sets k->hash. */
void memo_hash(const struct memo *m, struct memo_key *k);

/* Is the key known? Then *ret are its *ret_n numbers, borrowed until the next memo_add. */
bool memo_find(const struct memo *m, const struct memo_key *k, const uint32_t **ret, size_t *ret_n);

/* Remembers n numbers; the key is not known yet. May forget all others. */
void memo_add(struct memo *m, const struct memo_key *k, const uint32_t *v, size_t n);

#endif
