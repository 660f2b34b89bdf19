/* plain.h - which of sixteen bytes may pass into a format as they are.
 *
 * Nearly all text of a log is ASCII that needs no escape. So whoever escapes copies runs of it and
 * looks at the rest one code point at a time; a mask of sixteen bytes finds the end of a run. Bytes
 * beyond ASCII never pass: they may be invalid.
 * Callers give a constant target, so that only its tests are compiled.
 * Rank: includes nothing of ours. */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* For which target. */
enum plain_target {
    PLAIN_CONTROLS = 1,
    PLAIN_CSV = 2,
    PLAIN_JSON = 4,
    PLAIN_HTML = 8,
    PLAIN_XML_TEXT = 16,
    PLAIN_XML_ATTRIBUTE = 32
};

/* Of a byte. */
static inline bool plain_byte(uint8_t c, enum plain_target t)
{
    if (c < 0x20 || c >= 0x7f)
        return false;
    switch (c) {
    case '"':
        return !(t & (PLAIN_CSV | PLAIN_JSON | PLAIN_HTML | PLAIN_XML_ATTRIBUTE));
    case '\'':
        return !(t & (PLAIN_HTML | PLAIN_XML_ATTRIBUTE));
    case '<':
        return !(t & (PLAIN_JSON | PLAIN_HTML | PLAIN_XML_TEXT | PLAIN_XML_ATTRIBUTE));
    case '>':
    case '&':
        return !(t & (PLAIN_HTML | PLAIN_XML_TEXT | PLAIN_XML_ATTRIBUTE));
    case '\\':
        return !(t & PLAIN_JSON);
    default:
        return true;
    }
}

#ifdef __SSE2__
/* All bits of each byte of x that may not pass. */
__attribute__((always_inline)) static inline __m128i plain_odd_bytes(__m128i x, enum plain_target t)
{
    /* Controls, DEL, and 0x80 and up, which are negative. */
    __m128i odd = _mm_cmplt_epi8(_mm_add_epi8(x, _mm_set1_epi8(1)), _mm_set1_epi8(0x21));

    if (t & (PLAIN_CSV | PLAIN_JSON | PLAIN_HTML | PLAIN_XML_ATTRIBUTE))
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
    if (t & (PLAIN_HTML | PLAIN_XML_ATTRIBUTE))
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('\'')));
    if (t & PLAIN_JSON) {
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('<')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
    }
    if (t & (PLAIN_HTML | PLAIN_XML_TEXT | PLAIN_XML_ATTRIBUTE)) {
        __m128i angle = _mm_or_si128(x, _mm_set1_epi8(2)); /* < and > differ in this bit */

        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(angle, _mm_set1_epi8('>')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, _mm_set1_epi8('&')));
    }
    return odd;
}

/* A bit for each of them. */
__attribute__((always_inline)) static inline unsigned plain_odd(__m128i x, enum plain_target t)
{
    return (unsigned)_mm_movemask_epi8(plain_odd_bytes(x, t));
}

/* 1 to 15 bytes as a block in which some of them are there twice. */
static inline __m128i plain_load_short(const uint8_t *p, size_t n)
{
    uint32_t first, last;

    if (n >= 8)
        return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)p),
                                  _mm_loadl_epi64((const __m128i *)(const void *)(p + n - 8)));
    if (n >= 4) {
        memcpy(&first, p, 4);
        memcpy(&last, p + n - 4, 4);
        return _mm_set1_epi64x((int64_t)((uint64_t)first | (uint64_t)last << 32));
    }
    first = (uint32_t)p[0] | (uint32_t)p[n / 2] << 8 | (uint32_t)p[n - 1] << 16;
    return _mm_set1_epi32((int)(first | first << 24));
}
#endif

#ifdef __SSE2__
/* Of 8 to 15 bytes the first odd one, n when there is none: as one block of which the middle is there
 * twice. */
__attribute__((always_inline)) static inline size_t plain_short(const uint8_t *p, size_t n,
                                                                enum plain_target t)
{
    __m128i x = _mm_loadl_epi64((const __m128i *)(const void *)p);
    __m128i y = _mm_loadl_epi64((const __m128i *)(const void *)(p + n - 8));
    unsigned odd = plain_odd(_mm_unpacklo_epi64(x, y), t), at;

    if (!odd)
        return n;
    at = (unsigned)__builtin_ctz(odd);
    return at < 8 ? at : n - 16 + at;
}
#endif

/* Bytes at the front of p that may pass. */
__attribute__((always_inline)) static inline size_t plain_run(const uint8_t *p, size_t n,
                                                              enum plain_target t)
{
    size_t i = 0;

#ifdef __SSE2__
    for (; i + 16 <= n; i += 16) {
        unsigned odd = plain_odd(_mm_loadu_si128((const __m128i *)(const void *)(p + i)), t);

        if (odd)
            return i + (unsigned)__builtin_ctz(odd);
    }
    if (n - i >= 8)
        return i + plain_short(p + i, n - i, t);
#endif
    while (i < n && plain_byte(p[i], t))
        i++;
    return i;
}

#endif
