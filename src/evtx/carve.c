/* carve.c - chunks and records in bytes that have no order.
 *
 * The buffer holds 64 KiB of what was passed already and 256 KiB ahead: a record found alone may
 * belong to a chunk that began before it, and names lie there.
 * May include: base/, input/, event/, this folder. */
#include "evtx/carve.h"

#include "base/limits.h"
#include "base/mem.h"

#define BEHIND ((size_t)EVTX_CHUNK)
#define AHEAD ((size_t)NATIVE_CARVE_BYTES - BEHIND)

struct carve {
    struct native_job *j;
    uint64_t from, to, grid;
    uint8_t *p; /* bytes base .. base + n of the source */
    uint64_t base;
    size_t n;
    uint64_t charged; /* from where on the budget of tokens counts */
    uint64_t done;    /* up to where spans were told */
    uint64_t last;    /* where a chunk was last seen to begin; UINT64_MAX: never */
};

/* Moves the buffer so that it begins 64 KiB before `at`, and reads what is missing. */
static int fill(struct carve *c, uint64_t at, struct ev_err *err)
{
    uint64_t base = at - c->from < BEHIND ? c->from : at - BEHIND, want;
    size_t keep = 0, n = 0;
    int rc;

    if (c->base + c->n > base) {
        keep = (size_t)(c->base + c->n - base);
        memmove(c->p, c->p + (base - c->base), keep);
    }
    c->base = base;
    c->n = keep;
    want = c->to - (base + keep);
    if (want > NATIVE_CARVE_BYTES - keep)
        want = NATIVE_CARVE_BYTES - keep;
    rc = source_read_at(c->j->r->base.src, base + keep, c->p + keep, (size_t)want, &n, err);
    if (rc < 0)
        return rc;
    if (n < want)
        c->to = base + keep + n; /* the file has become shorter */
    c->n += n;
    return EV_OK;
}

