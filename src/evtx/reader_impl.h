/* reader_impl.h - what the decoders of this folder share behind reader.h.
 * Rank: base/, event/, event_builder.h, xml_event.h, reader.h. */
#ifndef EVTX_READER_IMPL_H
#define EVTX_READER_IMPL_H

#include "base/buf.h"
#include "evtx/event_builder.h"
#include "evtx/reader.h"
#include "evtx/xml_event.h"

/* Head of every decoder's own reader struct. */
struct reader {
    struct source *src;
    struct reader_options options;
};

struct native_worker;
struct native_job;

/* The event that the visitor looks at, for render.h. */
struct reader_now {
    struct native_job *job; /* of the native decoder; NULL: text is its XML */
    uint32_t at, end;       /* its document in the job's chunk */
    bool opened;            /* the worker's `outer` is its instance */
    bool planned;           /* native_fill made its fields */
    bool strict;            /* as the walk that made it */
    struct slice text;
};

struct reader_worker {
    struct reader_now now;
    struct event_builder builder;
    struct xml_event *xml;        /* made on first use */
    struct buf raw;               /* bytes of one record or event */
    struct native_worker *native; /* made on first use */
};

/* Makes w->xml. */
struct xml_event *reader_worker_xml(struct reader_worker *w);

/* Counts a finding and tells the visitor. record_number 0: none. */
void reader_note(const struct reader_visitor *v, struct accounting *counts, enum finding_kind kind,
                 uint64_t offset, uint64_t record_number, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Asks want, then hands the event over; counts it in *events or *skipped. Returns what the visitor
 * returned when that is negative; READER_UNREADABLE is for the caller to count. */
int reader_deliver(const struct reader_visitor *v, struct event *ev, uint64_t *events,
                   uint64_t *skipped);

#endif
