/* memo.c - what a value was found to hold, remembered.
 *
 * Entries lie in open-addressing slots, their numbers and bytes one behind the other in one block.
 * May include base/. */
#include "match/memo.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

struct entry {
    uint64_t hash;
    uint32_t sieve, nbytes, nv;
    uint32_t at; /* in the block, in units of uint32_t: first the numbers, then the bytes */
    uint8_t type;
    bool used;
};

struct memo {
    struct entry *entry;
    size_t nslot, n;
    uint32_t *block;
    size_t used, room; /* of the block, in units */
    uint64_t seed;
};

#define SLOTS_FIRST 1024
#define SLOTS_MOST (LIMIT_MEMO / 4 / sizeof(struct entry))
#define BLOCK_FIRST 4096
#define BLOCK_MOST (LIMIT_MEMO / 4 * 3 / sizeof(uint32_t))

struct memo *memo_new(void)
{
    struct memo *m = xcalloc(1, sizeof *m);

    m->nslot = SLOTS_FIRST;
    m->entry = xcalloc(m->nslot, sizeof *m->entry);
    m->room = BLOCK_FIRST;
    m->block = xcalloc(m->room, sizeof *m->block);
    m->seed = map_seed();
    return m;
}

void memo_free(struct memo *m)
{
    if (!m)
        return;
    free(m->entry);
    free(m->block);
    free(m);
}

void memo_hash(const struct memo *m, struct memo_key *k)
{
    k->hash = slice_hash(k->bytes, m->seed ^ ((uint64_t)k->sieve << 8 | k->type));
}

static bool entry_is(const struct memo *m, const struct entry *e, const struct memo_key *k)
{
    return e->hash == k->hash && e->sieve == k->sieve && e->type == k->type &&
           e->nbytes == k->bytes.n &&
           (e->nbytes == 0 || memcmp(m->block + e->at + e->nv, k->bytes.p, e->nbytes) == 0);
}

bool memo_find(const struct memo *m, const struct memo_key *k, const uint32_t **ret, size_t *ret_n)
{
    size_t mask = m->nslot - 1;

    for (size_t at = (size_t)k->hash & mask; m->entry[at].used; at = (at + 1) & mask) {
        const struct entry *e = &m->entry[at];

        if (!entry_is(m, e, k))
            continue;
        *ret = m->block + e->at;
        *ret_n = e->nv;
        return true;
    }
    return false;
}

static void forget(struct memo *m)
{
    memset(m->entry, 0, m->nslot * sizeof *m->entry);
    m->n = 0;
    m->used = 0;
}

static void put(struct entry *entry, size_t nslot, struct entry e)
{
    size_t at = (size_t)e.hash & (nslot - 1);

    while (entry[at].used)
        at = (at + 1) & (nslot - 1);
    entry[at] = e;
}

/* Room for one more entry: at most half of the slots are used. */
static void grow_slots(struct memo *m)
{
    struct entry *wider;

    if (m->n < m->nslot / 2)
        return;
    if (m->nslot * 2 > SLOTS_MOST) {
        forget(m);
        return;
    }
    wider = xcalloc(m->nslot * 2, sizeof *wider);
    for (size_t i = 0; i < m->nslot; i++)
        if (m->entry[i].used)
            put(wider, m->nslot * 2, m->entry[i]);
    free(m->entry);
    m->entry = wider;
    m->nslot *= 2;
}

/* Room for n units more. */
static bool grow_block(struct memo *m, size_t n)
{
    if (n > BLOCK_MOST)
        return false;
    if (m->used + n <= m->room)
        return true;
    while (m->room < m->used + n && m->room * 2 <= BLOCK_MOST)
        m->room *= 2;
    if (m->room < m->used + n)
        forget(m);
    if (m->room < n)
        return false;
    m->block = xrealloc(m->block, m->room, sizeof *m->block);
    return true;
}

void memo_add(struct memo *m, const struct memo_key *k, const uint32_t *v, size_t n)
{
    struct entry e = { .hash = k->hash, .sieve = k->sieve, .type = k->type, .used = true };
    size_t units = n + (k->bytes.n + sizeof *m->block - 1) / sizeof *m->block;

    if (k->bytes.n > LIMIT_MEMO_VALUE || !grow_block(m, units))
        return;
    grow_slots(m);
    e.nbytes = (uint32_t)k->bytes.n;
    e.nv = (uint32_t)n;
    e.at = (uint32_t)m->used;
    if (n > 0)
        memcpy(m->block + m->used, v, n * sizeof *v);
    if (e.nbytes > 0)
        memcpy(m->block + m->used + n, k->bytes.p, e.nbytes);
    m->used += units;
    put(m->entry, m->nslot, e);
    m->n++;
}
