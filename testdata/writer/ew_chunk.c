/* ew_chunk.c - see ew_chunk.h. */
#include "ew_chunk.h"

#include "ew_text.h"

#include <string.h>

enum {
    NAME_TABLE = 128,
    NAME_BUCKETS = 64,
    DEFINITION_TABLE = 384,
    DEFINITION_BUCKETS = 32,
    NORMAL_FLAG = 1
};

void ew_chunk_clear(struct ew_chunk *c, uint64_t first_number, bool keep_residue)
{
    memset(c->data, 0, keep_residue ? EW_CHUNK_HEADER : EW_CHUNK_SIZE);
    c->used = EW_CHUNK_HEADER;
    c->full = false;
    c->ndefinitions = 0;
    c->first_number = first_number;
    c->first_id = 0;
    c->records = 0;
    c->last_record = 0;
}

void ew_chunk_mark(const struct ew_chunk *c, struct ew_chunk_mark *ret_m)
{
    ret_m->used = c->used;
    ret_m->ndefinitions = c->ndefinitions;
    ret_m->records = c->records;
    ret_m->last_record = c->last_record;
    memcpy(ret_m->header, c->data, EW_CHUNK_HEADER);
}

void ew_chunk_reset(struct ew_chunk *c, const struct ew_chunk_mark *m)
{
    memset(c->data + m->used, 0, c->used - m->used);
    c->used = m->used;
    c->full = false;
    c->ndefinitions = m->ndefinitions;
    c->records = m->records;
    c->last_record = m->last_record;
    memcpy(c->data, m->header, EW_CHUNK_HEADER);
}

void ew_chunk_put(struct ew_chunk *c, const void *p, size_t n)
{
    if (n > EW_CHUNK_SIZE - c->used) {
        c->full = true;
        return;
    }
    if (n > 0)
        memcpy(c->data + c->used, p, n);
    c->used += n;
}

void ew_chunk_int(struct ew_chunk *c, uint64_t v, unsigned width)
{
    uint8_t le[8];

    ew_poke(le, v, width);
    ew_chunk_put(c, le, width);
}

void ew_chunk_patch(struct ew_chunk *c, size_t coff, uint64_t v, unsigned width)
{
    if (coff + width <= c->used)
        ew_poke(c->data + coff, v, width);
}

static uint32_t hash65599(const uint8_t *p, size_t n)
{
    uint32_t h = 0;

    for (size_t i = 0; i + 2 <= n; i += 2)
        h = h * 65599 + (uint32_t)ew_peek(p + i, 2);
    return h;
}

static uint32_t name_find(const struct ew_chunk *c, uint32_t at, const struct ew_buf *wide)
{
    while (at != 0) {
        const uint8_t *p = c->data + at;

        if (ew_peek(p + 6, 2) * 2 == wide->n && memcmp(p + 8, wide->p, wide->n) == 0)
            return at;
        at = (uint32_t)ew_peek(p, 4);
    }
    return 0;
}

void ew_chunk_name(struct ew_chunk *c, struct ew_str name)
{
    struct ew_buf wide = { 0 };
    uint32_t hash, coff;
    size_t head;

    ew_text_utf16(name, &wide);
    hash = hash65599(wide.p, wide.n) & 0xffff;
    head = NAME_TABLE + 4 * (size_t)(hash % NAME_BUCKETS);
    coff = name_find(c, (uint32_t)ew_peek(c->data + head, 4), &wide);
    if (coff != 0) {
        ew_chunk_int(c, coff, 4);
    } else {
        coff = (uint32_t)c->used + 4;
        ew_chunk_int(c, coff, 4);
        ew_chunk_int(c, ew_peek(c->data + head, 4), 4);
        ew_chunk_int(c, hash, 2);
        ew_chunk_int(c, wide.n / 2, 2);
        ew_chunk_put(c, wide.p, wide.n);
        ew_chunk_int(c, 0, 2);
        if (!c->full)
            ew_poke(c->data + head, coff, 4);
    }
    ew_buf_release(&wide);
}

uint32_t ew_chunk_definition(const struct ew_chunk *c, const uint8_t guid[16],
                             const uint8_t shape[16])
{
    for (size_t i = 0; i < c->ndefinitions; i++) {
        if (memcmp(c->definition[i].guid, guid, 16) == 0 &&
            memcmp(c->definition[i].shape, shape, 16) == 0)
            return c->definition[i].coff;
    }
    return 0;
}

void ew_chunk_define(struct ew_chunk *c, const uint8_t guid[16], const uint8_t shape[16])
{
    size_t head = DEFINITION_TABLE + 4 * (size_t)(hash65599(guid, 16) % DEFINITION_BUCKETS);
    uint32_t coff = (uint32_t)c->used;

    ew_chunk_int(c, ew_peek(c->data + head, 4), 4);
    ew_chunk_put(c, guid, 16);
    if (c->ndefinitions == EW_DEFINITIONS)
        c->full = true;
    if (c->full)
        return;
    ew_poke(c->data + head, coff, 4);
    c->definition[c->ndefinitions].coff = coff;
    memcpy(c->definition[c->ndefinitions].guid, guid, 16);
    memcpy(c->definition[c->ndefinitions].shape, shape, 16);
    c->ndefinitions++;
}

size_t ew_chunk_record_begin(struct ew_chunk *c, uint64_t id, uint64_t written)
{
    size_t begin = c->used;

    ew_chunk_int(c, 0x2a2a, 4);
    ew_chunk_int(c, 0, 4);
    ew_chunk_int(c, id, 8);
    ew_chunk_int(c, written, 8);
    return begin;
}

void ew_chunk_record_end(struct ew_chunk *c, size_t begin, uint64_t id)
{
    while ((c->used - begin + 4) % 8 != 0 && !c->full)
        ew_chunk_int(c, 0, 1);
    ew_chunk_int(c, c->used - begin + 4, 4);
    if (c->full)
        return;
    ew_poke(c->data + begin + 4, c->used - begin, 4);
    if (c->records == 0)
        c->first_id = id;
    c->records++;
    c->last_record = (uint32_t)begin;
}

void ew_chunk_checksums(uint8_t data[EW_CHUNK_SIZE])
{
    size_t end = (size_t)ew_peek(data + 48, 4);

    if (end < EW_CHUNK_HEADER || end > EW_CHUNK_SIZE)
        end = EW_CHUNK_HEADER;
    ew_poke(data + 52, ew_crc32(0, data + EW_CHUNK_HEADER, end - EW_CHUNK_HEADER), 4);
    ew_poke(data + 124, ew_crc32(ew_crc32(0, data, 120), data + 128, EW_CHUNK_HEADER - 128), 4);
}

void ew_chunk_finish(struct ew_chunk *c)
{
    uint64_t last_id = c->records > 0 ? ew_peek(c->data + c->last_record + 8, 8) : c->first_id;

    memcpy(c->data, "ElfChnk", 8);
    ew_poke(c->data + 8, c->first_number, 8);
    ew_poke(c->data + 16, c->first_number + c->records - 1, 8);
    ew_poke(c->data + 24, c->first_id, 8);
    ew_poke(c->data + 32, last_id, 8);
    ew_poke(c->data + 40, 128, 4);
    ew_poke(c->data + 44, c->last_record, 4);
    ew_poke(c->data + 48, c->used, 4);
    ew_poke(c->data + 120, NORMAL_FLAG, 4);
    ew_chunk_checksums(c->data);
}
