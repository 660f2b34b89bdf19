/* ew_damage.c - see ew_damage.h. */
#include "ew_damage.h"

#include "ew_chunk.h"
#include "ew_file.h"
#include "ew_text.h"

#include <stdio.h>
#include <string.h>

struct target {
    struct ew_buf *image;
    size_t chunk, nchunks;
    uint8_t *c;    /* the chunk; NULL when the file has none */
    size_t record; /* coff of the record; 0 when there is none */
    size_t next;   /* coff of the record behind it, or of the end */
};

enum fix { FIX_NONE = 0, FIX_CHUNK = 1, FIX_FILE = 2 };

static bool dirty_count(struct target *t)
{
    ew_poke(t->image->p + 42, 1, 2);
    ew_poke(t->image->p + 16, 0, 8);
    ew_poke(t->image->p + 120, 1, 4);
    return t->nchunks > 1;
}

static bool file_magic(struct target *t)
{
    memset(t->image->p, 0, 8);
    return true;
}

static bool file_crc(struct target *t)
{
    t->image->p[124] ^= 0xff;
    return true;
}

static bool free_zero(struct target *t)
{
    ew_poke(t->c + 48, 0, 4);
    return true;
}

static bool free_large(struct target *t)
{
    ew_poke(t->c + 48, 0x20000, 4);
    return true;
}

static bool header_size(struct target *t)
{
    ew_poke(t->c + 40, 0x1000, 4);
    return true;
}

static bool chunk_magic(struct target *t)
{
    memset(t->c, 0, 8);
    return true;
}

static bool chunk_zero(struct target *t)
{
    memset(t->c, 0, EW_CHUNK_SIZE);
    return true;
}

/* Cut in the middle of the record, so that the file ends inside it. */
static bool truncate_file(struct target *t)
{
    if (t->record == 0)
        return false;
    t->image->n = (size_t)(t->c - t->image->p) + (t->record + t->next) / 2;
    return true;
}

static bool chunk_crc(struct target *t)
{
    t->c[124] ^= 0xff;
    return true;
}

static bool data_crc(struct target *t)
{
    t->c[52] ^= 0xff;
    t->c[124] ^= 0; /* the header's own checksum is made anew below */
    ew_poke(t->c + 124, ew_crc32(ew_crc32(0, t->c, 120), t->c + 128, EW_CHUNK_HEADER - 128), 4);
    return true;
}

static bool trailer(struct target *t)
{
    if (t->record == 0)
        return false;
    ew_poke(t->c + t->next - 4, 0, 4);
    return true;
}

static bool size_zero(struct target *t)
{
    if (t->record == 0)
        return false;
    ew_poke(t->c + t->record + 4, 0, 4);
    return true;
}

static bool size_huge(struct target *t)
{
    if (t->record == 0)
        return false;
    ew_poke(t->c + t->record + 4, 0xfffffff8U, 4);
    return true;
}

static size_t first_bucket(const struct target *t)
{
    for (size_t i = 128; i < 384; i += 4) {
        if (ew_peek(t->c + i, 4) != 0)
            return i;
    }
    return 0;
}

static bool name_entry(struct target *t)
{
    for (size_t i = 128; i < 384; i += 4)
        ew_poke(t->c + i, 0xfffffff0U, 4);
    return true;
}

/* Two names of one bucket that point at each other. */
static bool name_cycle(struct target *t)
{
    size_t bucket = first_bucket(t);
    bool done = false;

    for (; bucket != 0 && bucket < 384; bucket += 4) {
        size_t head = (size_t)ew_peek(t->c + bucket, 4);
        size_t next = head != 0 ? (size_t)ew_peek(t->c + head, 4) : 0;

        if (next == 0)
            continue;
        ew_poke(t->c + next, head, 4);
        done = true;
    }
    return done;
}

static bool definition_cycle(struct target *t)
{
    bool done = false;

    for (size_t bucket = 384; bucket < 512; bucket += 4) {
        size_t head = (size_t)ew_peek(t->c + bucket, 4);

        if (head == 0)
            continue;
        ew_poke(t->c + head, head, 4);
        done = true;
    }
    return done;
}

/* Where the record's template instance says its definition is. */
static size_t definition_of(const struct target *t)
{
    if (t->record == 0 || t->c[t->record + 28] != 0x0c)
        return 0;
    return (size_t)ew_peek(t->c + t->record + 34, 4);
}

