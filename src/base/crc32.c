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
