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

#include <string.h>

/* What memo_is needs to know of a memo. */
struct memo {
    const uint32_t *block; /* of brief keys */
    uint32_t age;          /* changes whenever entries that memo_find gave are forgotten; never 0 */
};

/* Keys up to this many bytes are brief ones. */
#define MEMO_BRIEF 4096

struct memo_key {
    struct slice bytes; /* at most LIMIT_MEMO_VALUE */
    uint32_t sieve;     /* which look-up */
    uint8_t type;       /* of the value */
    bool whole;         /* the hash is of all bytes; set by memo_hash and memo_find */
    uint32_t hash;      /* by memo_hash */
    uint32_t entry;     /* by memo_find, for memo_is; 0: none to be had */
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

/* Where an entry lies in the block, in units of uint32_t: sieve, type and number of bytes, number of
 * numbers; then the numbers, then the bytes. */
#define MEMO_HEAD 3

/* Values of less than 16 bytes. */
static inline bool memo_short_eq(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint64_t x[2], y[2];
    uint32_t u[2], v[2];

    if (n >= sizeof *x) {
        memcpy(&x[0], a, sizeof *x);
        memcpy(&x[1], a + n - sizeof *x, sizeof *x);
        memcpy(&y[0], b, sizeof *y);
        memcpy(&y[1], b + n - sizeof *y, sizeof *y);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    if (n >= sizeof *u) {
        memcpy(&u[0], a, sizeof *u);
        memcpy(&u[1], a + n - sizeof *u, sizeof *u);
        memcpy(&v[0], b, sizeof *v);
        memcpy(&v[1], b + n - sizeof *v, sizeof *v);
        return ((u[0] ^ v[0]) | (u[1] ^ v[1])) == 0;
    }
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/* Most values are short: shorter than the way to the library's function. */
static inline bool memo_bytes_eq(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint64_t x[2], y[2];
    size_t i = 0;

    if (n < sizeof x)
        return memo_short_eq(a, b, n);
    if (n > 32 * sizeof x)
        return memcmp(a, b, n) == 0;
    for (; i + sizeof x < n; i += sizeof x) {
        memcpy(x, a + i, sizeof x);
        memcpy(y, b + i, sizeof y);
        if ((x[0] ^ y[0]) | (x[1] ^ y[1]))
            return false;
    }
    memcpy(x, a + (n - sizeof x), sizeof x);
    memcpy(y, b + (n - sizeof y), sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline bool memo_bytes_are(const uint32_t *e, uint8_t type, struct slice bytes)
{
    return e[1] == ((uint32_t)bytes.n << 8 | type) &&
           memo_bytes_eq((const uint8_t *)(e + MEMO_HEAD + e[2]), bytes.p, bytes.n);
}

/* Is this entry, which memo_find gave since m->age is what it is, that of a value? The sieve is not
 * compared. Then its numbers, as from memo_find; else NULL. entry may be 0. */
static inline const uint32_t *memo_is(const struct memo *m, uint32_t entry, uint8_t type,
                                      struct slice bytes, size_t *ret_n)
{
    const uint32_t *e = m->block + entry - 1;

    if (entry == 0 || bytes.n > MEMO_BRIEF || !memo_bytes_are(e, type, bytes))
        return NULL;
    *ret_n = e[2];
    return e + MEMO_HEAD;
}

/* Forgets all. */
void memo_clear(struct memo *m);

/* Remembers n numbers; memo_find has just not found the key. May forget all others. */
void memo_add(struct memo *m, const struct memo_key *k, const uint32_t *v, size_t n);

#endif
