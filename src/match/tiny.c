/* tiny.c - find literals of one to three bytes in a text.
 *
 * The bytes and their number make a key of 26 bits; literals with the same key differ in their
 * anchor only, so that a run of equal keys in the sorted table is at most three long.
 * May include base/, literal.h. */
#include "match/tiny.h"

#include "base/mem.h"

#include <stdlib.h>

struct entry {
    uint32_t key;
    uint32_t literal;
    uint8_t n, anchor;
};

struct tiny {
    struct entry *entry; /* sorted by key, n of them */
    size_t n;
    uint32_t *slot; /* by hash of the key: index + 1 of the first entry; 0 is free */
    uint32_t mask;
    bool lengths[TINY_SIZE + 1]; /* of floating literals */
    bool ends[TINY_SIZE + 1];    /* of any */
    uint32_t *pair;              /* bitmap over two bytes; NULL when nothing floats */
};

static uint32_t key_of(const uint8_t *p, size_t n)
{
    uint32_t key = (uint32_t)n << 24;

    for (size_t i = 0; i < n; i++)
        key |= (uint32_t)p[i] << (8 * i);
    return key;
}

static uint32_t hash(uint32_t key)
{
    key *= UINT32_C(0x9e3779b1);
    return key ^ key >> 15;
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->literal > y->literal) - (x->literal < y->literal);
}

static void pair_add(struct tiny *t, const struct literal *l)
{
    const uint8_t *p = l->bytes.p;
    uint32_t from = 0, to = 255;

    if (!t->pair)
        t->pair = xcalloc(65536 / 32, sizeof *t->pair);
    if (l->bytes.n > 1)
        from = to = p[1];
    for (uint32_t second = from; second <= to; second++) {
        uint32_t at = p[0] | second << 8;

        t->pair[at / 32] |= UINT32_C(1) << (at % 32);
    }
}

static void file(struct tiny *t)
{
    uint32_t size = 16;

    while (size < 4 * t->n)
        size *= 2;
    t->mask = size - 1;
    t->slot = xcalloc(size, sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t at = hash(t->entry[i].key) & t->mask;

        if (i > 0 && t->entry[i].key == t->entry[i - 1].key)
            continue;
        while (t->slot[at])
            at = (at + 1) & t->mask;
        t->slot[at] = (uint32_t)(i + 1);
    }
}

struct tiny *tiny_new(const struct literal *literal, const uint32_t *which, size_t n)
{
    struct tiny *t = xcalloc(1, sizeof *t);

    t->entry = xcalloc(n + 1, sizeof *t->entry);
    t->n = n;
    for (size_t i = 0; i < n; i++) {
        const struct literal *l = &literal[which[i]];

        t->entry[i] = (struct entry){ key_of(l->bytes.p, l->bytes.n), which[i], (uint8_t)l->bytes.n,
                                      l->anchor };
        t->ends[l->bytes.n] = true;
        if (l->anchor != ANCHOR_NONE)
            continue;
        t->lengths[l->bytes.n] = true;
        pair_add(t, l);
    }
    if (n > 0)
        qsort(t->entry, n, sizeof *t->entry, by_key);
    file(t);
    return t;
}

void tiny_free(struct tiny *t)
{
    if (!t)
        return;
    free(t->entry);
    free(t->slot);
    free(t->pair);
    free(t);
}

/* The literals of n bytes that stand at `at`. */
static void look(const struct tiny *t, struct slice text, size_t at, size_t n, struct found *found)
{
    uint32_t key = key_of(text.p + at, n), slot = hash(key) & t->mask;

    while (t->slot[slot] && t->entry[t->slot[slot] - 1].key != key)
        slot = (slot + 1) & t->mask;
    if (!t->slot[slot])
        return;
    for (size_t i = t->slot[slot] - 1; i < t->n && t->entry[i].key == key; i++)
        if (anchor_allows(t->entry[i].anchor, at, n, text.n))
            found_add(found, t->entry[i].literal);
}

static void scan_floating(const struct tiny *t, struct slice text, struct found *found)
{
    for (size_t i = 0; i < text.n; i++) {
        uint32_t at = text.p[i] | (i + 1 < text.n ? (uint32_t)text.p[i + 1] << 8 : 0);

        if (!(t->pair[at / 32] >> (at % 32) & 1))
            continue;
        for (size_t n = 1; n <= TINY_SIZE && n <= text.n - i; n++)
            if (t->lengths[n])
                look(t, text, i, n, found);
    }
}

void tiny_scan(const struct tiny *t, struct slice text, struct found *found)
{
    for (size_t n = 1; n <= TINY_SIZE && n <= text.n; n++) {
        if (!t->ends[n])
            continue;
        look(t, text, 0, n, found);
        look(t, text, text.n - n, n, found);
    }
    if (t->pair)
        scan_floating(t, text, found);
}
