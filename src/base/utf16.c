/* utf16.c - UTF-16LE to UTF-8 and the repair of UTF-8.
 *
 * Nearly all text of a log is ASCII: runs of it go eight units at a time, the rest one code point
 * at a time.
 * May include: base/. */
#include "base/utf16.h"

#include "base/utf16_ascii.h"

#define REPLACEMENT 0xfffdu

size_t utf16_ascii(const uint8_t *src, size_t units, uint8_t *dst)
{
    return utf16_ascii_inline(src, units, dst);
}

size_t utf16_length(const uint8_t *src, size_t units)
{
    size_t i = 0;

#ifdef __SSE2__
    for (; i + 8 <= units; i += 8) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(src + 2 * i));
        int nul = _mm_movemask_epi8(_mm_cmpeq_epi16(v, _mm_setzero_si128()));

        if (nul)
            return i + (unsigned)__builtin_ctz((unsigned)nul) / 2;
    }
#endif
    while (i < units && (src[2 * i] || src[2 * i + 1]))
        i++;
    return i;
}

static uint32_t unit_at(const uint8_t *src, size_t i)
{
    return (uint32_t)src[2 * i] | (uint32_t)src[2 * i + 1] << 8;
}

size_t utf16_to_utf8(const uint8_t *src, size_t units, uint8_t *dst)
{
    size_t i = 0, n = 0;

    while (i < units) {
        size_t run = utf16_ascii(src + 2 * i, units - i, dst + n);
        size_t stop;

        i += run;
        n += run;
        /* A few units singly before the next try: mixed text would pay for each failed one. */
        stop = units - i < 8 ? units : i + 8;
        while (i < stop) {
            uint32_t c = unit_at(src, i++);

            if (c < 0x80) {
                dst[n++] = (uint8_t)c;
                continue;
            }
            if (c >= 0xd800 && c < 0xe000) {
                uint32_t low = c < 0xdc00 && i < units ? unit_at(src, i) : 0;

                if (low >= 0xdc00 && low < 0xe000) {
                    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                    i++;
                } else {
                    c = REPLACEMENT;
                }
            }
            n += utf8_encode(c, dst + n);
        }
    }
    return n;
}

static void put_unit(struct buf *out, uint32_t u, bool big_endian)
{
    uint8_t b[2] = { (uint8_t)u, (uint8_t)(u >> 8) };

    if (big_endian)
        b[0] = (uint8_t)(u >> 8), b[1] = (uint8_t)u;
    buf_put(out, b, 2);
}

void utf8_to_utf16(struct slice s, struct buf *out, bool big_endian)
{
    while (s.n) {
        size_t n;
        uint32_t c = utf8_decode(s, &n);

        if (c >= 0x10000) {
            put_unit(out, 0xd800 + ((c - 0x10000) >> 10), big_endian);
            put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff), big_endian);
        } else {
            put_unit(out, c, big_endian);
        }
        s.p += n;
        s.n -= n;
    }
}

/* Decodes; false (and *ret_n 1) where the bytes at s.p are no code point. */
static bool decode(struct slice s, uint32_t *ret_c, size_t *ret_n)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t b = s.p[0];
    size_t n = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
    uint32_t c;

    *ret_n = 1;
    if (n == 0 || n > s.n)
        return false;
    c = n == 1 ? b : b & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80)
            return false;
        c = c << 6 | (s.p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return false;
    *ret_c = c;
    *ret_n = n;
    return true;
}

uint32_t utf8_decode(struct slice s, size_t *ret_n)
{
    uint32_t c = REPLACEMENT;

    decode(s, &c, ret_n);
    return c;
}

size_t utf8_encode(uint32_t c, uint8_t *dst)
{
    if (c < 0x80) {
        dst[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        dst[0] = (uint8_t)(0xc0 | c >> 6);
        dst[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        dst[0] = (uint8_t)(0xe0 | c >> 12);
        dst[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        dst[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    dst[0] = (uint8_t)(0xf0 | c >> 18);
    dst[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    dst[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    dst[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

/* Length of the valid part at the front of s. */
static size_t valid_prefix(struct slice s)
{
    size_t i = 0;

    while (i < s.n) {
        uint64_t v;
        uint32_t c;
        size_t n;

        if (s.n - i >= 8) {
            memcpy(&v, s.p + i, 8);
            if ((v & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        if (s.p[i] < 0x80) {
            i++;
            continue;
        }
        if (!decode((struct slice){ s.p + i, s.n - i }, &c, &n))
            break;
        i += n;
    }
    return i;
}

bool utf8_valid(struct slice s)
{
    return valid_prefix(s) == s.n;
}

size_t utf8_repair(struct slice s, struct buf *out)
{
    size_t replaced = 0;

    for (;;) {
        size_t n = valid_prefix(s);

        buf_put(out, s.p, n);
        if (n == s.n)
            return replaced;
        buf_put(out, "\xef\xbf\xbd", 3);
        replaced++;
        s.p += n + 1;
        s.n -= n + 1;
    }
}
