/* vec.h - growing arrays of any element type.
 *
 * VEC(type) declares the struct; vec_push grows by half, up to the cap the caller names, and says
 * false when it is reached. Elements move when the array grows: keep indexes, not pointers.
 * Rank: mem.h. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *v;                                                                                   \
        size_t n, room;                                                                            \
    }

/* Makes room for one more of `size` bytes; false when n reached cap. Aborts when memory ends. */
bool vec_grow(void **v, size_t n, size_t *room, size_t size, size_t cap);

/* vec_push(&vec, cap, element) -> bool */
#define vec_push(vec, cap_, ...)                                                                   \
    ((bool)(vec_grow((void **)&(vec)->v, (vec)->n, &(vec)->room, sizeof *(vec)->v, (cap_))         \
                ? ((vec)->v[(vec)->n++] = (__VA_ARGS__), true)                                     \
                : false))
#define vec_release(vec) (free((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->room = 0)

#endif
