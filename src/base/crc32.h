/* crc32.h - CRC-32 (IEEE), as chunks of logs and members of zip archives carry it.
 * Rank: slice.h. */
#ifndef BASE_CRC32_H
#define BASE_CRC32_H

#include "base/slice.h"

/* Continued from crc; start with 0. */
uint32_t crc32_add(uint32_t crc, struct slice s);
/* Of what has the sum a, and n bytes of the sum b behind it. */
uint32_t crc32_join(uint32_t a, uint32_t b, uint64_t n);

#endif
