/* arena.c - memory that is given back all at once.
 *
 * Blocks double from 4 KiB to 1 MiB; a bigger request gets a block of its own size. After a reset
 * the blocks are used again in order; one too small for a request is passed over, which wastes less
 * than searching.
 * May include: base/. */
#include "base/arena.h"

#include <stdarg.h>

#include "base/limits.h"
#include "base/mem.h"

#define BLOCK_MIN LIMIT_KIB(4)
#define BLOCK_MAX LIMIT_MIB(1)

struct arena_block {
    struct arena_block *next;
    size_t room; /* bytes of data */
    _Alignas(ARENA_ALIGN) uint8_t data[];
};

void arena_init(struct arena *a, size_t cap)
{
    *a = (struct arena){ .cap = cap };
}

/* Goes on in a block, from its start. */
static void enter(struct arena *a, struct arena_block *b)
{
    a->now = b;
    a->at = b ? b->data : NULL;
    a->end = b ? b->data + b->room : NULL;
}

void arena_reset(struct arena *a)
{
    enter(a, a->first);
    a->used = 0;
}

void arena_release(struct arena *a)
{
    struct arena_block *b = a->first;

    while (b) {
        struct arena_block *next = b->next;

        free(b);
        b = next;
    }
    *a = (struct arena){ .cap = a->cap };
}

/* A fresh block behind `now`; n is aligned and within the cap. */
static struct arena_block *arena_block_new(struct arena *a, size_t n)
{
    size_t room = a->now ? a->now->room * 2 : BLOCK_MIN;
    struct arena_block *b;

    if (room > BLOCK_MAX)
        room = BLOCK_MAX;
    if (room < n)
        room = n;
    if (room > SIZE_MAX - sizeof *b)
        return NULL;
    b = try_realloc(NULL, sizeof *b + room, 1);
    if (!b)
        return NULL;
    b->room = room;
    b->next = a->now ? a->now->next : NULL;
    if (a->now)
        a->now->next = b;
    else
        a->first = b;
    return b;
}

void *arena_try_slow(struct arena *a, size_t n)
{
    struct arena_block *b = a->now;
    uint8_t *p;

    if (n > a->cap - a->used || n > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    /* An empty allocation still gets its own place, so that pointers stay distinct. */
    n = n ? (n + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1) : ARENA_ALIGN;
    if (!b || n > (size_t)(a->end - a->at)) {
        if (b && b->next && b->next->room >= n)
            b = b->next;
        else
            b = arena_block_new(a, n);
        if (!b)
            return NULL;
        enter(a, b);
    }
    p = a->at;
    a->at += n;
    /* Rounding may pass the cap by a few bytes; clamped, so that cap - used never wraps. */
    a->used = n > a->cap - a->used ? a->cap : a->used + n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n, size_t size)
{
    size_t total;
    void *p = NULL;

    if (!__builtin_mul_overflow(n, size, &total))
        p = arena_try(a, total);
    if (!p) {
        fprintf(stderr, "evtriage: arena full (%zu x %zu bytes, %zu of %zu used)\n", n, size,
                a->used, a->cap);
        abort();
    }
    return memset(p, 0, total);
}

struct slice arena_dup(struct arena *a, struct slice s)
{
    uint8_t *p;

    if (!s.p)
        return s;
    p = s.n < SIZE_MAX ? arena_try(a, s.n + 1) : NULL;
    if (!p)
        return SLICE_ABSENT;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct slice){ p, s.n };
}

const char *arena_str(struct arena *a, struct slice s)
{
    char *p = arena_zalloc(a, s.n + 1, 1);

    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    uint8_t *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    p = n >= 0 ? arena_try(a, (size_t)n + 1) : NULL;
    if (!p)
        return SLICE_ABSENT;
    va_start(ap, fmt);
    vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct slice){ p, (size_t)n };
}

struct slice arena_join(struct arena *a, const struct slice *part, size_t n)
{
    size_t sum = 0, at = 0;
    uint8_t *p;

    for (size_t i = 0; i < n; i++)
        sum += part[i].n;
    p = arena_try(a, sum + 1);
    if (!p)
        return SLICE_ABSENT;
    for (size_t i = 0; i < n; i++) {
        if (part[i].n > 0)
            memcpy(p + at, part[i].p, part[i].n);
        at += part[i].n;
    }
    return slice_of(p, sum);
}
