/* encode.c - see encode.h. */
#include "rule/encode.h"

#include "base/utf16.h"

struct slice encode_utf16(struct slice text, enum encoding e, struct arena *a)
{
    struct buf b;
    buf_init(&b, text.n * 2 + 2); /* a byte of UTF-8 makes at most one unit */
    if (e == ENCODING_UTF16)
        buf_put(&b, "\xff\xfe", 2);
    utf8_to_utf16(text, &b, e == ENCODING_UTF16BE);
    struct slice out = b.full ? SLICE_ABSENT : arena_dup(a, b.n > 0 ? buf_view(&b) : SLICE(""));
    buf_release(&b);
    return out;
}

struct slice encode_base64(struct slice bytes, struct arena *a)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *out = arena_try(a, (bytes.n + 2) / 3 * 4);
    if (out == NULL)
        return SLICE_ABSENT;
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)bytes.p[i] << 16;
        v |= left > 1 ? (uint32_t)bytes.p[i + 1] << 8 : 0;
        v |= left > 2 ? bytes.p[i + 2] : 0;
        out[n++] = (uint8_t)digits[v >> 18];
        out[n++] = (uint8_t)digits[v >> 12 & 63];
        out[n++] = left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=';
        out[n++] = left > 2 ? (uint8_t)digits[v & 63] : '=';
    }
    return slice_of(out, n);
}

struct slice encode_base64_offset(struct slice bytes, unsigned offset, struct arena *a)
{
    static const size_t front[3] = { 0, 2, 3 }; /* characters touched by the bytes before */
    static const size_t back[3] = { 0, 3, 2 };  /* touched by what follows, padding included */
    uint8_t *shifted = arena_try(a, bytes.n + offset);
    if (shifted == NULL)
        return SLICE_ABSENT;
    memset(shifted, ' ', offset);
    memcpy(shifted + offset, bytes.p, bytes.n);
    struct slice text = encode_base64(slice_of(shifted, bytes.n + offset), a);
    if (text.p == NULL)
        return text;
    size_t cut = front[offset] + back[text.n > 0 ? (bytes.n + offset) % 3 : 0];
    return slice_sub(text, front[offset], cut < text.n ? text.n - cut : 0);
}
