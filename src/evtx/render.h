/* render.h - the event at hand as text: XML as Windows renders it, or JSON.
 *
 * XML of the native decoder is made from the record itself, not from the event view; that of the
 * other decoders is their own XML, cleaned. Whatever a record holds, what comes out is well-formed.
 * Rank: base/, event/, reader.h. */
#ifndef EVTX_RENDER_H
#define EVTX_RENDER_H

#include "base/buf.h"
#include "evtx/reader.h"

struct render_options {
    bool lines;   /* XML: one event a line, line feeds as &#10; */
    bool csv_raw; /* CSV: no formula guard */
};

struct render; /* one per thread and reader_worker */

struct render *render_new(const struct render_options *o);
void render_free(struct render *r);

/* Characters that the format forbids, written as U+FFFD, names mended and attributes left out that
 * a tag held twice, so far. */
uint64_t render_replaced(const struct render *r);

/* Appends the event that w's decoder just handed to the visitor: call it there only. One element
 * <Event>, a line end behind it. READER_UNREADABLE when the record cannot be rendered or its XML is
 * larger than LIMIT_RENDER_XML: nothing is appended, the visitor returns the code. */
int render_xml(struct render *r, struct reader_worker *w, const struct event *ev, struct buf *out);

/* Appends one JSON object {"event":{...},"source":{...}} and a line end. file: name of the source.
 * Times are UTC. READER_UNREADABLE when out is full. */
int render_json(struct render *r, struct reader_worker *w, struct event *ev, struct slice file,
                struct buf *out);

/* Appends one row of CSV (RFC 4180, CRLF); the header row names the columns. */
int render_csv(struct render *r, struct event *ev, struct slice file, struct buf *out);
void render_csv_header(struct buf *out);

#endif
