/* gram.c - find many literals of four bytes and more in a short text.
 *
 * May include base/, literal.h, rarity.h. */
#include "match/gram.h"

#include "base/mem.h"

#include <stdlib.h>

/* A bucket with more literals than this takes no others while they have somewhere else to go. */
#define BUCKET_FULL 8
/* Windows of one literal that are looked at: enough to choose from, and building stays linear. */
#define WINDOWS_MOST 64

struct entry {
    uint32_t gram;
    uint32_t literal;
    uint32_t offset; /* of the window in the literal */
    uint32_t n;
    const uint8_t *p;
    uint8_t anchor;
};

/* The hash of a window has `bits` bits; all of them say whether the window is known at all, the
 * upper ones which bucket it is in. */
struct gram {
    uint32_t shift;  /* 32 - bits */
    uint32_t narrow; /* bits - bits of the bucket */
    uint32_t *known; /* bitmap by hash */
    uint32_t *start; /* by bucket, one more at the end */
    struct entry *entry;
    size_t n, nbucket;
};

static uint32_t load32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t hash(const struct gram *g, uint32_t gram)
{
    return (gram * UINT32_C(0x9e3779b1)) >> g->shift;
}

/* What it costs to file a literal under this window. */
static uint32_t window_cost(const struct gram *g, const uint16_t *load, uint32_t gram,
                            const struct rarity *r)
{
    uint32_t crowd = load[hash(g, gram) >> g->narrow];

    return (crowd >= BUCKET_FULL ? 4096 + crowd : crowd) + (rarity_knows(r, gram) ? 64 : 0);
}

static struct entry choose(const struct gram *g, const uint16_t *load, const struct literal *l,
                           const struct rarity *r)
{
    struct entry best = { .p = l->bytes.p, .n = (uint32_t)l->bytes.n, .anchor = l->anchor };
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i + GRAM_SIZE <= l->bytes.n && i < WINDOWS_MOST; i++) {
        uint32_t gram = load32(l->bytes.p + i), cost = window_cost(g, load, gram, r);

        if (cost >= least)
            continue;
        least = cost;
        best.gram = gram;
        best.offset = (uint32_t)i;
    }
    return best;
}

static uint32_t log2_above(size_t n)
{
    uint32_t bits = 0;

    while (((size_t)1 << bits) < n)
        bits++;
    return bits;
}

static void size_tables(struct gram *g, size_t n)
{
    uint32_t bits = log2_above(n * 16), bucket = log2_above(n * 2);

    bits = bits < 8 ? 8 : bits > 18 ? 18 : bits;
    bucket = bucket > bits ? bits : bucket;
    g->shift = 32 - bits;
    g->narrow = bits - bucket;
    g->nbucket = (size_t)1 << bucket;
    g->known = xcalloc(((size_t)1 << bits) / 32, sizeof *g->known);
    g->start = xcalloc(g->nbucket + 1, sizeof *g->start);
}

/* Literals with few windows choose first. */
struct turn {
    uint32_t n, literal;
};

static int by_length(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->literal > y->literal) - (x->literal < y->literal);
}

static void place(struct gram *g, const struct entry *chosen, size_t n)
{
    uint32_t *fill = xcalloc(g->nbucket + 1, sizeof *fill);

    for (size_t i = 0; i < n; i++)
        g->start[(hash(g, chosen[i].gram) >> g->narrow) + 1]++;
    for (size_t i = 0; i < g->nbucket; i++)
        g->start[i + 1] += g->start[i];
    memcpy(fill, g->start, g->nbucket * sizeof *fill);
    for (size_t i = 0; i < n; i++) {
        uint32_t h = hash(g, chosen[i].gram);

        g->known[h / 32] |= UINT32_C(1) << (h % 32);
        g->entry[fill[h >> g->narrow]++] = chosen[i];
    }
    free(fill);
}

struct gram *gram_new(const struct literal *literal, const uint32_t *which, size_t n,
                      const struct rarity *r)
{
    struct gram *g = xcalloc(1, sizeof *g);
    struct turn *turn = xcalloc(n + 1, sizeof *turn);
    struct entry *chosen = xcalloc(n + 1, sizeof *chosen);
    uint16_t *load;

    size_tables(g, n);
    g->n = n;
    g->entry = xcalloc(n + 1, sizeof *g->entry);
    load = xcalloc(g->nbucket, sizeof *load);
    for (size_t i = 0; i < n; i++)
        turn[i] = (struct turn){ (uint32_t)literal[which[i]].bytes.n, which[i] };
    if (n > 0)
        qsort(turn, n, sizeof *turn, by_length);
    for (size_t i = 0; i < n; i++) {
        uint16_t *crowd;

        chosen[i] = choose(g, load, &literal[turn[i].literal], r);
        chosen[i].literal = turn[i].literal;
        crowd = &load[hash(g, chosen[i].gram) >> g->narrow];
        if (*crowd < UINT16_MAX)
            ++*crowd;
    }
    place(g, chosen, n);
    free(load);
    free(chosen);
    free(turn);
    return g;
}

void gram_free(struct gram *g)
{
    if (!g)
        return;
    free(g->known);
    free(g->start);
    free(g->entry);
    free(g);
}

/* The window at `at` is known, or its hash is: which literals stand there? */
static void walk(const struct gram *g, struct slice text, size_t at, uint32_t h,
                 struct found *found)
{
    uint32_t gram = load32(text.p + at), bucket = h >> g->narrow;

    for (uint32_t i = g->start[bucket]; i < g->start[bucket + 1]; i++) {
        const struct entry *e = &g->entry[i];
        size_t from = at - e->offset;

        if (e->gram != gram || at < e->offset || e->n > text.n - from ||
            !anchor_allows(e->anchor, from, e->n, text.n) || found_has(found, e->literal))
            continue;
        if (memcmp(text.p + from, e->p, e->n) == 0)
            found_add(found, e->literal);
    }
}

void gram_scan(const struct gram *g, struct slice text, struct found *found)
{
    for (size_t i = 0; i + GRAM_SIZE <= text.n; i++) {
        uint32_t h = hash(g, load32(text.p + i));

        if (g->known[h / 32] >> (h % 32) & 1)
            walk(g, text, i, h, found);
    }
}

size_t gram_longest(const struct gram *g)
{
    size_t longest = 0;

    for (size_t i = 0; i < g->nbucket; i++)
        if (g->start[i + 1] - g->start[i] > longest)
            longest = g->start[i + 1] - g->start[i];
    return longest;
}
