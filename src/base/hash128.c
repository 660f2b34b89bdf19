/* hash128.c - two lanes of 64 x 64 -> 128 bit products, folded, over blocks of 16 bytes.
 *
 * The lanes see the same bytes with other constants and never meet before the end, so that equal
 * results take a collision in both.
 * May include: base/. */
#include "base/hash128.h"

void hash128_init(struct hash128 *h)
{
    h->a = HASH128_A0;
    h->b = HASH128_B0;
    h->bytes = 0;
    h->n = 0;
}

static uint64_t turn(uint64_t v)
{
    return v << 32 | v >> 32;
}

/* n is a multiple of 16. */
static void blocks(struct hash128 *h, const uint8_t *p, size_t n)
{
    uint64_t a = h->a, b = h->b;

    for (size_t i = 0; i < n; i += 16)
        hash128_block(&a, &b, load64le(p + i), load64le(p + i + 8));
    h->a = a;
    h->b = b;
}

void hash128_add_slow(struct hash128 *h, const void *from, size_t n)
{
    const uint8_t *p = from;
    size_t some = HASH128_GATHER - h->n;

    memcpy(h->gathered + h->n, p, some);
    blocks(h, h->gathered, HASH128_GATHER);
    p += some;
    n -= some;
    h->bytes += HASH128_GATHER;
    some = n & ~(size_t)15;
    blocks(h, p, some);
    h->bytes += some;
    h->n = n - some;
    if (h->n)
        memcpy(h->gathered, p + some, h->n);
}

static void store64le(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

void hash128_done(struct hash128 *h, uint8_t ret[16])
{
    const size_t whole = (h->n + 15) & ~(size_t)15;

    memset(h->gathered + h->n, 0, whole - h->n);
    h->bytes += h->n;
    blocks(h, h->gathered, whole);
    store64le(ret, mix64(h->a ^ h->bytes ^ HASH128_B1, turn(h->b) ^ HASH128_A1));
    store64le(ret + 8, mix64(h->b ^ h->bytes ^ HASH128_A1, turn(h->a) ^ HASH128_B0));
}
