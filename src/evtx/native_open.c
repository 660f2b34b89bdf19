/* native_open.c - the native decoder: opening a log and reading it in batches of chunks.
 *
 * pread into a buffer that stays in the cache, not a mapping: measured 4 to 7 times faster
 * (doc/performance.md), and no signal when a disk fails or a file shrinks.
 * May include: base/, event/, input/, this folder. */
#include "evtx/native_impl.h"

#include "base/digest.h"
#include "base/mem.h"

#define BATCH ((size_t)NATIVE_BATCH_CHUNKS * EVTX_CHUNK)

struct native_worker *native_worker_new(void)
{
    struct native_worker *w = xcalloc(1, sizeof *w);

    w->batch = xcalloc(1, BATCH + NATIVE_PADDING);
    native_sink_init(&w->sink);
    template_cache_init(&w->templates);
    return w;
}

void native_worker_free(struct native_worker *w)
{
    if (!w)
        return;
    free(w->batch);
    native_sink_release(&w->sink);
    template_cache_release(&w->templates);
    free(w);
}

static void header_fault(struct native_reader *r, const char *text)
{
    snprintf(r->header_fault, sizeof r->header_fault, "%s", text);
}

/* Reads what the 128 bytes of the file header say; n of them are there. */
static void read_header(struct native_reader *r, const uint8_t *p, size_t n)
{
    r->counted = UINT64_MAX;
    r->first = EVTX_FILE_HEADER;
    if (n >= 8 && memcmp(p, "ElfChnk\0", 8) == 0) {
        r->first = 0;
        header_fault(r, "the file has no header, it begins with a chunk");
        return;
    }
    if (n < 128 || memcmp(p, "ElfFile\0", 8) != 0) {
        header_fault(r, n < 128 ? "the file ends inside its header" : "the file header is gone");
        return;
    }
    r->header = true;
    r->flags = binxml_u32(p + 120);
    if (crc32_add(0, slice_of(p, 120)) != binxml_u32(p + 124) && !(r->flags & FLAG_NO_CRC))
        header_fault(r, "the checksum of the file header is wrong");
    /* 16 bits: beyond 65,535 chunks it says nothing. */
    if ((r->size - EVTX_FILE_HEADER) / EVTX_CHUNK <= UINT16_MAX)
        r->counted = binxml_u16(p + 42);
}

static void reader_close(struct reader *r)
{
    free(r);
}

static int reader_open(struct source *src, const struct reader_options *o, struct reader **ret,
                       struct ev_err *err)
{
    struct native_reader *r;
    uint8_t head[128] = { 0 };
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
    read_header(r, head, n);
    *ret = &r->base;
    return EV_OK;
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

    return (bytes - 1) / BATCH + 1;
}

static void note_header(struct native_job *j)
{
    const struct native_reader *r = j->r;

    if (r->first)
        j->counts->bytes += r->size < r->first ? r->size : r->first;
    if (r->header_fault[0])
        reader_note(j->v, j->counts, FINDING_FILE_HEADER, 0, 0, "%s", r->header_fault);
    if (r->flags & FLAG_DIRTY)
        reader_note(j->v, j->counts, FINDING_DIRTY, 0, 0, "the log was not closed properly");
}

static bool all_zero(struct slice s)
{
    return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

/* 64 KiB, or what is there of them, at a place where a chunk belongs. */
static int slot(struct native_job *j)
{
    bool magic = j->chunk.n >= 8 && memcmp(j->chunk.p, "ElfChnk\0", 8) == 0;

    if (magic && j->chunk.n >= CHUNK_HEADER) {
        if (j->index == j->r->counted)
            reader_note(j->v, j->counts, FINDING_CHUNK_COUNT, j->offset, 0,
                        "the file header counts %llu chunks, there are more",
                        (unsigned long long)j->r->counted);
        return native_chunk(j);
    }
    if (all_zero(j->chunk))
        return EV_OK;
    if (magic) {
        reader_note(j->v, j->counts, FINDING_TRUNCATED, j->offset, 0,
                    "the file ends inside the header of a chunk");
        return EV_OK;
    }
    reader_note(j->v, j->counts, FINDING_CHUNK_HEADER, j->offset, 0,
                "there is no chunk where one should be");
    return native_slack(j, 0, (uint32_t)j->chunk.n, ORIGIN_CARVED);
}

static int reader_run(const struct reader *reader, uint64_t job, struct reader_worker *w,
                      const struct reader_visitor *v, struct accounting *counts, struct ev_err *err)
{
    struct native_job j = { .r = native_of(reader), .w = w, .v = v, .counts = counts };
    uint64_t at;
    size_t n = 0;
    int rc;

    if (!w->native)
        w->native = native_worker_new();
    j.nw = w->native;
    if (job == 0)
        note_header(&j);
    at = j.r->first + job * BATCH;
    if (at >= j.r->size)
        return EV_OK;
    rc = source_read_at(j.r->base.src, at, j.nw->batch, BATCH, &n, err);
    if (rc < 0)
        return rc;
    counts->bytes += n;
    for (size_t i = 0; i < n; i += EVTX_CHUNK) {
        j.chunk = slice_of(j.nw->batch + i, n - i < EVTX_CHUNK ? n - i : EVTX_CHUNK);
        j.offset = at + i;
        j.index = job * NATIVE_BATCH_CHUNKS + i / EVTX_CHUNK;
        rc = slot(&j);
        if (rc < 0)
            return ev_err_set(err, rc, "stopped");
    }
    return EV_OK;
}

const struct decoder decoder_native = {
    .name = "native",
    .open = reader_open,
    .jobs = reader_jobs,
    .run = reader_run,
    .close = reader_close,
};
