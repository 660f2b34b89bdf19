/* native_chunk.c - the records of a chunk.
 *
 * Only magic, sizes and the end of used space are believed, each after a check. The string and
 * template tables are not looked at: names and definitions are addressed directly.
 * May include: base/, event/, this folder. */
#include "evtx/native_impl.h"

#include "base/crc32.h"
#include "base/limits.h"

#define RECORD_MAGIC 0x00002a2au
#define FRAGMENT 0x0001010fu

uint32_t native_record_size(struct slice chunk, uint32_t at, uint32_t end)
{
    const uint8_t *p = chunk.p + at;
    uint32_t size;

    if (at > end || end - at < RECORD_MIN || binxml_u32(p) != RECORD_MAGIC)
        return 0;
    size = binxml_u32(p + 4);
    if (size < RECORD_MIN || size > end - at || binxml_u32(p + size - 4) != size)
        return 0;
    return size;
}

/* The same for bytes that nobody promised to be a record. */
static uint32_t stray_size(struct slice chunk, uint32_t at, uint32_t end)
{
    uint32_t size = native_record_size(chunk, at, end);

    return size >= RECORD_MIN + 8 && binxml_u32(chunk.p + at + RECORD_HEADER) == FRAGMENT ? size
                                                                                          : 0;
}

/* What lies between records that belong to no walk. */
static void gap(const struct native_job *j, uint32_t from, uint32_t to, enum event_origin origin)
{
    const uint8_t *p = j->chunk.p + from;
    enum span_class kind = SPAN_SLACK_RESIDUE;

    if (!j->v->span || from >= to)
        return;
    if (origin == ORIGIN_CARVED)
        kind = SPAN_FOREIGN;
    else if (p[0] == 0 && memcmp(p, p + 1, to - from - 1) == 0)
        kind = SPAN_SLACK_EMPTY;
    native_span(j, kind, from, to - from);
}

int native_slack(struct native_job *j, uint32_t from, uint32_t to, enum event_origin origin)
{
    uint32_t at = (from + 7) & ~7u, done = from;

    while (at + RECORD_MIN <= to) {
        uint32_t size;
        int rc;

        if (binxml_u32(j->chunk.p + at) != RECORD_MAGIC ||
            (size = stray_size(j->chunk, at, to)) == 0) {
            at += 8;
            continue;
        }
        rc = native_record(j, at, size, NATIVE_RECOVERED, origin);
        if (rc < 0)
            return rc;
        gap(j, done, at, origin);
        native_span_record(j, origin == ORIGIN_CARVED ? SPAN_CARVED_RECORD : SPAN_SLACK_RECORD, at,
                           size);
        done = at + size;
        at = (done + 7) & ~7u;
    }
    gap(j, done, to, origin);
    return EV_OK;
}

static void check_sums(struct native_job *j, uint32_t free_at)
{
    const uint8_t *p = j->chunk.p;
    uint32_t crc;

    if (j->r->base.options.skip_checksums || (binxml_u32(p + 120) & FLAG_NO_CRC) ||
        (j->r->flags & FLAG_NO_CRC))
        return;
    crc = crc32_add(0, slice_of(p, 120));
    crc = crc32_add(crc, slice_of(p + 128, CHUNK_HEADER - 128));
    if (crc != binxml_u32(p + 124))
        reader_note(j->v, j->counts, FINDING_CHUNK_CHECKSUM, j->offset, 0,
                    "the checksum of the chunk's header is wrong");
    if (free_at <= j->chunk.n &&
        crc32_add(0, slice_of(p + CHUNK_HEADER, free_at - CHUNK_HEADER)) != binxml_u32(p + 52))
        reader_note(j->v, j->counts, FINDING_CHUNK_CHECKSUM, j->offset, 0,
                    "the checksum of the chunk's records is wrong");
}

