/* value_load.h - numbers as they lie in the log.
 * Rank: value.h. */
#ifndef EVENT_VALUE_LOAD_H
#define EVENT_VALUE_LOAD_H

#include "event/value.h"

static inline uint32_t load16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t load32(const uint8_t *p)
{
    return load16(p) | load16(p + 2) << 16;
}

static inline uint64_t load64(const uint8_t *p)
{
    return load32(p) | (uint64_t)load32(p + 4) << 32;
}

/* n is a size that an integer has: 1, 2, 4 or 8. */
static inline uint64_t load_unsigned(const uint8_t *p, size_t n)
{
    return n == 4 ? load32(p) : n == 8 ? load64(p) : n == 2 ? load16(p) : p[0];
}

static inline int64_t load_signed(const uint8_t *p, size_t n)
{
    uint64_t u = load_unsigned(p, n);
    uint64_t sign = UINT64_C(1) << (8 * n - 1);

    if (n < 8 && (u & sign))
        u |= ~(sign | (sign - 1));
    int64_t i;
    memcpy(&i, &u, sizeof i);
    return i;
}

#endif
