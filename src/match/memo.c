/* memo.c - what a value was found to hold, remembered.
 *
 * Slots are small, so that many fit; entries lie one behind the other in one block.
 * May include base/. */
#include "match/memo.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

struct slot {
    uint32_t hash;
    uint32_t at; /* of the entry, + 1; 0 is free */
};

struct table {
    struct slot *slot;
    size_t nslot, slots_most, n;
    uint32_t *block;
    size_t used, room, room_most; /* of the block, in units */
};

struct store {
    struct memo front; /* first, so that a pointer to it is one to this */
    struct table brief, lengthy;
    uint64_t seed;
};

static const struct store *store_of(const struct memo *m)
{
    return (const struct store *)m;
}

/* Bytes of an entry that memo_peek fetches; the processor sees by itself how it goes on. */
#define PEEK_MOST 512
#define SLOTS_FIRST 1024
#define BLOCK_FIRST 4096
/* Of LIMIT_MEMO an eighth goes to slots of brief keys; the rest to both kinds alike. */
#define BRIEF_SLOTS (LIMIT_MEMO / 8 / sizeof(struct slot))
#define BRIEF_BLOCK (LIMIT_MEMO / 16 * 7 / sizeof(uint32_t))
#define LENGTHY_SLOTS (LIMIT_MEMO / 64 / sizeof(struct slot))
#define LENGTHY_BLOCK (LIMIT_MEMO / 64 * 27 / sizeof(uint32_t))

static void table_init(struct table *t, size_t slots_most, size_t room_most)
{
    *t = (struct table){ .slots_most = slots_most, .room_most = room_most };
    t->nslot = SLOTS_FIRST;
    t->slot = xcalloc(t->nslot, sizeof *t->slot);
    t->room = BLOCK_FIRST;
    t->block = xcalloc(t->room, sizeof *t->block);
}

struct memo *memo_new(void)
{
    struct store *m = xcalloc(1, sizeof *m);

    table_init(&m->brief, BRIEF_SLOTS, BRIEF_BLOCK);
    table_init(&m->lengthy, LENGTHY_SLOTS, LENGTHY_BLOCK);
    m->seed = map_seed();
    m->front = (struct memo){ m->brief.block, 1 };
    return &m->front;
}

void memo_free(struct memo *memo)
{
    struct store *m = (struct store *)memo;

    if (!m)
        return;
    free(m->brief.slot);
    free(m->brief.block);
    free(m->lengthy.slot);
    free(m->lengthy.block);
    free(m);
}

static const struct table *table_of(const struct store *m, const struct memo_key *k)
{
    return k->bytes.n <= MEMO_BRIEF ? &m->brief : &m->lengthy;
}

static uint32_t fold_hash(uint64_t h)
{
    return (uint32_t)(h ^ h >> 32);
}

static uint64_t seed_of(const struct store *m, const struct memo_key *k)
{
    return m->seed ^ ((uint64_t)k->sieve << 8 | k->type);
}

void memo_hash(const struct memo *memo, struct memo_key *k)
{
    const struct store *m = store_of(memo);
    const struct table *t = table_of(m, k);

    k->hash = fold_hash(slice_hash_sample(k->bytes, seed_of(m, k)));
    k->whole = k->bytes.n <= SLICE_SAMPLE;
    __builtin_prefetch(&t->slot[k->hash & (t->nslot - 1)]);
}

void memo_peek(const struct memo *m, const struct memo_key *k)
{
    const struct table *t = table_of(store_of(m), k);
    const struct slot *s = &t->slot[k->hash & (t->nslot - 1)];

    if (s->at == 0 || s->hash != k->hash)
        return;
    for (size_t at = 0; at < k->bytes.n + 16 && at < PEEK_MOST; at += 64)
        __builtin_prefetch((const uint8_t *)(t->block + s->at - 1) + at);
}

static uint32_t type_and_size(const struct memo_key *k)
{
    return (uint32_t)k->bytes.n << 8 | k->type;
}

static inline bool entry_is(const uint32_t *e, const struct memo_key *k)
{
    return e[0] == k->sieve && memo_bytes_are(e, k->type, k->bytes);
}

/* Looks for a key that is hashed as a whole. */
static const uint32_t *seek(const struct table *t, const struct memo_key *k)
{
    size_t mask = t->nslot - 1;

    for (size_t i = k->hash & mask; t->slot[i].at; i = (i + 1) & mask)
        if (t->slot[i].hash == k->hash && entry_is(t->block + t->slot[i].at - 1, k))
            return t->block + t->slot[i].at - 1;
    return NULL;
}

