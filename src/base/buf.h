/* buf.h - a byte buffer that grows up to a cap given at init.
 *
 * Writers append without checking; a buffer that would pass its cap stays as it is and turns
 * `full`, which the owner checks once at the end. Appending is inline: most of what is written are
 * a few bytes that have room.
 * Rank: slice.h, copy.h. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/copy.h"
#include "base/slice.h"

struct buf {
    uint8_t *p;
    size_t n, room;
    size_t cap; /* never grows beyond this many bytes */
    bool full;  /* something did not fit and was dropped */
};

void buf_init(struct buf *b, size_t cap);
void buf_release(struct buf *b);
/* Empty again, memory kept, full unset. */
void buf_clear(struct buf *b);
/* Room for n more bytes at b->p + b->n, or NULL (and full). The caller adds to b->n itself. */
uint8_t *buf_reserve(struct buf *b, size_t n);
/* buf_put where there is no room yet. */
void buf_put_slow(struct buf *b, const void *p, size_t n);
/* n in decimal. */
void buf_u64(struct buf *b, uint64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n > b->room - b->n) {
        buf_put_slow(b, p, n);
    } else if (n) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
}

/* The same for what is mostly a few bytes. */
static inline void buf_short(struct buf *b, const uint8_t *p, size_t n)
{
    if (n > b->room - b->n)
        buf_put_slow(b, p, n);
    else if (n)
        b->n = (size_t)(copy_short(b->p + b->n, p, n) - b->p);
}

/* buf_reserve where there mostly is room. */
static inline uint8_t *buf_room(struct buf *b, size_t n)
{
    return b->p && n <= b->room - b->n ? b->p + b->n : buf_reserve(b, n);
}

static inline void buf_byte(struct buf *b, uint8_t c)
{
    if (b->n == b->room)
        buf_put_slow(b, &c, 1);
    else
        b->p[b->n++] = c;
}

static inline void buf_slice(struct buf *b, struct slice s)
{
    buf_put(b, s.p, s.n);
}

static inline void buf_str(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

/* Borrowed until the next change of b. */
static inline struct slice buf_view(const struct buf *b)
{
    return (struct slice){ b->p, b->n };
}

#endif
