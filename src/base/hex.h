/* hex.h - bytes as hex digits and as a GUID, sixteen digits at a time, inline: readers of values and
 * writers of dumps make them by the million.
 * Rank: none below. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Sixteen or eight bytes as hex digits; letter: the first of the letters, 'a' or 'A'. */
#ifdef __SSE2__
static inline __m128i hex_digits(__m128i nibble, char letter)
{
    __m128i above = _mm_cmpgt_epi8(nibble, _mm_set1_epi8(9));
    __m128i more = _mm_and_si128(above, _mm_set1_epi8((char)(letter - '0' - 10)));

    return _mm_add_epi8(_mm_add_epi8(nibble, _mm_set1_epi8('0')), more);
}

static inline void hex_put16(uint8_t *p, const uint8_t *src, char letter)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)src), low = _mm_set1_epi8(15);
    __m128i a = hex_digits(_mm_and_si128(_mm_srli_epi16(v, 4), low), letter);
    __m128i b = hex_digits(_mm_and_si128(v, low), letter);

    _mm_storeu_si128((__m128i *)(void *)p, _mm_unpacklo_epi8(a, b));
    _mm_storeu_si128((__m128i *)(void *)(p + 16), _mm_unpackhi_epi8(a, b));
}

static inline void hex_put8(uint8_t *p, const uint8_t *src, char letter)
{
    __m128i v = _mm_loadl_epi64((const __m128i *)(const void *)src);

    v = _mm_unpacklo_epi8(_mm_srli_epi16(v, 4), v);
    v = hex_digits(_mm_and_si128(v, _mm_set1_epi8(15)), letter);
    _mm_storeu_si128((__m128i *)(void *)p, v);
}
#else
static inline void hex_put8(uint8_t *p, const uint8_t *src, char letter)
{
    for (size_t i = 0; i < 16; i++) {
        unsigned nibble = i % 2 ? src[i / 2] & 15u : src[i / 2] >> 4;

        p[i] = (uint8_t)(nibble < 10 ? '0' + nibble : (unsigned)letter + nibble - 10);
    }
}

static inline void hex_put16(uint8_t *p, const uint8_t *src, char letter)
{
    hex_put8(p, src, letter);
    hex_put8(p + 16, src + 8, letter);
}
#endif

/* 16 bytes in braces, upper case, 38 in all; the first three parts are little-endian numbers. Returns
 * the end. */
static inline uint8_t *hex_guid(uint8_t *to, const uint8_t *g)
{
    const uint8_t raw[16] = { g[3], g[2], g[1],  g[0],  g[5],  g[4],  g[7],  g[6],
                              g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15] };
    uint8_t digits[32];

    hex_put16(digits, raw, 'A');
    to[0] = '{';
    memcpy(to + 1, digits, 8);
    to[9] = '-';
    memcpy(to + 10, digits + 8, 4);
    to[14] = '-';
    memcpy(to + 15, digits + 12, 4);
    to[19] = '-';
    memcpy(to + 20, digits + 16, 4);
    to[24] = '-';
    memcpy(to + 25, digits + 20, 12);
    to[37] = '}';
    return to + 38;
}

#endif
