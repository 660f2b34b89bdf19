/* mem.c - allocation that cannot fail quietly.
 *
 * The one place of the library that ends the process: a caller that asks for a few bytes of its own
 * has nothing sensible to do when there are none.
 * May include: base/. */
#include "base/mem.h"

#include <stdint.h>

static _Noreturn void mem_die(size_t n, size_t size)
{
    fprintf(stderr, "evtriage: out of memory (%zu x %zu bytes)\n", n, size);
    abort();
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);

    if (!p)
        mem_die(n, size);
    return p;
}

void *try_realloc(void *p, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
        return NULL;
    return realloc(p, total ? total : 1);
}

void *xrealloc(void *p, size_t n, size_t size)
{
    void *q = try_realloc(p, n, size);

    if (!q)
        mem_die(n, size);
    return q;
}

char *xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(xrealloc(NULL, n, 1), s, n);
}
