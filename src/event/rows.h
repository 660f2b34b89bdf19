/* rows.h - events as bytes between the threads that read them and the one that fills a database.
 *
 * What was put is read back by the same program: the bytes are no format for files.
 * Rank: base/, event.h. */
#ifndef EVENT_ROWS_H
#define EVENT_ROWS_H

#include "base/buf.h"
#include "base/rd.h"
#include "event/event.h"

struct event_row {
    uint64_t time; /* FILETIME, 0: none readable */
    uint64_t record_id, offset, chunk, record_number;
    uint32_t event_id;
    bool has_event_id, has_record_id, cut;
    enum event_origin origin;
    struct slice computer, channel, provider, file; /* absent where the record has none */
    uint32_t nfield;                                /* that follow, by rows_field */
};

/* Appends the event and its fields, but for RenderingInfo. EV_ELIMIT when out is full; then nothing
 * is appended. */
int rows_put(struct event *ev, struct slice file, struct buf *out);
/* The next event; false at the end. Slices are borrowed from r. */
bool rows_next(struct rd *r, struct event_row *ret);
/* The next field of the event at hand. */
bool rows_field(struct rd *r, struct slice *ret_name, struct slice *ret_value);

#endif
