/* mix.h - what hashes of this tree are made of.
 * Rank: includes nothing of ours. */
#ifndef BASE_MIX_H
#define BASE_MIX_H

#include <stdint.h>
#include <string.h>

/* 64x64 -> 128 bit product, both halves folded: every input bit reaches every output bit. */
static inline uint64_t mix64(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 u128;
    u128 m = (u128)a * b;

    return (uint64_t)m ^ (uint64_t)(m >> 64);
#else
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
    uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;

    return ((mid << 32) | (uint32_t)ll) ^ (hh + (lh >> 32) + (hl >> 32) + (mid >> 32));
#endif
}

/* Little-endian, whatever the machine: the result does not depend on it. */
static inline uint64_t load64le(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint32_t load32le(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

#endif
