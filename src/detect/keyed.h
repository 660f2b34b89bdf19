/* keyed.h - a table from bytes to a 64-bit value from which keys can be taken out again.
 *
 * base/map.h only grows; windows of correlations slide, and what they forget must go. Keys are
 * copied. There is no way to walk over it: nothing printed can depend on a hash.
 * Rank: base/. */
#ifndef DETECT_KEYED_H
#define DETECT_KEYED_H

#include "base/slice.h"

struct keyed_slot {
    uint64_t hash;
    uint8_t *key; /* NULL: free */
    size_t n;
    uint64_t value;
};

struct keyed {
    struct keyed_slot *slot; /* room of them, a power of two */
    size_t n, room;
    uint64_t seed;
};

void keyed_init(struct keyed *k, uint64_t seed);
void keyed_release(struct keyed *k);
/* The key's value, or NULL. Valid until the table changes. */
uint64_t *keyed_get(const struct keyed *k, struct slice key);
/* The place of the key's value, made with 0 when new. Valid until the table changes. */
uint64_t *keyed_put(struct keyed *k, struct slice key);
/* Takes the key out, if it is there. */
void keyed_remove(struct keyed *k, struct slice key);

#endif
