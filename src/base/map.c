/* map.c - open-addressing table from slices to 64-bit values.
 *
 * Entries lie in order of insertion; the slots hold their indexes, linear probing, at most 3/4
 * full. Nothing is ever removed singly, so there are no tombstones.
 * May include: base/. */
#include "base/map.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"

void map_init(struct map *m, uint64_t seed)
{
    *m = (struct map){ .seed = seed };
}

void map_release(struct map *m)
{
    free(m->entry);
    free(m->slot);
    *m = (struct map){ .seed = m->seed };
}

void map_clear(struct map *m)
{
    m->n = 0;
    if (m->slot)
        memset(m->slot, 0, m->nslot * sizeof *m->slot);
}

/* The slot that holds key, or the free one where it belongs. Needs a table with free slots. */
static size_t map_probe(const struct map *m, struct slice key, uint64_t hash)
{
    size_t mask = m->nslot - 1, at = (size_t)hash & mask;

    while (m->slot[at]) {
        const struct map_entry *e = &m->entry[m->slot[at] - 1];

        if (e->hash == hash && slice_eq(e->key, key))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

uint64_t *map_get(const struct map *m, struct slice key)
{
    size_t at;

    if (m->n == 0)
        return NULL;
    at = map_probe(m, key, slice_hash(key, m->seed));
    return m->slot[at] ? &m->entry[m->slot[at] - 1].value : NULL;
}

static void map_grow(struct map *m)
{
    size_t nslot = m->nslot ? m->nslot * 2 : 16;

    free(m->slot);
    m->slot = xcalloc(nslot, sizeof *m->slot);
    m->nslot = nslot;
    m->room = nslot / 4 * 3;
    m->entry = xrealloc(m->entry, m->room, sizeof *m->entry);
    for (size_t i = 0; i < m->n; i++) {
        size_t at = (size_t)m->entry[i].hash & (nslot - 1);

        while (m->slot[at])
            at = (at + 1) & (nslot - 1);
        m->slot[at] = (uint32_t)(i + 1);
    }
}

uint64_t *map_put(struct map *m, struct slice key, uint64_t value, bool *ret_new)
{
    uint64_t hash = slice_hash(key, m->seed);
    size_t at = 0;
    bool fresh;

    if (m->nslot)
        at = map_probe(m, key, hash);
    fresh = !m->nslot || !m->slot[at];
    if (fresh) {
        if (m->n == m->room) {
            map_grow(m);
            at = map_probe(m, key, hash);
        }
        m->entry[m->n++] = (struct map_entry){ key, value, hash };
        m->slot[at] = (uint32_t)m->n;
    }
    if (ret_new)
        *ret_new = fresh;
    return &m->entry[m->slot[at] - 1].value;
}

uint64_t map_seed(void)
{
    uint64_t seed;

    /* Without a random source a seed that differs per run is still better than a fixed one. */
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (uint64_t)(uintptr_t)&seed ^ ((uint64_t)getpid() << 32);
    return seed;
}
