/* map.h - open-addressing table from slices to 64-bit values.
 *
 * Keys are borrowed: the caller keeps their bytes alive as long as the map. Iteration order is the
 * order of insertion, so that nothing printed ever depends on a hash.
 * Rank: slice.h, mem.h. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/slice.h"

struct map_entry {
    struct slice key;
    uint64_t value;
    uint64_t hash;
};

struct map {
    struct map_entry *entry; /* in order of insertion, n of them */
    uint32_t *slot;          /* index + 1 into entry; 0 is free */
    size_t n, room, nslot;
    uint64_t seed;
};

/* seed: 0 for fixed tables; random per run (map_seed()) where input chooses the keys. */
void map_init(struct map *m, uint64_t seed);
void map_release(struct map *m);
void map_clear(struct map *m);
/* The value's place, or NULL. Valid until the next map_put. */
uint64_t *map_get(const struct map *m, struct slice key);
/* The place of key's value, made with `value` when new. *ret_new may be NULL. */
uint64_t *map_put(struct map *m, struct slice key, uint64_t value, bool *ret_new);
/* A seed that an attacker cannot know (getrandom). */
uint64_t map_seed(void);

#endif
