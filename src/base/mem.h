/* mem.h - allocation that cannot fail quietly.
 *
 * Small allocations that fail end the process with one message (the only place in the library that
 * may do so). Sizes that come from input use the try_ forms. Every product is checked.
 * Rank: includes nothing of ours. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* n elements of size bytes, zeroed. Aborts with a message when memory ends or n*size overflows. */
void *xcalloc(size_t n, size_t size);
/* Grows or makes an array; contents beyond the old size are undefined. Aborts like xcalloc. */
void *xrealloc(void *p, size_t n, size_t size);
/* NULL when memory ends or n*size overflows. */
void *try_realloc(void *p, size_t n, size_t size);
/* A terminated copy on the heap. Aborts like xcalloc. */
char *xstrdup(const char *s);

#endif