/* Another definition now lies where the record's instance points to. */
static bool definition_id(struct target *t)
{
    size_t at = definition_of(t);

    if (at == 0 || at + 24 > EW_CHUNK_SIZE)
        return false;
    ew_poke(t->c + at + 4, ew_peek(t->c + at + 4, 4) ^ 0x5a5a5a5aU, 4);
    return true;
}

static bool definition_gone(struct target *t)
{
    size_t at = definition_of(t), size;

    if (at == 0 || at + 24 > EW_CHUNK_SIZE)
        return false;
    size = (size_t)ew_peek(t->c + at + 20, 4);
    if (at + 24 + size > EW_CHUNK_SIZE)
        return false;
    memset(t->c + at, 0, 24 + size);
    return true;
}

/* The record swallows the one behind it; later ones are renumbered, as a known
 * tool does that hides events. */
static bool hide(struct target *t)
{
    size_t victim = t->next, after, end = (size_t)ew_peek(t->c + 48, 4);

    if (t->record == 0 || victim >= end)
        return false;
    after = victim + (size_t)ew_peek(t->c + victim + 4, 4);
    ew_poke(t->c + t->record + 4, after - t->record, 4);
    ew_poke(t->c + after - 4, after - t->record, 4);
    for (size_t at = after; at < end; at += (size_t)ew_peek(t->c + at + 4, 4))
        ew_poke(t->c + at + 8, ew_peek(t->c + at + 8, 8) - 1, 8);
    ew_poke(t->c + 16, ew_peek(t->c + 16, 8) - 1, 8);
    ew_poke(t->c + 32, ew_peek(t->c + 32, 8) - 1, 8);
    if (after >= end)
        ew_poke(t->c + 44, t->record, 4);
    return true;
}

static bool misalign(struct target *t)
{
    size_t at = (size_t)(t->c - t->image->p), n = t->image->n - at;
    uint8_t *from;

    ew_buf_fill(t->image, 0, 1000);
    from = t->image->p + at;
    memmove(from + 1000, from, n);
    memset(from, 0xcc, 1000);
    return true;
}

static bool no_crc(struct target *t)
{
    ew_poke(t->image->p + 120, 4, 4);
    ew_poke(t->image->p + 124, 0, 4);
    for (size_t i = 0; i < t->nchunks; i++) {
        uint8_t *c = t->image->p + EW_FILE_HEADER + i * EW_CHUNK_SIZE;

        ew_poke(c + 120, 4, 4);
        ew_poke(c + 52, 0, 4);
        ew_poke(c + 124, 0, 4);
    }
    return true;
}

static bool empty_file(struct target *t)
{
    t->image->n = 0;
    return true;
}

/* Exchanges the first and the last chunk, as a log that went round has them. */
static bool circular(struct target *t)
{
    uint8_t *first = t->image->p + EW_FILE_HEADER;
    uint8_t *last = first + (t->nchunks - 1) * EW_CHUNK_SIZE;

    if (t->nchunks < 2)
        return false;
    for (size_t i = 0; i < EW_CHUNK_SIZE; i++) {
        uint8_t byte = first[i];

        first[i] = last[i];
        last[i] = byte;
    }
    ew_poke(t->image->p + 8, 1, 8);
    ew_poke(t->image->p + 16, 0, 8);
    return true;
}

static bool preallocate(struct target *t)
{
    ew_buf_fill(t->image, 0, (size_t)2 * EW_CHUNK_SIZE);
    return true;
}

/* Everything but the chunk's header and this one record goes: what a carver finds. */
static bool lone_record(struct target *t)
{
    struct ew_buf out = { 0 };

    if (t->record == 0)
        return false;
    ew_buf_fill(&out, 0xe5, 4096);
    ew_buf_put(&out, t->c + t->record, t->next - t->record);
    ew_buf_fill(&out, 0xe5, 4096);
    ew_buf_release(t->image);
    *t->image = out;
    return true;
}