/* Is all of the buffer from `at` on zeros? Then nothing begins there, and what follows may be a hole. */
static bool only_zeros(const struct carve *c, uint64_t at)
{
    const uint8_t *p = c->p + (at - c->base);
    const size_t n = c->n - (size_t)(at - c->base);

    return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static bool is_chunk(struct slice s)
{
    uint32_t used;

    if (s.n < CHUNK_HEADER + RECORD_MIN)
        return false;
    used = binxml_u32(s.p + 48);
    return native_record_size(s, CHUNK_HEADER, (uint32_t)s.n) > 0 ||
           (binxml_u32(s.p + 40) == 128 && used >= CHUNK_HEADER && used <= EVTX_CHUNK);
}

static struct slice view(const struct carve *c, uint64_t from)
{
    size_t n = c->n - (size_t)(from - c->base);

    return slice_of(c->p + (from - c->base), n < EVTX_CHUNK ? n : EVTX_CHUNK);
}

static void take_chunk(struct carve *c, uint64_t base)
{
    struct native_job *j = c->j;

    j->chunk = view(c, base);
    j->offset = base;
    j->index = (base - j->r->first) / EVTX_CHUNK;
    native_templates_chunk(j->nw, j->r->base.options.names);
}

/* All from the last thing found up to `at` was nothing; what is there ends at `end`. */
static void found(struct carve *c, uint64_t at, uint64_t end)
{
    const struct reader_visitor *v = c->j->v;

    if (v->span && at > c->done)
        v->span(v->ctx,
                &(struct span){ .kind = SPAN_FOREIGN, .offset = c->done, .bytes = at - c->done });
    c->done = end;
}

static int carve_chunk(struct carve *c, uint64_t at)
{
    take_chunk(c, at);
    found(c, at, at + c->j->chunk.n);
    native_span(c->j, SPAN_CARVED_HEADER, 0, CHUNK_HEADER);
    c->last = at;
    c->j->counts->chunks++;
    template_store_scan(&c->j->nw->store, c->j->chunk, 0);
    return native_slack(c->j, CHUNK_HEADER, (uint32_t)c->j->chunk.n, ORIGIN_CARVED);
}

/* Would a chunk that begins at base explain the record: does its definition, or its first name, lie
 * where the record says? */
static bool base_fits(const struct carve *c, uint64_t base, uint64_t at)
{
    struct slice s;
    const uint8_t *p;
    uint32_t place;

    if (base < c->base || base > at || at - base > EVTX_CHUNK - RECORD_MIN)
        return false;
    s = view(c, base);
    p = s.p + (at - base) + RECORD_HEADER + 4;
    if (p[0] == TOKEN_INSTANCE) {
        place = binxml_u32(p + 6);
        return place <= s.n - TEMPLATE_HEADER && binxml_u32(s.p + place + 4) == binxml_u32(p + 2);
    }
    place = binxml_u32(p + 5);
    return place <= s.n - 18 && binxml_u16(s.p + place + 6) == 5 && s.p[place + 8] == 'E';
}

/* The chunk that the record at `at` once stood in, as far as it can be told. */
static uint64_t record_base(const struct carve *c, uint64_t at)
{
    const uint8_t *p = c->p + (at - c->base) + RECORD_HEADER + 4;
    uint32_t place = binxml_u32(p + (p[0] == TOKEN_INSTANCE ? 6 : 5));
    uint64_t behind = at + RECORD_HEADER + 4 + (p[0] == TOKEN_INSTANCE ? 10 : 9);
    uint64_t guess[3];

    guess[0] = place <= behind ? behind - place : UINT64_MAX; /* what it needs follows it */
    guess[1] = c->last;
    guess[2] = c->grid == UINT64_MAX ? UINT64_MAX : at - (at - c->grid) % EVTX_CHUNK;
    for (size_t i = 0; i < 3; i++)
        if (guess[i] != UINT64_MAX && base_fits(c, guess[i], at))
            return guess[i];
    return at;
}

static int carve_record(struct carve *c, uint64_t at, uint32_t size)
{
    uint64_t base = record_base(c, at);

    take_chunk(c, base);
    if (base < at)
        c->last = base;
    template_store_scan(&c->j->nw->store, slice_of(c->j->chunk.p, (size_t)(at - base) + size),
                        (size_t)(at - base));
    found(c, at, at + size);
    native_span_record(c->j, SPAN_CARVED_RECORD, (uint32_t)(at - base), size);
    return native_record(c->j, (uint32_t)(at - base), size, NATIVE_RECOVERED, ORIGIN_CARVED);
}

/* Offset of the next thing at or after `at` that begins like a chunk or a record; the end of the
 * buffer, less what a beginning needs, when there is none. */
static uint64_t next(const struct carve *c, uint64_t at)
{
    const uint8_t *p = c->p + (at - c->base), *end = c->p + c->n;

    while (end - p >= 8) {
        const uint8_t *star = memchr(p, '*', (size_t)(end - p - 7));
        size_t until = (size_t)((star ? star : end - 7) - p);
        const uint8_t *magic = memmem(p, until + 7, "ElfChnk\0", 8);

        if (magic)
            return c->base + (uint64_t)(magic - c->p);
        if (!star)
            return c->base + (uint64_t)(end - 7 - c->p);
        if (binxml_u32(star) == 0x2a2a)
            return c->base + (uint64_t)(star - c->p);
        p = star + 1;
    }
    return c->base + c->n;
}

/* What begins at `at`: reads it, and says where to go on. */
static int carve_at(struct carve *c, uint64_t at, uint64_t *ret_next)
{
    struct slice s = view(c, at);
    uint32_t size;

    *ret_next = at + 1;
    if (at - c->charged >= EVTX_CHUNK) {
        c->j->nw->steps = LIMIT_CHUNK_STEPS;
        c->charged = at;
    }
    if (s.n >= 8 && memcmp(s.p, "ElfChnk\0", 8) == 0) {
        if (!is_chunk(s))
            return EV_OK;
        *ret_next = at + s.n;
        return carve_chunk(c, at);
    }
    size = native_record_size(s, 0, (uint32_t)s.n);
    if (size < RECORD_MIN + 16 || binxml_u32(s.p + RECORD_HEADER) != 0x0001010f)
        return EV_OK;
    *ret_next = at + size;
    return carve_record(c, at, size);
}

int carve_range(struct native_job *j, uint64_t from, uint64_t to, uint64_t grid, struct ev_err *err)
{
    struct carve c = {
        .j = j, .from = from, .to = to, .grid = grid, .base = from, .done = from, .last = UINT64_MAX
    };
    uint64_t at = from;
    int rc = EV_OK;

    if (!j->nw->carve)
        j->nw->carve = xcalloc(1, NATIVE_CARVE_BYTES + NATIVE_PADDING);
    c.p = j->nw->carve;
    template_store_clear(&j->nw->store);
    j->nw->store_kept = true;
    j->nw->steps = LIMIT_CHUNK_STEPS;
    c.charged = from;
    while (rc >= 0 && at < c.to) {
        /* What begins in the buffer may reach 64 KiB further. */
        if (at + EVTX_CHUNK > c.base + c.n && c.base + c.n < c.to) {
            rc = fill(&c, at, err);
            if (rc < 0)
                break;
            if (only_zeros(&c, at)) {
                at = source_next_data(j->r->base.src, c.base + c.n);
                continue;
            }
        }
        at = next(&c, at);
        if (at + 8 > c.base + c.n && c.base + c.n >= c.to)
            break;
        if (at + EVTX_CHUNK > c.base + c.n && c.base + c.n < c.to)
            continue;
        rc = carve_at(&c, at, &at);
    }
    found(&c, c.to, c.to);
    j->nw->store_kept = false;
    return rc;
}
