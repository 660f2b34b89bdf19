/* copy.h - a few bytes to where there is room, without a call.
 *
 * Most of what a row is made of are pieces of five to forty bytes, for which the way into memcpy takes
 * longer than the copy.
 * Rank: includes nothing of ours. */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* memcpy of n bytes; returns the place behind. p may be NULL when n is 0. */
static inline uint8_t *copy_short(uint8_t *to, const uint8_t *p, size_t n)
{
    if (n >= 16) {
        if (n > 64) {
            memcpy(to, p, n);
            return to + n;
        }
        for (size_t i = 0; i + 16 < n; i += 16)
            memcpy(to + i, p + i, 16);
        memcpy(to + n - 16, p + n - 16, 16);
    } else if (n >= 8) {
        memcpy(to, p, 8);
        memcpy(to + n - 8, p + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, p, 4);
        memcpy(to + n - 4, p + n - 4, 4);
    } else if (n > 0) {
        to[0] = p[0];
        to[n / 2] = p[n / 2];
        to[n - 1] = p[n - 1];
    }
    return to + n;
}

#endif
