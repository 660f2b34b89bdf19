/* hash128.h - 128 bits for bytes that come in pieces: the same in every run and on every machine.
 *
 * Not a cryptographic hash, and its constants are known: whoever folds things because their hashes
 * are equal compares the things as well. In return it costs a twentieth of SHA-256 in software.
 * Rank: slice.h, mix.h. */
#ifndef BASE_HASH128_H
#define BASE_HASH128_H

#include "base/mix.h"

#define HASH128_GATHER 512 /* bytes; a multiple of 16 */

struct hash128 {
    uint64_t a, b;
    uint64_t bytes; /* added so far */
    size_t n;       /* of them not hashed yet */
    uint8_t gathered[HASH128_GATHER];
};

void hash128_init(struct hash128 *h);
/* hash128_add where the piece does not fit into what is gathered. */
void hash128_add_slow(struct hash128 *h, const void *p, size_t n);
/* Appends; how the bytes are cut into pieces does not matter. */
static inline void hash128_add(struct hash128 *h, const void *p, size_t n)
{
    if (n > HASH128_GATHER - h->n) {
        hash128_add_slow(h, p, n);
    } else if (n) {
        memcpy(h->gathered + h->n, p, n);
        h->n += n;
    }
}

#define HASH128_A0 UINT64_C(0x9e3779b97f4a7c15)
#define HASH128_A1 UINT64_C(0xd1b54a32d192ed03)
#define HASH128_B0 UINT64_C(0x8bb84b93962eacc9)
#define HASH128_B1 UINT64_C(0xc2b2ae3d27d4eb4f)

/* One block of both lanes. */
static inline void hash128_block(uint64_t *a, uint64_t *b, uint64_t x, uint64_t y)
{
    *a = mix64(x ^ HASH128_A1 ^ *a, y ^ HASH128_B0 ^ (*a << 32 | *a >> 32));
    *b = mix64(x ^ HASH128_B1 ^ (*b << 32 | *b >> 32), y ^ HASH128_A0 ^ *b);
}

/* Adds n bytes as one piece: its length and `head` count as well as the bytes, so that no two lists of
 * pieces are one stream. Not to be mixed with hash128_add in one hash. */
__attribute__((always_inline)) static inline void hash128_piece(struct hash128 *h, uint8_t head,
                                                                const uint8_t *p, size_t n)
{
    const uint64_t front = (uint64_t)n << 8 | head;
    uint64_t a = h->a ^ front, b = h->b + front * HASH128_A0, x = 0, y = 0;

    for (; n > 16; p += 16, n -= 16)
        hash128_block(&a, &b, load64le(p), load64le(p + 8));
    if (n >= 8) {
        x = load64le(p);
        y = load64le(p + n - 8);
    } else if (n >= 4) {
        x = load32le(p);
        y = load32le(p + n - 4);
    } else if (n > 0) {
        x = (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
    }
    hash128_block(&a, &b, x, y);
    h->a = a;
    h->b = b;
}
/* Ends the hash; h may only be initialised again afterwards. */
void hash128_done(struct hash128 *h, uint8_t ret[16]);

#endif
