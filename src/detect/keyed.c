/* keyed.c - linear probing; what is taken out is closed up by moving later entries back, so that
 * there are no graves and a probe ends at the first free slot.
 *
 * May include: base/, detect/. */
#include "detect/keyed.h"

#include <stdlib.h>

#include "base/mem.h"

void keyed_init(struct keyed *k, uint64_t seed)
{
    *k = (struct keyed){ .seed = seed };
}

void keyed_release(struct keyed *k)
{
    for (size_t i = 0; i < k->room; i++)
        free(k->slot[i].key);
    free(k->slot);
    *k = (struct keyed){ 0 };
}

/* The slot of the key, or the free one where it would go. Some slot is always free. */
static size_t find(const struct keyed *k, uint64_t hash, struct slice key)
{
    size_t i = hash & (k->room - 1);

    for (;;) {
        const struct keyed_slot *s = &k->slot[i];

        if (!s->key || (s->hash == hash && slice_eq(slice_of(s->key, s->n), key)))
            return i;
        i = (i + 1) & (k->room - 1);
    }
}

uint64_t *keyed_get(const struct keyed *k, struct slice key)
{
    size_t i;

    if (k->n == 0)
        return NULL;
    i = find(k, slice_hash(key, k->seed), key);
    return k->slot[i].key ? &k->slot[i].value : NULL;
}

static void grow(struct keyed *k)
{
    struct keyed old = *k;

    k->room = old.room ? 2 * old.room : 8;
    k->slot = xcalloc(k->room, sizeof *k->slot);
    for (size_t i = 0; i < old.room; i++) {
        const struct keyed_slot *s = &old.slot[i];

        if (s->key)
            k->slot[find(k, s->hash, slice_of(s->key, s->n))] = *s;
    }
    free(old.slot);
}

uint64_t *keyed_put(struct keyed *k, struct slice key)
{
    const uint64_t hash = slice_hash(key, k->seed);
    struct keyed_slot *s;

    if ((k->n + 1) * 2 > k->room)
        grow(k);
    s = &k->slot[find(k, hash, key)];
    if (s->key)
        return &s->value;
    *s = (struct keyed_slot){ hash, xcalloc(1, key.n + 1), key.n, 0 };
    if (key.n)
        memcpy(s->key, key.p, key.n);
    k->n++;
    return &s->value;
}

void keyed_remove(struct keyed *k, struct slice key)
{
    const size_t mask = k->room - 1;
    size_t hole;

    if (k->n == 0)
        return;
    hole = find(k, slice_hash(key, k->seed), key);
    if (!k->slot[hole].key)
        return;
    free(k->slot[hole].key);
    k->n--;
    for (size_t i = (hole + 1) & mask; k->slot[i].key; i = (i + 1) & mask) {
        /* An entry may move back to the hole unless its own place lies between the two. */
        if (((i - k->slot[i].hash) & mask) < ((i - hole) & mask))
            continue;
        k->slot[hole] = k->slot[i];
        hole = i;
    }
    k->slot[hole] = (struct keyed_slot){ 0 };
}
