/* vec.c - growing arrays of any element type.
 *
 * May include: base/. */
#include "base/vec.h"

#include "base/mem.h"

bool vec_grow(void **v, size_t n, size_t *room, size_t size, size_t cap)
{
    size_t want;

    if (n >= cap)
        return false;
    if (n < *room)
        return true;
    want = *room < 8 ? 8 : *room + *room / 2;
    if (want > cap)
        want = cap;
    *v = xrealloc(*v, want, size);
    *room = want;
    return true;
}