/* The key collides with another one. */
__attribute__((noinline)) static const uint32_t *
seek_again(const struct store *m, const struct table *t, struct memo_key *k)
{
    k->hash = fold_hash(slice_hash(k->bytes, seed_of(m, k)));
    k->whole = true;
    return seek(t, k);
}

bool memo_find(const struct memo *memo, struct memo_key *k, const uint32_t **ret, size_t *ret_n)
{
    const struct store *m = store_of(memo);
    const struct table *t = table_of(m, k);
    const size_t mask = t->nslot - 1;
    const uint32_t *e = NULL;

    if (k->bytes.n > LIMIT_MEMO_VALUE)
        return false;
    for (size_t i = k->hash & mask; t->slot[i].at; i = (i + 1) & mask) {
        if (t->slot[i].hash != k->hash)
            continue;
        e = t->block + t->slot[i].at - 1;
        if (entry_is(e, k))
            break;
        if (!k->whole) {
            e = seek_again(m, t, k);
            break;
        }
        e = NULL;
    }
    if (!e)
        return false;
    *ret = e + MEMO_HEAD;
    *ret_n = e[2];
    k->entry = t == &m->brief ? (uint32_t)(e - t->block) + 1 : 0;
    return true;
}

static void forget(struct table *t)
{
    memset(t->slot, 0, t->nslot * sizeof *t->slot);
    t->n = 0;
    t->used = 0;
}

static void put(struct slot *slot, size_t nslot, struct slot s)
{
    size_t i = s.hash & (nslot - 1);

    while (slot[i].at)
        i = (i + 1) & (nslot - 1);
    slot[i] = s;
}

/* Room for one more entry: of eight slots five are used at most. Fewer would be found sooner, but lie
 * further apart, and most of a look-up is waiting for its slot. */
static void grow_slots(struct table *t)
{
    struct slot *wider;

    if (t->n < t->nslot / 8 * 5)
        return;
    if (t->nslot * 2 > t->slots_most) {
        forget(t);
        return;
    }
    wider = xcalloc(t->nslot * 2, sizeof *wider);
    for (size_t i = 0; i < t->nslot; i++)
        if (t->slot[i].at)
            put(wider, t->nslot * 2, t->slot[i]);
    free(t->slot);
    t->slot = wider;
    t->nslot *= 2;
}

/* Room for n units more. */
static bool grow_block(struct table *t, size_t n)
{
    if (t->used + n <= t->room)
        return true;
    while (t->room < t->used + n && t->room < t->room_most)
        t->room = t->room * 2 < t->room_most ? t->room * 2 : t->room_most;
    if (t->room < t->used + n)
        forget(t);
    if (t->room < n)
        return false;
    t->block = xrealloc(t->block, t->room, sizeof *t->block);
    return true;
}

static void grow_older(struct memo *m)
{
    m->age += m->age == UINT32_MAX ? 2 : 1;
}

void memo_clear(struct memo *memo)
{
    struct store *m = (struct store *)memo;

    forget(&m->brief);
    forget(&m->lengthy);
    grow_older(memo);
}

void memo_add(struct memo *memo, const struct memo_key *k, const uint32_t *v, size_t n)
{
    struct store *m = (struct store *)memo;
    size_t units = MEMO_HEAD + n + (k->bytes.n + sizeof *v - 1) / sizeof *v;
    struct table *t = k->bytes.n <= MEMO_BRIEF ? &m->brief : &m->lengthy;
    uint32_t *e;

    if (k->bytes.n > LIMIT_MEMO_VALUE || n > t->room_most || !grow_block(t, units))
        return;
    grow_slots(t);
    e = t->block + t->used;
    e[0] = k->sieve;
    e[1] = type_and_size(k);
    e[2] = (uint32_t)n;
    if (n > 0)
        memcpy(e + MEMO_HEAD, v, n * sizeof *v);
    if (k->bytes.n > 0)
        memcpy(e + MEMO_HEAD + n, k->bytes.p, k->bytes.n);
    put(t->slot, t->nslot, (struct slot){ k->hash, (uint32_t)t->used + 1 });
    t->used += units;
    t->n++;
    if (m->brief.n == 1) /* forgotten, or just begun */
        grow_older(memo);
    memo->block = m->brief.block;
}
