/* utf16_ascii.h - UTF-16LE to bytes as long as it is ASCII, inline: nearly all text of a log is.
 * Rank: slice.h. */
#ifndef BASE_UTF16_ASCII_H
#define BASE_UTF16_ASCII_H

#include "base/slice.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __SSE2__
/* Eight units to eight bytes; false when one is not ASCII (dst is written all the same). */
static inline bool utf16_block8(const uint8_t *src, uint8_t *dst)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)src);
    __m128i bad = _mm_and_si128(v, _mm_set1_epi16((short)0xff80));

    _mm_storel_epi64((__m128i *)(void *)dst, _mm_packus_epi16(v, v));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) == 0xffff;
}

/* The same for sixteen and for four. */
static inline bool utf16_block16(const uint8_t *src, uint8_t *dst)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)src);
    __m128i w = _mm_loadu_si128((const __m128i *)(const void *)(src + 16));
    __m128i bad = _mm_and_si128(_mm_or_si128(v, w), _mm_set1_epi16((short)0xff80));

    _mm_storeu_si128((__m128i *)(void *)dst, _mm_packus_epi16(v, w));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) == 0xffff;
}

static inline bool utf16_block4(const uint8_t *src, uint8_t *dst)
{
    __m128i v = _mm_loadl_epi64((const __m128i *)(const void *)src);
    __m128i bad = _mm_and_si128(v, _mm_set1_epi16((short)0xff80));
    int packed = _mm_cvtsi128_si32(_mm_packus_epi16(v, v));

    memcpy(dst, &packed, 4);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) == 0xffff;
}
#else
static inline bool utf16_block(const uint8_t *src, uint8_t *dst, size_t units)
{
    unsigned bad = 0;

    for (size_t k = 0; k < units; k++) {
        bad |= (src[2 * k] & 0x80u) | src[2 * k + 1];
        dst[k] = src[2 * k];
    }
    return !bad;
}

static inline bool utf16_block4(const uint8_t *src, uint8_t *dst)
{
    return utf16_block(src, dst, 4);
}

static inline bool utf16_block8(const uint8_t *src, uint8_t *dst)
{
    return utf16_block(src, dst, 8);
}

static inline bool utf16_block16(const uint8_t *src, uint8_t *dst)
{
    return utf16_block8(src, dst) && utf16_block8(src + 16, dst + 8);
}
#endif

/* utf16_ascii (utf16.h). */
static inline size_t utf16_ascii_inline(const uint8_t *src, size_t units, uint8_t *dst)
{
    size_t i = 0;

    while (i + 16 <= units) {
        if (!utf16_block16(src + 2 * i, dst + i))
            break;
        i += 16;
    }
    while (i + 8 <= units) {
        if (!utf16_block8(src + 2 * i, dst + i))
            return i;
        i += 8;
    }
    /* The rest as one block that ends with the text, if that is long enough. */
    if (i < units && units >= 8)
        return utf16_block8(src + 2 * (units - 8), dst + units - 8) ? units : i;
    if (units >= 4 && i == 0 && utf16_block4(src, dst) &&
        utf16_block4(src + 2 * (units - 4), dst + units - 4))
        return units;
    for (; i < units && src[2 * i] < 0x80 && src[2 * i + 1] == 0; i++)
        dst[i] = src[2 * i];
    return i;
}

/* The same for units > 0 where 32 bytes behind them may be read, and 16 behind the text written.
 * Returns less than units when one of them is not ASCII. */
#ifdef __SSE2__
static inline size_t utf16_ascii_padded(const uint8_t *src, size_t units, uint8_t *dst)
{
    const __m128i high = _mm_set1_epi16((short)0xff80), zero = _mm_setzero_si128();
    size_t i = 0;

    for (;; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(src + 2 * i));
        __m128i w = _mm_loadu_si128((const __m128i *)(const void *)(src + 2 * i + 16));
        __m128i good = _mm_packs_epi16(_mm_cmpeq_epi16(_mm_and_si128(v, high), zero),
                                       _mm_cmpeq_epi16(_mm_and_si128(w, high), zero));
        unsigned bad = ~(unsigned)_mm_movemask_epi8(good) & 0xffff;

        _mm_storeu_si128((__m128i *)(void *)(dst + i), _mm_packus_epi16(v, w));
        if (units - i <= 16)
            return bad & ((2u << (units - i - 1)) - 1) ? i : units;
        if (bad)
            return i;
    }
}
#else
static inline size_t utf16_ascii_padded(const uint8_t *src, size_t units, uint8_t *dst)
{
    return utf16_ascii_inline(src, units, dst);
}
#endif

#endif