/* Notes what is wrong with the header; the end of used space, or 0 when the header cannot say. */
static uint32_t check_header(struct native_job *j)
{
    const uint8_t *p = j->chunk.p;
    uint32_t free_at = binxml_u32(p + 48);

    if (binxml_u32(p + 40) != 128)
        reader_note(j->v, j->counts, FINDING_CHUNK_HEADER, j->offset + 40, 0,
                    "the chunk's header size is %u, not 128", binxml_u32(p + 40));
    if (free_at < CHUNK_HEADER || free_at > EVTX_CHUNK) {
        reader_note(j->v, j->counts, FINDING_CHUNK_HEADER, j->offset + 48, 0,
                    "the chunk's end of used space is %u: records are read as far as they follow "
                    "each other",
                    free_at);
        return 0;
    }
    check_sums(j, free_at);
    if (free_at > j->chunk.n)
        reader_note(j->v, j->counts, FINDING_TRUNCATED, j->offset + j->chunk.n, 0,
                    "the file ends inside a chunk: %u bytes of its records are missing",
                    free_at - (uint32_t)j->chunk.n);
    return free_at;
}

/* Size of the record at `at` whose two sizes do not agree, by the one that fits what follows; 0 when
 * neither does. next: where a whole record follows, or used. */
static uint32_t torn_size(struct slice chunk, uint32_t at, uint32_t next, uint32_t used)
{
    const uint8_t *p = chunk.p + at;
    uint32_t size = binxml_u32(p + 4);

    if (used - at < RECORD_MIN + 8 || binxml_u32(p + RECORD_HEADER) != FRAGMENT)
        return 0;
    if (size >= RECORD_MIN + 8 && size <= used - at &&
        (size == used - at || binxml_u32(p + size) == RECORD_MAGIC))
        return size;
    return next - at >= RECORD_MIN + 8 && binxml_u32(chunk.p + next - 4) == next - at ? next - at
                                                                                      : 0;
}

/* The walk cannot go on at `at`. Passes over a record that is damaged there, or over bytes up to
 * where a record follows; *ret_next is used at the most. */
static int resync(struct native_job *j, uint32_t at, uint32_t used, uint32_t *ret_next)
{
    bool torn = used - at >= RECORD_MIN && binxml_u32(j->chunk.p + at) == RECORD_MAGIC;
    uint32_t next = at + 8, size;

    while (next < used && !stray_size(j->chunk, next, used))
        next += 8;
    if (next > used)
        next = used;
    size = torn ? torn_size(j->chunk, at, next, used) : 0;
    *ret_next = size ? at + size : next;
    if (size) {
        reader_note(j->v, j->counts, FINDING_RECORD_SIZE, j->offset + at,
                    binxml_u64(j->chunk.p + at + 8),
                    "the record's size and its copy do not agree; it is of class recovered");
        native_span_record(j, SPAN_TORN, at, size);
        return native_record(j, at, size, NATIVE_RECOVERED, ORIGIN_RECOVERED);
    }
    reader_note(j->v, j->counts, FINDING_RECORD_SIZE, j->offset + at,
                torn ? binxml_u64(j->chunk.p + at + 8) : 0,
                torn ? "the record's size and its copy do not agree, %u bytes are lost"
                     : "no record where one should be, %u bytes are lost",
                next - at);
    if (torn) {
        j->counts->records++;
        j->counts->unreadable++;
        native_span_record(j, SPAN_LOST, at, next - at);
    } else {
        native_span(j, SPAN_LOST, at, next - at);
    }
    return EV_OK;
}

int native_chunk(struct native_job *j)
{
    uint32_t n = (uint32_t)j->chunk.n, used = check_header(j), at = CHUNK_HEADER;
    const enum event_origin live =
        source_state(j->r->base.src) == SOURCE_DELETED ? ORIGIN_DELETED : ORIGIN_ACTIVE;
    bool known = used != 0;

    j->counts->chunks++;
    native_span(j, SPAN_CHUNK_HEADER, 0, CHUNK_HEADER);
    native_templates_chunk(j->nw, j->r->base.options.names);
    arena_reset(&j->nw->name_arena);
    j->nw->store_filled = false;
    j->nw->steps = LIMIT_CHUNK_STEPS;
    if (used == 0 || used > n)
        used = n;
    while (at + RECORD_MIN <= used) {
        /* A record may reach beyond the end of used space, which is written later than it. */
        uint32_t size = native_record_size(j->chunk, at, n);
        uint32_t next = at + size;
        int rc;

        if (!size && !known)
            break;
        rc = size ? native_record(j, at, size, NATIVE_ACTIVE, live) : resync(j, at, used, &next);
        if (rc < 0)
            return rc;
        at = next;
    }
    return at < n ? native_slack(j, at, n, ORIGIN_RECOVERED) : EV_OK;
}
