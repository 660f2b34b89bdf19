/* buf.c - a byte buffer that grows up to a cap.
 *
 * What does not fit is dropped whole, so a full buffer never ends inside one put.
 * May include: base/. */
#include "base/buf.h"

#include <stdarg.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){ .cap = cap };
}

void buf_release(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ .cap = b->cap };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
    size_t room;
    uint8_t *p;

    if (n <= b->room - b->n && b->p)
        return b->p + b->n;
    if (n > b->cap - b->n) {
        b->full = true;
        return NULL;
    }
    room = b->room < 32 ? 64 : b->room * 2;
    if (room < b->n + n)
        room = b->n + n;
    if (room > b->cap)
        room = b->cap;
    p = try_realloc(b->p, room, 1);
    if (!p) {
        b->full = true;
        return NULL;
    }
    b->p = p;
    b->room = room;
    return p + b->n;
}

void buf_put_slow(struct buf *b, const void *p, size_t n)
{
    uint8_t *to = buf_reserve(b, n);

    if (!to)
        return;
    memcpy(to, p, n);
    b->n += n;
}

void buf_u64(struct buf *b, uint64_t n)
{
    uint8_t text[20], *p = text + sizeof text;

    do
        *--p = (uint8_t)('0' + n % 10);
    while ((n /= 10) > 0);
    buf_put(b, p, (size_t)(text + sizeof text - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char small[256];
    va_list ap;
    uint8_t *to;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->full = true;
        return;
    }
    if ((size_t)n < sizeof small) {
        buf_put(b, small, (size_t)n);
        return;
    }
    to = buf_reserve(b, (size_t)n + 1);
    if (!to)
        return;
    va_start(ap, fmt);
    vsnprintf((char *)to, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}
