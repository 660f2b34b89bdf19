/* reader.c - the table of decoders and what their workers share.
 * May include: base/, event/, this folder. */
#include "evtx/reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "evtx/native_impl.h"
#include "evtx/reader_impl.h"

static const struct decoder *const decoders[] = {
    &decoder_native,
    &decoder_libevtx,
    &decoder_xml,
};

const struct decoder *decoder_find(const char *name)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (strcmp(decoders[i]->name, name) == 0)
            return decoders[i];
    return NULL;
}

int reader_fields(struct reader_worker *w, struct event *ev, bool data)
{
    (void)ev;
    if (!w->now.job || !w->now.opened)
        return EV_OK;
    w->now.opened = false;
    return native_fields(w->now.job, &w->now, data);
}

struct reader_worker *reader_worker_new(void)
{
    struct reader_worker *w = xcalloc(1, sizeof *w);

    event_builder_init(&w->builder);
    buf_init(&w->raw, LIMIT_EVENT_XML);
    return w;
}

void reader_worker_free(struct reader_worker *w)
{
    if (!w)
        return;
    event_builder_release(&w->builder);
    xml_event_free(w->xml);
    native_worker_free(w->native);
    buf_release(&w->raw);
    free(w);
}

struct xml_event *reader_worker_xml(struct reader_worker *w)
{
    if (!w->xml)
        w->xml = xml_event_new();
    return w->xml;
}

void reader_note(const struct reader_visitor *v, struct accounting *counts, enum finding_kind kind,
                 uint64_t offset, uint64_t record_number, const char *fmt, ...)
{
    struct finding f = { .kind = kind, .offset = offset, .record_number = record_number };
    va_list ap;

    counts->finding[kind]++;
    if (!v->finding)
        return;
    va_start(ap, fmt);
    vsnprintf(f.text, sizeof f.text, fmt, ap);
    va_end(ap);
    v->finding(v->ctx, &f);
}

int reader_deliver(const struct reader_visitor *v, struct event *ev, uint64_t *events,
                   uint64_t *skipped)
{
    int rc;

    if (v->stop && v->stop(v->ctx))
        return EV_EINTR;
    if (v->want && !v->want(v->ctx, ev->provider, ev->channel, ev->event_id, ev->place.written)) {
        ++*skipped;
        return EV_OK;
    }
    rc = v->event(v->ctx, ev);
    if (rc < 0)
        return rc;
    *events += rc != READER_UNREADABLE;
    return rc;
}
