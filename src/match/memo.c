/* memo.c - what a value was found to hold, remembered.
 *
 * Slots are small, so that many fit; entries lie one behind the other in one block.
 * May include base/. */
#include "match/memo.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

/* Where an entry lies in the block, in units of uint32_t: sieve, type and number of bytes, number of
 * numbers; then the numbers, then the bytes. */
#define HEAD 3

struct slot {
    uint32_t hash;
    uint32_t at; /* of the entry, + 1; 0 is free */
};

struct memo {
    struct slot *slot;
    size_t nslot, n;
    uint32_t *block;
    size_t used, room; /* of the block, in units */
    uint64_t seed;
};

#define SLOTS_FIRST 1024
#define SLOTS_MOST (LIMIT_MEMO / 8 / sizeof(struct slot))
#define BLOCK_FIRST 4096
#define BLOCK_MOST (LIMIT_MEMO / 8 * 7 / sizeof(uint32_t))

struct memo *memo_new(void)
{
    struct memo *m = xcalloc(1, sizeof *m);

    m->nslot = SLOTS_FIRST;
    m->slot = xcalloc(m->nslot, sizeof *m->slot);
    m->room = BLOCK_FIRST;
    m->block = xcalloc(m->room, sizeof *m->block);
    m->seed = map_seed();
    return m;
}

void memo_free(struct memo *m)
{
    if (!m)
        return;
    free(m->slot);
    free(m->block);
    free(m);
}

void memo_hash(const struct memo *m, struct memo_key *k)
{
    uint64_t h = slice_hash(k->bytes, m->seed ^ ((uint64_t)k->sieve << 8 | k->type));

    k->hash = (uint32_t)(h ^ h >> 32);
}

static uint32_t type_and_size(const struct memo_key *k)
{
    return (uint32_t)k->bytes.n << 8 | k->type;
}

static bool entry_is(const uint32_t *e, const struct memo_key *k)
{
    return e[0] == k->sieve && e[1] == type_and_size(k) &&
           (k->bytes.n == 0 || memcmp(e + HEAD + e[2], k->bytes.p, k->bytes.n) == 0);
}

bool memo_find(const struct memo *m, const struct memo_key *k, const uint32_t **ret, size_t *ret_n)
{
    size_t mask = m->nslot - 1;

    if (k->bytes.n > LIMIT_MEMO_VALUE)
        return false;
    for (size_t i = k->hash & mask; m->slot[i].at; i = (i + 1) & mask) {
        const uint32_t *e = m->block + m->slot[i].at - 1;

        if (m->slot[i].hash != k->hash || !entry_is(e, k))
            continue;
        *ret = e + HEAD;
        *ret_n = e[2];
        return true;
    }
    return false;
}

static void forget(struct memo *m)
{
    memset(m->slot, 0, m->nslot * sizeof *m->slot);
    m->n = 0;
    m->used = 0;
}

static void put(struct slot *slot, size_t nslot, struct slot s)
{
    size_t i = s.hash & (nslot - 1);

    while (slot[i].at)
        i = (i + 1) & (nslot - 1);
    slot[i] = s;
}

/* Room for one more entry: at most half of the slots are used. */
static void grow_slots(struct memo *m)
{
    struct slot *wider;

    if (m->n < m->nslot / 2)
        return;
    if (m->nslot * 2 > SLOTS_MOST) {
        forget(m);
        return;
    }
    wider = xcalloc(m->nslot * 2, sizeof *wider);
    for (size_t i = 0; i < m->nslot; i++)
        if (m->slot[i].at)
            put(wider, m->nslot * 2, m->slot[i]);
    free(m->slot);
    m->slot = wider;
    m->nslot *= 2;
}

/* Room for n units more. */
static bool grow_block(struct memo *m, size_t n)
{
    if (m->used + n <= m->room)
        return true;
    while (m->room < m->used + n && m->room < BLOCK_MOST)
        m->room = m->room * 2 < BLOCK_MOST ? m->room * 2 : BLOCK_MOST;
    if (m->room < m->used + n)
        forget(m);
    if (m->room < n)
        return false;
    m->block = xrealloc(m->block, m->room, sizeof *m->block);
    return true;
}

void memo_add(struct memo *m, const struct memo_key *k, const uint32_t *v, size_t n)
{
    size_t units = HEAD + n + (k->bytes.n + sizeof *m->block - 1) / sizeof *m->block;
    uint32_t *e;

    if (k->bytes.n > LIMIT_MEMO_VALUE || n > BLOCK_MOST || !grow_block(m, units))
        return;
    grow_slots(m);
    e = m->block + m->used;
    e[0] = k->sieve;
    e[1] = type_and_size(k);
    e[2] = (uint32_t)n;
    if (n > 0)
        memcpy(e + HEAD, v, n * sizeof *v);
    if (k->bytes.n > 0)
        memcpy(e + HEAD + n, k->bytes.p, k->bytes.n);
    put(m->slot, m->nslot, (struct slot){ k->hash, (uint32_t)m->used + 1 });
    m->used += units;
    m->n++;
}
