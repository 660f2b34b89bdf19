/* repair.c - see repair.h. */
#include "repair.h"

#include "base/crc32.h"

enum { HEADER = 512 };

bool mutant_is_chunk(const uint8_t *p)
{
    return memcmp(p, "ElfChnk", 8) == 0;
}

static void repair_chunk(uint8_t *c, size_t n)
{
    size_t end = (size_t)number_get(c + 48, 4);

    if (end > HEADER && end <= n)
        number_put(c + 52, crc32_add(0, slice_of(c + HEADER, end - HEADER)), 4);
    number_put(c + 124, crc32_add(crc32_add(0, slice_of(c, 120)), slice_of(c + 128, HEADER - 128)),
               4);
}

void mutant_repair(struct mutant *m)
{
    if (m->n >= 128)
        number_put(m->p + 124, crc32_add(0, slice_of(m->p, 120)), 4);
    for (size_t at = 0; at + HEADER <= m->n; at += 8) {
        if (mutant_is_chunk(m->p + at))
            repair_chunk(m->p + at, m->n - at < CHUNK ? m->n - at : CHUNK);
    }
}
