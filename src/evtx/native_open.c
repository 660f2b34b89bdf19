/* native_open.c - the native decoder: opening a log and reading it in batches of chunks.
 *
 * pread into a buffer that stays in the cache, not a mapping: measured 4 to 7 times faster
 * (doc/performance.md), and no signal when a disk fails or a file shrinks.
 * May include: base/, event/, input/, this folder. */
#include "evtx/native_impl.h"

#include "evtx/carve.h"

#include "base/crc32.h"
#include "base/mem.h"

#define BATCH ((size_t)NATIVE_BATCH_CHUNKS * EVTX_CHUNK)

struct native_worker *native_worker_new(void)
{
    struct native_worker *w = xcalloc(1, sizeof *w);

    w->batch = xcalloc(1, BATCH + NATIVE_PADDING);
    native_sink_init(&w->sink);
    template_cache_init(&w->templates);
    template_store_init(&w->store);
    arena_init(&w->name_arena, LIMIT_NAME_ARENA);
    return w;
}

void native_worker_free(struct native_worker *w)
{
    if (!w)
        return;
    free(w->batch);
    native_sink_release(&w->sink);
    template_cache_release(&w->templates);
    template_store_release(&w->store);
    arena_release(&w->name_arena);
    free(w->carve);
    free(w);
}

static void header_fault(struct native_reader *r, const char *text)
{
    snprintf(r->header_fault, sizeof r->header_fault, "%s", text);
}

static bool is_magic(struct slice s)
{
    return s.n >= 8 && memcmp(s.p, "ElfChnk\0", 8) == 0;
}

static void read_header(struct native_reader *r, const uint8_t *p)
{
    r->header = true;
    r->flags = binxml_u32(p + 120);
    if (crc32_add(0, slice_of(p, 120)) != binxml_u32(p + 124) && !(r->flags & FLAG_NO_CRC))
        header_fault(r, "the checksum of the file header is wrong");
    /* 16 bits: beyond 65,535 chunks it says nothing. */
    if (r->size >= EVTX_FILE_HEADER && (r->size - EVTX_FILE_HEADER) / EVTX_CHUNK <= UINT16_MAX)
        r->counted = binxml_u16(p + 42);
}

/* What the first bytes say: p has the header's block and the magic of the chunk behind it, n bytes
 * of them are there. */
static void read_start(struct native_reader *r, const uint8_t *p, size_t n)
{
    r->counted = UINT64_MAX;
    r->first = EVTX_FILE_HEADER;
    if (n >= 128 && memcmp(p, "ElfFile\0", 8) == 0) {
        read_header(r, p);
    } else if (is_magic(slice_of(p, n))) {
        r->first = 0;
        header_fault(r, "the file has no header, it begins with a chunk");
    } else if (n > EVTX_FILE_HEADER && is_magic(slice_of(p + EVTX_FILE_HEADER, n - 4096))) {
        header_fault(r, "the file header is gone");
    } else {
        r->carve = true;
        r->first = 0;
    }
}

/* All definitions of the file, for records whose own is gone. By one pass before the jobs, so that
 * what a job finds does not depend on the others. */
static int fill_store(struct native_reader *r, struct ev_err *err)
{
    uint8_t *p = xcalloc(1, BATCH);
    size_t n = BATCH;
    int rc = EV_OK;

    for (uint64_t at = r->first; rc == EV_OK && n == BATCH && at < r->size; at += BATCH) {
        rc = source_read_at(r->base.src, at, p, BATCH, &n, err);
        for (size_t i = 0; rc == EV_OK && i < n; i += EVTX_CHUNK)
            template_store_scan(&r->store, slice_of(p + i, n - i < EVTX_CHUNK ? n - i : EVTX_CHUNK),
                                0);
    }
    free(p);
    return rc;
}

static void reader_close(struct reader *reader)
{
    struct native_reader *r = (struct native_reader *)(void *)reader;

    if (!r)
        return;
    template_store_release(&r->store);
    free(r);
}

static int reader_open(struct source *src, const struct reader_options *o, struct reader **ret,
                       struct ev_err *err)
{
    struct native_reader *r;
    uint8_t head[EVTX_FILE_HEADER + 8] = { 0 };
    uint64_t size = 0;
    size_t n = 0;
    int rc;

    if (!source_can_read_at(src) || !source_size(src, &size)) {
        ev_err_set(err, EV_EUNSUPPORTED, "a log is read from a file, not a stream; save it first");
        ev_err_file(err, source_path(src));
        return EV_EUNSUPPORTED;
    }
    rc = source_read_at(src, 0, head, sizeof head, &n, err);
    if (rc < 0)
        return rc;
    if (n == 0) {
        ev_err_set(err, EV_EFORMAT, "the file is empty");
        ev_err_file(err, source_path(src));
        return EV_EFORMAT;
    }
    r = xcalloc(1, sizeof *r);
    r->base.src = src;
    r->base.options = *o;
    r->size = size;
    template_store_init(&r->store);
    if (source_state(src) == SOURCE_RAW) { /* who asks for such bytes asks for what they hold */
        r->carve = true;
        r->counted = UINT64_MAX;
        r->base.options.recover = true;
    } else {
        read_start(r, head, n);
    }
    if (o->recover && !r->carve)
        rc = fill_store(r, err);
    if (rc < 0)
        reader_close(&r->base);
    else
        *ret = &r->base;
    return rc;
}

static const struct native_reader *native_of(const struct reader *r)
{
    return (const struct native_reader *)(const void *)r;
}

