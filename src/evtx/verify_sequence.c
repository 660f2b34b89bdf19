/* verify_sequence.c - chunk after chunk: their headers and checksums, and the numbers and times of
 * their records.
 * May include: base/, event/, input/, this folder. */
#include <inttypes.h>

#include "base/crc32.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "base/mem.h"
#include "evtx/verify_impl.h"

#define BACK (60 * FILETIME_SECOND) /* threads that write at once are out of order by less */

void verify_sequence_init(struct verify_sequence *s, struct verification *v,
                          const struct source *src)
{
    *s = (struct verify_sequence){ .v = v, .src = src, .room = xcalloc(1, EVTX_CHUNK) };
}

void verify_sequence_release(struct verify_sequence *s)
{
    free(s->room);
}

const char *verify_between(uint64_t a, uint64_t b, char out[VERIFY_BETWEEN])
{
    char from[FILETIME_TEXT] = "no time", to[FILETIME_TEXT] = "no time";

    if (a)
        filetime_iso(a, from);
    if (b)
        filetime_iso(b, to);
    snprintf(out, VERIFY_BETWEEN, "between %s and %s", from, to);
    return out;
}

/* From the record `number` on to the next, which stands at offset. */
static void follow(struct verification *v, uint64_t number, uint64_t written, uint64_t offset,
                   uint64_t next, uint64_t next_written)
{
    char when[VERIFY_BETWEEN];

    verify_between(written, next_written, when);
    if (next > number && next - number > 1)
        verification_note(v, VERIFY_NUMBER_GAP, offset, next,
                          "%" PRIu64 " record numbers are missing, %" PRIu64 " to %" PRIu64 ", %s",
                          next - number - 1, number + 1, next - 1, when);
    else if (next <= number)
        verification_note(v, VERIFY_NUMBER_ORDER, offset, next,
                          "record number %" PRIu64 " follows %" PRIu64 ", %s", next, number, when);
    if (next_written && next_written < written && written - next_written > BACK)
        verification_note(v, VERIFY_TIME_BACK, offset, next, "time goes back by %" PRIu64 " s, %s",
                          (written - next_written) / FILETIME_SECOND, when);
}

void verify_sequence_record(struct verify_sequence *s, const struct span *r)
{
    struct verify_chunk *c = &s->now;
    struct verification *v = s->v;

    if (c->records++ == 0) {
        c->first = r->record_number;
        c->first_written = r->written;
    } else {
        follow(v, c->last, c->last_written, r->offset, r->record_number, r->written);
    }
    c->last = r->record_number;
    c->last_written = r->written;
    if (v->least_number == 0 || r->record_number < v->least_number)
        v->least_number = r->record_number;
    if (r->record_number > v->most_number)
        v->most_number = r->record_number;
}

void verify_sequence_slack(struct verify_sequence *s, const struct span *r)
{
    if (s->slack++ == 0)
        s->slack_at = r->offset;
}

static enum verify_sum judge(bool summed, uint32_t is, uint32_t should)
{
    return !summed ? SUM_NONE : is == should ? SUM_GOOD : SUM_BAD;
}

/* What the chunk's header says; p: the n bytes of the chunk that are there. */
static void read_chunk(struct verify_chunk *c, const uint8_t *p, size_t n, uint32_t file_flags)
{
    bool summed = !((file_flags | binxml_u32(p + 120)) & FLAG_NO_CRC);
    uint32_t crc = crc32_add(0, slice_of(p, 120));

    c->first_number = binxml_u64(p + 8);
    c->last_number = binxml_u64(p + 16);
    c->first_id = binxml_u64(p + 24);
    c->last_id = binxml_u64(p + 32);
    c->free_at = binxml_u32(p + 48);
    c->flags = binxml_u32(p + 120);
    c->whole = c->free_at <= n;
    crc = crc32_add(crc, slice_of(p + 128, CHUNK_HEADER - 128));
    c->header_sum = judge(summed, crc, binxml_u32(p + 124));
    c->records_sum = summed ? SUM_BAD : SUM_NONE;
    if (c->free_at >= CHUNK_HEADER && c->free_at <= n)
        c->records_sum =
            judge(summed, crc32_add(0, slice_of(p + CHUNK_HEADER, c->free_at - CHUNK_HEADER)),
                  binxml_u32(p + 52));
}

static void close_chunk(struct verify_sequence *s)
{
    const struct verify_chunk *c = &s->now;

    if (!s->open)
        return;
    s->open = false;
    if (s->slack)
        verification_note(s->v, VERIFY_SLACK, s->slack_at, 0,
                          "%" PRIu64 " whole records lie behind the last one of the chunk",
                          s->slack);
    s->slack = 0;
    if (c->records && c->whole && (c->first != c->first_id || c->last != c->last_id))
        verification_note(s->v, VERIFY_CHUNK_NUMBERS, c->offset, 0,
                          "the chunk's header speaks of records %" PRIu64 " to %" PRIu64
                          ", those in it are %" PRIu64 " to %" PRIu64,
                          c->first_id, c->last_id, c->first, c->last);
    if (!vec_push(&s->v->chunk, LIMIT_VERIFY_CHUNKS, *c) && !s->v->count[VERIFY_LIMIT])
        verification_note(s->v, VERIFY_LIMIT, c->offset, 0,
                          "the log has too many chunks: from here on numbers are compared inside "
                          "chunks only");
}

void verify_sequence_chunk(struct verify_sequence *s, const struct span *header)
{
    size_t n = 0;

    close_chunk(s);
    s->now = (struct verify_chunk){ .offset = header->offset };
    s->open = true;
    if (source_read_at(s->src, header->offset, s->room, EVTX_CHUNK, &n, NULL) == EV_OK &&
        n >= CHUNK_HEADER)
        read_chunk(&s->now, s->room, n, s->v->flags);
}

static int by_number(const void *a, const void *b)
{
    const struct verify_chunk *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_place(const void *a, const void *b)
{
    const struct verify_chunk *x = a, *y = b;

    return (x->offset > y->offset) - (x->offset < y->offset);
}

static void check_chunks(struct verification *v)
{
    const struct verify_chunk *last = NULL;

    qsort(v->chunk.v, v->chunk.n, sizeof *v->chunk.v, by_number);
    for (size_t i = 0; i < v->chunk.n; i++) {
        const struct verify_chunk *c = &v->chunk.v[i];

        if (c->records == 0)
            continue;
        if (last)
            follow(v, last->last, last->last_written, c->offset, c->first, c->first_written);
        last = c;
    }
    qsort(v->chunk.v, v->chunk.n, sizeof *v->chunk.v, by_place);
}

void verify_sequence_end(struct verify_sequence *s)
{
    struct verification *v = s->v;

    close_chunk(s);
    if (v->chunk.n)
        check_chunks(v);
    if (v->header && !(v->flags & FLAG_DIRTY) && v->most_number &&
        v->next_number != v->most_number + 1)
        verification_note(v, VERIFY_HEADER_COUNTS, 24, 0,
                          "the file header's next record number is %" PRIu64
                          ", the last record has %" PRIu64,
                          v->next_number, v->most_number);
}
