/* crc32.c - CRC-32 by libdeflate, which uses the machine's instructions for it. By itself: the reader of
 * evidence has no libcrypto.
 * May include: base/, libdeflate. */
#include "base/crc32.h"

#include <libdeflate.h>

uint32_t crc32_add(uint32_t crc, struct slice s)
{
    /* A NULL buffer would ask libdeflate for the start value instead. */
    return s.n ? libdeflate_crc32(crc, s.p, s.n) : crc;
}

/* A sum is a polynomial over GF(2), the highest power in the lowest bit; a times b modulo the generator. */
static uint32_t times(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ 0xedb88320u : b >> 1;
    }
    return product;
}

/* n bytes behind a shift it: times x to the power of 8n, of squares of x^8. */
uint32_t crc32_join(uint32_t a, uint32_t b, uint64_t n)
{
    uint32_t power = 1u << 23; /* x^8 */

    for (; n; n >>= 1) {
        if (n & 1)
            a = times(a, power);
        power = times(power, power);
    }
    return a ^ b;
}