static const struct {
    const char *name, *about;
    bool (*apply)(struct target *t);
    unsigned fix;
    bool needs_chunk;
} kinds[] = {
    { "dirty-count", "file header dirty and counting one chunk only", dirty_count, FIX_FILE, true },
    { "file-magic", "ElfFile wiped", file_magic, FIX_NONE, false },
    { "file-crc", "checksum of the file header wrong", file_crc, FIX_NONE, false },
    { "no-crc", "flag 4: checksums not written", no_crc, FIX_NONE, true },
    { "free-zero", "free-space offset of the chunk 0", free_zero, FIX_CHUNK, true },
    { "free-large", "free-space offset of the chunk beyond it", free_large, FIX_CHUNK, true },
    { "header-size", "header size of the chunk not 128", header_size, FIX_CHUNK, true },
    { "chunk-magic", "ElfChnk wiped", chunk_magic, FIX_NONE, true },
    { "chunk-zero", "the whole chunk zero", chunk_zero, FIX_NONE, true },
    { "truncate", "file ends inside the record", truncate_file, FIX_NONE, true },
    { "chunk-crc", "checksum of the chunk header wrong", chunk_crc, FIX_NONE, true },
    { "data-crc", "checksum of the chunk's records wrong", data_crc, FIX_NONE, true },
    { "trailer", "size copy at the record's end 0", trailer, FIX_CHUNK, true },
    { "size-zero", "record size 0", size_zero, FIX_CHUNK, true },
    { "size-huge", "record size almost 4 GiB", size_huge, FIX_CHUNK, true },
    { "name-entry", "name table points outside the chunk", name_entry, FIX_CHUNK, true },
    { "name-cycle", "names of a bucket point at each other", name_cycle, FIX_CHUNK, true },
    { "definition-cycle", "definitions point at themselves", definition_cycle, FIX_CHUNK, true },
    { "definition-id", "the record's definition has another id", definition_id, FIX_CHUNK, true },
    { "definition-gone", "the record's definition is zero", definition_gone, FIX_CHUNK, true },
    { "hide", "the record swallows the next one", hide, FIX_CHUNK, true },
    { "misalign", "1000 bytes before the chunk", misalign, FIX_NONE, true },
    { "circular", "first and last chunk exchanged (a normal log that went round)", circular,
      FIX_FILE, true },
    { "preallocate", "two zero chunks behind the last", preallocate, FIX_NONE, false },
    { "lone-record", "only the record, between other bytes", lone_record, FIX_NONE, true },
    { "empty", "no byte at all", empty_file, FIX_NONE, false },
};

enum { NKINDS = sizeof kinds / sizeof *kinds };

const char *ew_damage_name(size_t i)
{
    return i < NKINDS ? kinds[i].name : NULL;
}

const char *ew_damage_about(size_t i)
{
    return i < NKINDS ? kinds[i].about : NULL;
}

static bool read_spec(struct ew_str *spec, uint64_t at[2])
{
    static const char mark[2] = { '@', ':' };

    for (int i = 1; i >= 0; i--) {
        const char *p = memchr(spec->p, mark[i], spec->n);

        at[i] = 0;
        if (p == NULL)
            continue;
        if (!ew_text_int((struct ew_str){ p + 1, spec->n - (size_t)(p - spec->p) - 1 }, &at[i]))
            return false;
        spec->n = (size_t)(p - spec->p);
    }
    return true;
}

static bool find(struct target *t, const uint64_t at[2])
{
    t->nchunks = t->image->n > EW_FILE_HEADER ? (t->image->n - EW_FILE_HEADER) / EW_CHUNK_SIZE : 0;
    if (at[0] >= t->nchunks)
        return false;
    t->chunk = (size_t)at[0];
    t->c = t->image->p + EW_FILE_HEADER + t->chunk * EW_CHUNK_SIZE;
    t->next = EW_CHUNK_HEADER;
    for (uint64_t i = 0; i <= at[1]; i++) {
        t->record = t->next;
        if (t->next + 28 > EW_CHUNK_SIZE || ew_peek(t->c + t->next, 4) != 0x2a2a)
            return false;
        t->next += (size_t)ew_peek(t->c + t->next + 4, 4);
    }
    return true;
}

bool ew_damage_apply(struct ew_buf *image, struct ew_str spec, char *err, size_t errn)
{
    struct target t = { .image = image };
    uint64_t at[2];
    size_t k = 0;
    bool found;

    if (!read_spec(&spec, at)) {
        snprintf(err, errn, "chunk and record are numbers");
        return false;
    }
    while (k < NKINDS && !ew_str_eq(spec, kinds[k].name))
        k++;
    if (k == NKINDS) {
        snprintf(err, errn, "no such damage");
        return false;
    }
    found = find(&t, at);
    if ((kinds[k].needs_chunk && !found) || !kinds[k].apply(&t)) {
        snprintf(err, errn, "the file has nothing that can be damaged so");
        return false;
    }
    if (kinds[k].fix & FIX_CHUNK)
        ew_chunk_checksums(t.c);
    if (kinds[k].fix & FIX_FILE)
        ew_file_checksum(image->p);
    return true;
}
