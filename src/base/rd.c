/* rd.c - a little-endian read cursor that cannot overrun.
 *
 * Values are put together from bytes: right on every machine, and compilers make one load of it.
 * May include: base/. */
#include "base/rd.h"

static const uint8_t *rd_take(struct rd *r, size_t n)
{
    const uint8_t *p;

    if (r->bad || n > r->n - r->at) {
        r->bad = true;
        return NULL;
    }
    p = r->p + r->at;
    r->at += n;
    return p;
}

uint8_t rd_u8(struct rd *r)
{
    const uint8_t *p = rd_take(r, 1);

    return p ? p[0] : 0;
}

uint16_t rd_u16le(struct rd *r)
{
    const uint8_t *p = rd_take(r, 2);

    return p ? (uint16_t)(p[0] | p[1] << 8) : 0;
}

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t rd_u32le(struct rd *r)
{
    const uint8_t *p = rd_take(r, 4);

    return p ? load32(p) : 0;
}

uint64_t rd_u64le(struct rd *r)
{
    const uint8_t *p = rd_take(r, 8);

    return p ? (uint64_t)load32(p) | (uint64_t)load32(p + 4) << 32 : 0;
}

struct slice rd_bytes(struct rd *r, size_t n)
{
    const uint8_t *p;

    if (r->bad || n > r->n - r->at) {
        r->bad = true;
        return SLICE_ABSENT;
    }
    /* Of an absent slice, 0 bytes are there: present and empty. */
    p = r->p ? r->p + r->at : (const uint8_t *)"";
    r->at += n;
    return (struct slice){ p, n };
}

void rd_skip(struct rd *r, size_t n)
{
    if (r->bad || n > r->n - r->at)
        r->bad = true;
    else
        r->at += n;
}

void rd_seek(struct rd *r, size_t at)
{
    if (r->bad || at > r->n)
        r->bad = true;
    else
        r->at = at;
}
