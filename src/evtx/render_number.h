/* render_number.h - numbers, GUIDs and times as text, without branches where it can be done.
 *
 * A log is mostly numbers of unforeseeable length: a loop over digits costs more in wrong guesses of
 * the processor than in work. So eight digits are made at once and leading zeros shifted out. Most
 * functions touch up to 16 bytes behind what they write.
 * Rank: base/, binxml.h. */
#ifndef EVTX_RENDER_NUMBER_H
#define EVTX_RENDER_NUMBER_H

#include <stdint.h>
#include <string.h>

#include "base/filetime.h"
#include "base/hex.h"
#include "evtx/binxml.h"

/* A number of eight digits at most as bytes 0 to 9, the first digit lowest. */
static inline uint64_t render_digits(uint32_t u)
{
    uint64_t v = u / 10000 | (uint64_t)(u % 10000) << 32, t;

    t = (v * 10486 >> 20) & UINT64_C(0x0000007f0000007f); /* fours / 100 */
    v = t | (v - 100 * t) << 16;
    t = (v * 103 >> 10) & UINT64_C(0x000f000f000f000f); /* pairs / 10 */
    return t | (v - 10 * t) << 8;
}

/* Lowest byte first. */
static inline void render_store(uint8_t *to, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(to, &v, 8);
}

static inline uint8_t *render_eight(uint8_t *to, uint32_t u)
{
    render_store(to, render_digits(u) | UINT64_C(0x3030303030303030));
    return to + 8;
}

/* Below 100,000,000. */
static inline uint8_t *render_small(uint8_t *to, uint32_t u)
{
    uint64_t v = render_digits(u);
    unsigned zeros = (unsigned)__builtin_ctzll(v | UINT64_C(1) << 56) & 0x38u;

    render_store(to, (v | UINT64_C(0x3030303030303030)) >> zeros);
    return to + 8 - zeros / 8;
}

static inline uint8_t *render_decimal(uint8_t *to, uint64_t u)
{
    const uint32_t e8 = 100000000;

    if (u < 10) {
        *to = (uint8_t)('0' + u);
        return to + 1;
    }
    if (u < e8)
        return render_small(to, (uint32_t)u);
    if (u < (uint64_t)e8 * e8)
        return render_eight(render_small(to, (uint32_t)(u / e8)), (uint32_t)(u % e8));
    to = render_small(to, (uint32_t)(u / e8 / e8));
    to = render_eight(to, (uint32_t)(u / e8 % e8));
    return render_eight(to, (uint32_t)(u % e8));
}

/* The number in the low `bytes` bytes of u, with a sign. */
static inline uint8_t *render_signed(uint8_t *to, uint64_t u, unsigned bytes)
{
    uint64_t sign = UINT64_C(1) << (8 * bytes - 1);

    if (!(u & sign))
        return render_decimal(to, u);
    *to++ = '-';
    return render_decimal(to, (sign - 1 - (u & (sign - 1))) + 1);
}

/* "0x" and lower-case digits without leading zeros. */
static inline uint8_t *render_hex(uint8_t *to, uint64_t u)
{
    unsigned zeros = (unsigned)__builtin_clzll(u | 1) / 4;
    uint8_t raw[8];

    memcpy(to, "0x", 2);
    render_store(raw, __builtin_bswap64(u << 4 * zeros));
    hex_put8(to + 2, raw, 'a');
    return to + 18 - zeros;
}

static inline uint8_t *render_bool(uint8_t *to, uint32_t u)
{
    memcpy(to, u ? "true" : "false", 5);
    return to + 4 + !u;
}

/* The times of a log follow one another closely: the text of the last second is kept. */
struct render_clock {
    uint64_t second;  /* since 1601, of `text`; 0: none */
    uint8_t text[32]; /* "2020-02-18T10:11:12." and what is written over */
};

/* Not one of 28 characters: written anew. */
uint8_t *render_clock_set(struct render_clock *c, uint8_t *to, uint64_t t);

static inline uint8_t *render_filetime(struct render_clock *c, uint8_t *to, uint64_t t)
{
    uint64_t second = t / FILETIME_SECOND, v;

    if (second != c->second || second == 0)
        return render_clock_set(c, to, t);
    v = render_digits((uint32_t)(t - second * FILETIME_SECOND)) | UINT64_C(0x3030303030303030);
    memcpy(to, c->text, 20);
    render_store(to + 20, v >> 8 | (uint64_t)'Z' << 56); /* seven digits */
    return to + 28;
}

/* A SID as it was last written; whoever wants speed keeps RENDER_SIDS of them. */
#define RENDER_SIDS 16

struct render_sid {
    uint32_t n, text_n;
    uint8_t raw[28];
    uint8_t text[64];
};

/* NULL, and nothing written, when it is not of the usual kind. Touches 64 bytes. */
uint8_t *render_sid(struct render_sid *memo, uint8_t *to, const uint8_t *p, uint32_t n);

#endif
