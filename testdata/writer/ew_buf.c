/* ew_buf.c - see ew_buf.h. */
#include "ew_buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384 };

struct ew_arena_block {
    struct ew_arena_block *before;
    size_t used, size;
    max_align_t data[];
};

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

void ew_buf_release(struct ew_buf *b)
{
    free(b->p);
    *b = (struct ew_buf){ 0 };
}

static void buf_room(struct ew_buf *b, size_t n)
{
    if (n > SIZE_MAX / 4 - b->n)
        abort();
    if (b->n + n <= b->cap)
        return;
    b->cap = (b->n + n) * 2 + 64;
    b->p = must(realloc(b->p, b->cap));
}

void ew_buf_put(struct ew_buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    buf_room(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void ew_buf_fill(struct ew_buf *b, uint8_t byte, size_t n)
{
    if (n == 0)
        return;
    buf_room(b, n);
    memset(b->p + b->n, byte, n);
    b->n += n;
}

void ew_buf_str(struct ew_buf *b, struct ew_str s)
{
    ew_buf_put(b, s.p, s.n);
}

void ew_buf_text(struct ew_buf *b, const char *s)
{
    ew_buf_put(b, s, strlen(s));
}

void ew_buf_int(struct ew_buf *b, uint64_t v, unsigned width)
{
    uint8_t le[8];

    ew_poke(le, v, width);
    ew_buf_put(b, le, width);
}

void ew_buf_printf(struct ew_buf *b, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text)
        abort();
    ew_buf_put(b, text, (size_t)n);
}

void ew_poke(uint8_t *p, uint64_t v, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

uint64_t ew_peek(const uint8_t *p, unsigned width)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < width; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

void *ew_arena_alloc(struct ew_arena *a, size_t n)
{
    size_t need = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct ew_arena_block *b = a->last;
    void *p;

    if (n > SIZE_MAX / 4)
        abort();
    if (b == NULL || b->size - b->used < need) {
        size_t size = need > BLOCK ? need : BLOCK;

        b = must(calloc(1, sizeof *b + size));
        b->before = a->last;
        b->size = size;
        a->last = b;
    }
    p = (uint8_t *)b->data + b->used;
    b->used += need;
    return p;
}

struct ew_str ew_arena_copy(struct ew_arena *a, struct ew_str s)
{
    char *p = ew_arena_alloc(a, s.n + 1);

    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return (struct ew_str){ p, s.n };
}

void ew_arena_release(struct ew_arena *a)
{
    while (a->last != NULL) {
        struct ew_arena_block *b = a->last;

        a->last = b->before;
        free(b);
    }
}

struct ew_str ew_str(const char *s)
{
    return (struct ew_str){ s, strlen(s) };
}

bool ew_str_eq(struct ew_str a, const char *b)
{
    return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

uint32_t ew_crc32(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}
