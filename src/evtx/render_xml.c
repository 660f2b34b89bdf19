/* render_xml.c - the event at hand as XML, whatever the decoder.
 * May include: base/, event/, this folder. */
#include "evtx/render_impl.h"

#include "base/mem.h"

struct render *render_new(const struct render_options *o)
{
    struct render *r = xcalloc(1, sizeof *r);

    r->state.lines = o->lines;
    r->csv_raw = o->csv_raw;
    buf_init(&r->text, LIMIT_EVENT_XML);
    buf_init(&r->file, LIMIT_EVENT_XML);
    buf_init(&r->source, LIMIT_EVENT_XML);
    map_init(&r->names, map_seed());
    return r;
}

void render_free(struct render *r)
{
    if (!r)
        return;
    buf_release(&r->text);
    buf_release(&r->file);
    buf_release(&r->source);
    map_release(&r->names);
    free(r);
}

uint64_t render_replaced(const struct render *r)
{
    return r->state.replaced;
}

int render_xml(struct render *r, struct reader_worker *w, const struct event *ev, struct buf *out)
{
    size_t n = out->n;
    int rc;

    if (ev->place.origin != ORIGIN_ACTIVE)
        buf_printf(out, "<!-- %s: record at offset %llu -->", origin_name(ev->place.origin),
                   (unsigned long long)ev->place.offset);
    rc = w->now.job ? render_native(r, &w->now, out) : render_text(r, w->now.text, out);
    buf_byte(out, '\n');
    if (rc == EV_OK && out->full)
        rc = READER_UNREADABLE;
    if (rc != EV_OK)
        out->n = n;
    out->full = false;
    return rc;
}
