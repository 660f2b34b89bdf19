/* rows.c - see rows.h. May include base/ only. */
#include "event/rows.h"

#include "base/err.h"

enum { ROW_EVENT_ID = 1, ROW_RECORD_ID = 2, ROW_CUT = 4 };

#define NO_TEXT UINT32_MAX /* the length of an absent slice */

static void put_u64(struct buf *out, uint64_t n)
{
    uint8_t b[8];

    for (size_t i = 0; i < sizeof b; i++)
        b[i] = (uint8_t)(n >> (8 * i));
    buf_put(out, b, sizeof b);
}

static void put_u32(struct buf *out, uint32_t n)
{
    uint8_t b[4] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) };

    buf_put(out, b, sizeof b);
}

static void put_slice(struct buf *out, struct slice s)
{
    put_u32(out, s.p ? (uint32_t)s.n : NO_TEXT);
    buf_slice(out, s);
}

static bool is_shown(const struct field *f)
{
    return f->part != EVENT_RENDERING;
}

int rows_put(struct event *ev, struct slice file, struct buf *out)
{
    const size_t start = out->n;
    uint32_t nfield = 0;

    for (size_t i = 0; i < ev->n; i++)
        nfield += is_shown(&ev->field[i]);
    put_u64(out, ev->time_created);
    put_u64(out, ev->record_id);
    put_u64(out, ev->place.offset);
    put_u64(out, ev->place.chunk);
    put_u64(out, ev->place.record_number);
    put_u32(out, ev->event_id);
    buf_byte(out, (uint8_t)((ev->has_event_id ? ROW_EVENT_ID : 0) |
                            (ev->has_record_id ? ROW_RECORD_ID : 0) | (ev->cut ? ROW_CUT : 0)));
    buf_byte(out, (uint8_t)ev->place.origin);
    put_slice(out, ev->computer);
    put_slice(out, ev->channel);
    put_slice(out, ev->provider);
    put_slice(out, file);
    put_u32(out, nfield);
    for (size_t i = 0; i < ev->n; i++) {
        if (!is_shown(&ev->field[i]))
            continue;
        put_slice(out, ev->field[i].name);
        put_slice(out, event_text(ev, i));
    }
    if (!out->full)
        return EV_OK;
    out->n = start;
    out->full = false;
    return EV_ELIMIT;
}

static struct slice get_slice(struct rd *r)
{
    uint32_t n = rd_u32le(r);

    return n == NO_TEXT ? SLICE_ABSENT : rd_bytes(r, n);
}

bool rows_next(struct rd *r, struct event_row *ret)
{
    if (rd_left(r) == 0)
        return false;
    *ret = (struct event_row){ .time = rd_u64le(r) };
    ret->record_id = rd_u64le(r);
    ret->offset = rd_u64le(r);
    ret->chunk = rd_u64le(r);
    ret->record_number = rd_u64le(r);
    ret->event_id = rd_u32le(r);
    uint8_t flags = rd_u8(r);
    ret->has_event_id = flags & ROW_EVENT_ID;
    ret->has_record_id = flags & ROW_RECORD_ID;
    ret->cut = flags & ROW_CUT;
    ret->origin = (enum event_origin)rd_u8(r);
    ret->computer = get_slice(r);
    ret->channel = get_slice(r);
    ret->provider = get_slice(r);
    ret->file = get_slice(r);
    ret->nfield = rd_u32le(r);
    return !rd_bad(r);
}

bool rows_field(struct rd *r, struct slice *ret_name, struct slice *ret_value)
{
    *ret_name = get_slice(r);
    *ret_value = get_slice(r);
    return !rd_bad(r);
}
