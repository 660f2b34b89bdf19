/* render_csv.c - the event at hand as one row of CSV.
 *
 * The fields of an event differ from kind to kind, so all of them stand in one cell, as they do in
 * `details` of a timeline. May include: base/, event/, this folder. */
#include "evtx/render_impl.h"

#include "base/escape.h"
#include "base/filetime.h"

#define HEADER                                                                                     \
    "timestamp,computer,channel,provider,event_id,level,record_id,user,details,source_file,"       \
    "source_offset,origin\r\n"

void render_csv_header(struct buf *out)
{
    buf_str(out, HEADER);
}

static void put_cell(struct render *r, struct slice s, struct buf *out)
{
    escape_csv(s, !r->csv_raw, out);
    buf_byte(out, ',');
}

static void put_number(bool has, uint64_t n, struct buf *out)
{
    if (has)
        buf_printf(out, "%llu", (unsigned long long)n);
    buf_byte(out, ',');
}

/* Name=value | Name=value: all but what System tells in columns. */
static void put_details(struct render *r, struct event *ev)
{
    buf_clear(&r->text);
    for (size_t i = 0; i < ev->n; i++) {
        if (ev->field[i].part == EVENT_SYSTEM)
            continue;
        if (r->text.n)
            buf_str(&r->text, " | ");
        buf_slice(&r->text, ev->field[i].name);
        buf_byte(&r->text, '=');
        buf_slice(&r->text, event_text(ev, i));
    }
}

int render_csv(struct render *r, struct event *ev, struct slice file, struct buf *out)
{
    char time[FILETIME_TEXT];
    uint64_t t = ev->time_created ? ev->time_created : ev->place.written;
    size_t n = out->n;

    if (t)
        buf_put(out, time, filetime_iso(t, time));
    buf_byte(out, ',');
    put_cell(r, ev->computer, out);
    put_cell(r, ev->channel, out);
    put_cell(r, ev->provider, out);
    put_number(ev->has_event_id, ev->event_id, out);
    put_number(true, ev->level, out);
    put_number(ev->has_record_id, ev->record_id, out);
    put_cell(r, ev->user_sid, out);
    put_details(r, ev);
    put_cell(r, buf_view(&r->text), out);
    put_cell(r, file, out);
    put_number(true, ev->place.offset, out);
    buf_str(out, origin_name(ev->place.origin));
    buf_str(out, "\r\n");
    if (!out->full && !r->text.full)
        return EV_OK;
    out->n = n;
    out->full = false;
    return READER_UNREADABLE;
}
