/* rd.h - a little-endian read cursor that cannot overrun.
 *
 * A read past the end yields 0, does not move, and turns the cursor bad for ever; check rd_bad once
 * after a group of reads. No alignment is assumed.
 * Rank: slice.h. */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/slice.h"

struct rd {
    const uint8_t *p;
    size_t n, at;
    bool bad;
};

static inline struct rd rd_init(struct slice s)
{
    return (struct rd){ s.p, s.n, 0, false };
}

static inline bool rd_bad(const struct rd *r)
{
    return r->bad;
}

static inline size_t rd_left(const struct rd *r)
{
    return r->n - r->at;
}

/* The next number. 0, and bad from then on, when too few bytes are left. */
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16le(struct rd *r);
uint32_t rd_u32le(struct rd *r);
uint64_t rd_u64le(struct rd *r);
/* n bytes; the absent slice when fewer are left. */
struct slice rd_bytes(struct rd *r, size_t n);
void rd_skip(struct rd *r, size_t n);
void rd_seek(struct rd *r, size_t at);

#endif