/* At least one, so that a header without chunks is reported on. */
static uint64_t reader_jobs(const struct reader *reader)
{
    const struct native_reader *r = native_of(reader);
    uint64_t bytes = r->size > r->first ? r->size - r->first : 1;

    return r->carve ? 1 : (bytes - 1) / BATCH + 1;
}

static void note_file(struct native_job *j)
{
    const struct native_reader *r = j->r;

    if (!r->carve) {
        uint32_t n = (uint32_t)(r->size < r->first ? r->size : r->first);

        j->counts->bytes += n;
        native_span(j, SPAN_FILE_HEADER, 0, n);
    }
    if (r->carve)
        reader_note(j->v, j->counts, FINDING_CARVED, 0, 0,
                    "this is no event log; chunks and records are looked for in all its bytes");
    if (r->header_fault[0])
        reader_note(j->v, j->counts, FINDING_FILE_HEADER, 0, 0, "%s", r->header_fault);
    if (r->flags & FLAG_DIRTY)
        reader_note(j->v, j->counts, FINDING_DIRTY, 0, 0, "the log was not closed properly");
    if (r->store.full)
        reader_note(j->v, j->counts, FINDING_LIMIT, 0, 0,
                    "the file has too many templates: some recovered records stay unread");
}

static bool all_zero(struct slice s)
{
    return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

/* Bytes where a chunk belongs that are none, and not empty either. */
static bool is_stray(struct slice s)
{
    return !is_magic(s) && !all_zero(s);
}

/* Is what stands at `at` of the source stray? Reads it into the batch's last slot's place: the
 * caller's own buffer of a chunk. */
static bool stray_at(const struct native_job *j, uint64_t at, uint8_t *room)
{
    size_t n = 0;

    return at < j->r->size &&
           source_read_at(j->r->base.src, at, room, EVTX_CHUNK, &n, NULL) == EV_OK &&
           is_stray(slice_of(room, n));
}

/* A run of stray slots is carved as a whole by the job that its first slot belongs to: a chunk that
 * is not in its place reaches into the next slot. */
static int stray(struct native_job *j, bool first_of_batch, struct ev_err *err)
{
    uint64_t end = j->offset + j->chunk.n;
    uint8_t *room = xcalloc(1, EVTX_CHUNK);
    bool ours =
        !first_of_batch || j->offset == j->r->first || !stray_at(j, j->offset - EVTX_CHUNK, room);

    while (ours && stray_at(j, end, room))
        end += EVTX_CHUNK;
    free(room);
    if (!ours)
        return EV_OK;
    reader_note(j->v, j->counts, FINDING_CHUNK_HEADER, j->offset, 0,
                "there is no chunk where one should be, %llu bytes are looked through",
                (unsigned long long)((end < j->r->size ? end : j->r->size) - j->offset));
    return carve_range(j, j->offset, end < j->r->size ? end : j->r->size, j->r->first, err);
}

/* 64 KiB, or what is there of them, at a place where a chunk belongs, and begins with its magic. */
static int slot(struct native_job *j)
{
    if (j->chunk.n < CHUNK_HEADER) {
        reader_note(j->v, j->counts, FINDING_TRUNCATED, j->offset, 0,
                    "the file ends inside the header of a chunk");
        native_span(j, SPAN_CHUNK_HEADER, 0, (uint32_t)j->chunk.n);
        return EV_OK;
    }
    if (j->index == j->r->counted)
        reader_note(j->v, j->counts, FINDING_CHUNK_COUNT, j->offset, 0,
                    "the file header counts %llu chunks, there are more",
                    (unsigned long long)j->r->counted);
    return native_chunk(j);
}

static int batch(struct native_job *j, uint64_t job, struct ev_err *err)
{
    uint64_t at = j->r->first + job * BATCH;
    bool in_run = false;
    size_t n = 0;
    int rc;

    if (at >= j->r->size)
        return EV_OK;
    rc = source_read_at(j->r->base.src, at, j->nw->batch, BATCH, &n, err);
    j->counts->bytes += n;
    for (size_t i = 0; rc >= 0 && i < n; i += EVTX_CHUNK) {
        j->chunk = slice_of(j->nw->batch + i, n - i < EVTX_CHUNK ? n - i : EVTX_CHUNK);
        j->offset = at + i;
        j->index = job * NATIVE_BATCH_CHUNKS + i / EVTX_CHUNK;
        if (is_stray(j->chunk)) {
            rc = in_run ? EV_OK : stray(j, i == 0, err);
            in_run = true;
            continue;
        }
        in_run = false;
        if (is_magic(j->chunk))
            rc = slot(j);
        else
            native_span(j, SPAN_CHUNK_EMPTY, 0, (uint32_t)j->chunk.n);
    }
    return rc;
}

static int reader_run(const struct reader *reader, uint64_t job, struct reader_worker *w,
                      const struct reader_visitor *v, struct accounting *counts, struct ev_err *err)
{
    struct native_job j = { .r = native_of(reader), .w = w, .v = v, .counts = counts };

    if (!w->native)
        w->native = native_worker_new();
    j.nw = w->native;
    if (job == 0)
        note_file(&j);
    if (!j.r->carve)
        return batch(&j, job, err);
    counts->bytes += j.r->size;
    return carve_range(&j, 0, j.r->size, UINT64_MAX, err);
}

const struct decoder decoder_native = {
    .name = "native",
    .open = reader_open,
    .jobs = reader_jobs,
    .run = reader_run,
    .close = reader_close,
};
