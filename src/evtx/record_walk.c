/* record_walk.c - hops over record headers, chunk by chunk.
 * May include: base/, input/. */
#include "evtx/record_walk.h"

#include "base/mem.h"
#include "base/rd.h"

enum {
    CHUNK_HEADER = 512,
    FREE_SPACE_AT = 48,
    RECORD_MIN = 28,
    SLACK_STEP = 4, /* libevtx looks at every fourth byte */
    LOOK_AHEAD = 4096
};

void record_walk_init(struct record_walk *w, const struct source *src, enum walk_part part)
{
    *w = (struct record_walk){ .src = src, .part = part, .loaded = UINT64_MAX };
    w->bytes = xcalloc(1, EVTX_CHUNK);
}

void record_walk_release(struct record_walk *w)
{
    free(w->bytes);
    w->bytes = NULL;
}

struct slice record_walk_chunk(const struct record_walk *w)
{
    return slice_of(w->bytes, w->n);
}

/* The record at w->at, and the walk behind it; false when there is none. */
static bool hop(struct record_walk *w, struct record_head *ret)
{
    struct rd r = rd_init(record_walk_chunk(w));
    struct record_head h;
    uint32_t magic, size;

    rd_seek(&r, w->at);
    magic = rd_u32le(&r);
    size = rd_u32le(&r);
    h.number = rd_u64le(&r);
    h.written = rd_u64le(&r);
    if (rd_bad(&r) || magic != 0x00002a2a || size < RECORD_MIN || size > w->n - w->at)
        return false;
    rd_seek(&r, w->at + size - 4);
    if (rd_u32le(&r) != size || rd_bad(&r))
        return false;
    h.offset = w->loaded + w->at;
    *ret = h;
    w->at += size;
    return true;
}

/* Reads chunk `index` and goes to the first byte of the part in it; false behind the last one. */
static bool load(struct record_walk *w, uint64_t index)
{
    struct record_head h;
    struct rd r;
    uint32_t end;

    w->loaded = UINT64_MAX;
    w->n = w->at = w->end = 0;
    if (index > (UINT64_MAX - EVTX_FILE_HEADER) / EVTX_CHUNK - 1)
        return false;
    if (source_read_at(w->src, EVTX_FILE_HEADER + index * EVTX_CHUNK, w->bytes, EVTX_CHUNK, &w->n,
                       NULL) < 0 ||
        w->n < CHUNK_HEADER) {
        w->n = 0;
        return false;
    }
    w->loaded = EVTX_FILE_HEADER + index * EVTX_CHUNK;
    w->chunk = index + 1;
    r = rd_init(record_walk_chunk(w));
    rd_seek(&r, FREE_SPACE_AT);
    end = rd_u32le(&r);
    w->at = CHUNK_HEADER;
    if (memcmp(w->bytes, "ElfChnk\0", 8) == 0)
        w->end = end < w->n ? end : w->n;
    while (w->part == WALK_SLACK && w->at < w->end && hop(w, &h))
        ;
    return true;
}

/* The next record of the loaded chunk. */
static bool next_here(struct record_walk *w, struct record_head *ret)
{
    if (w->part == WALK_ACTIVE)
        return w->at < w->end && hop(w, ret);
    for (; w->at + RECORD_MIN <= w->n; w->at += SLACK_STEP) {
        const uint8_t *p = w->bytes + w->at;

        if (p[0] == 0x2a && p[1] == 0x2a && hop(w, ret))
            return true;
    }
    return false;
}

bool record_walk_next(struct record_walk *w, struct record_head *ret)
{
    for (;;) {
        if (w->loaded != UINT64_MAX && next_here(w, ret))
            return true;
        if (!load(w, w->chunk))
            return false;
    }
}

/* Back to a place that was noted as (index of the next chunk, at). */
static void go_back(struct record_walk *w, uint64_t chunk, uint64_t loaded, size_t at)
{
    if (loaded == UINT64_MAX) {
        w->loaded = UINT64_MAX;
        w->chunk = chunk;
    } else if (w->loaded == loaded || load(w, chunk - 1)) {
        w->at = at;
    }
}

bool record_walk_find(struct record_walk *w, uint64_t number, uint64_t written,
                      uint64_t *ret_offset)
{
    uint64_t chunk = w->chunk, loaded = w->loaded;
    size_t at = w->at;
    struct record_head h;

    for (int i = 0; i < LOOK_AHEAD && record_walk_next(w, &h); i++) {
        if (h.number != number || h.written != written)
            continue;
        *ret_offset = h.offset;
        return true;
    }
    go_back(w, chunk, loaded, at);
    return false;
}

bool record_walk_seek(struct record_walk *w, uint64_t offset, struct record_head *ret)
{
    uint64_t chunk = w->chunk, loaded = w->loaded, index;
    size_t at = w->at;

    if (offset < EVTX_FILE_HEADER)
        return false;
    index = (offset - EVTX_FILE_HEADER) / EVTX_CHUNK;
    if (w->loaded == EVTX_FILE_HEADER + index * EVTX_CHUNK || load(w, index)) {
        w->at = (size_t)((offset - EVTX_FILE_HEADER) % EVTX_CHUNK);
        if (hop(w, ret))
            return true;
    }
    go_back(w, chunk, loaded, at);
    return false;
}
