/* piece.h - a row's text in parts, between which the sink puts what is known later.
 *
 * A part is its length (4 bytes, little-endian) and its bytes. Parts lie in the memory and in the
 * temporary files of one run; they are read back as input is.
 * Rank: base/. */
#ifndef OUT_PIECE_H
#define OUT_PIECE_H

#include "base/buf.h"

/* Begins a part that is appended to out next; returns what piece_end wants. */
static inline size_t piece_begin(struct buf *out)
{
    static const uint8_t length[4] = { 0 };

    buf_put(out, length, sizeof length);
    return out->n;
}

static inline void piece_end(struct buf *out, size_t begin)
{
    const size_t n = out->n - begin;

    if (out->full)
        return;
    for (size_t i = 0; i < 4; i++)
        out->p[begin - 4 + i] = (uint8_t)(n >> (8 * i));
}

static inline void piece_put(struct buf *out, struct slice s)
{
    const size_t begin = piece_begin(out);

    buf_slice(out, s);
    piece_end(out, begin);
}

/* Takes the next part off *left. False when there is no whole one. */
static inline bool piece_next(struct slice *left, struct slice *ret)
{
    const uint8_t *p = left->p;
    size_t n;

    if (left->n < 4)
        return false;
    n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    if (n > left->n - 4)
        return false;
    *ret = (struct slice){ p + 4, n };
    *left = (struct slice){ p + 4 + n, left->n - 4 - n };
    return true;
}

#endif
