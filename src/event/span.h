/* span.h - stretches of a log, each of one class: an account of all its bytes.
 *
 * Rank: base/. */
#ifndef EVENT_SPAN_H
#define EVENT_SPAN_H

#include <stdbool.h>
#include <stdint.h>

enum span_class {
    SPAN_FILE_HEADER, /* its block of 4,096 bytes */
    SPAN_CHUNK_HEADER,
    SPAN_RECORD,     /* an active record without its padding */
    SPAN_UNREADABLE, /* an active record that cannot be rendered */
    SPAN_PADDING,    /* between a record's document and its closing size */
    SPAN_HIDDEN,     /* a record inside the padding of another */
    SPAN_TORN,       /* a record one of whose sizes is wrong */
    SPAN_LOST,       /* used space of a chunk that is no record; with `record`: begins like one */
    SPAN_SLACK_EMPTY,
    SPAN_SLACK_RECORD,
    SPAN_SLACK_RESIDUE, /* neither zeros nor a whole record */
    SPAN_CHUNK_EMPTY,   /* the place of a chunk, all zeros */
    SPAN_CARVED_HEADER, /* of a chunk out of its place */
    SPAN_CARVED_RECORD,
    SPAN_FOREIGN, /* where a chunk should be, but neither chunk nor record */
    SPAN_CLASSES
};
const char *span_name(enum span_class c);

struct span {
    enum span_class kind;
    uint64_t offset, bytes;
    bool record; /* a record begins here; what follows is of its header */
    uint64_t record_number, written;
};

#endif
