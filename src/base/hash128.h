/* hash128.h - 128 bits for bytes that come in pieces: the same in every run and on every machine.
 *
 * Not a cryptographic hash, and its constants are known: whoever folds things because their hashes
 * are equal compares the things as well. In return it costs a twentieth of SHA-256 in software.
 * Rank: slice.h. */
#ifndef BASE_HASH128_H
#define BASE_HASH128_H

#include "base/slice.h"

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
/* Ends the hash; h may only be initialised again afterwards. */
void hash128_done(struct hash128 *h, uint8_t ret[16]);

#endif
