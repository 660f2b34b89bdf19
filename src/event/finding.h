/* finding.h - damage and other remarkable things in a file, as data.
 *
 * A reader never stops at damage: it notes what, where, and reads on.
 * Rank: base/. */
#ifndef EVENT_FINDING_H
#define EVENT_FINDING_H

#include <stdint.h>

/* What is wrong with, or remarkable about, a place of a file. The names are those that
 * summary and verify print (finding_name). */
enum finding_kind {
    FINDING_FILE_HEADER,       /* header gone or implausible */
    FINDING_DIRTY,             /* dirty flag set: the log was not closed */
    FINDING_CHUNK_COUNT,       /* more chunks than the header counts */
    FINDING_CHUNK_HEADER,      /* magic, sizes or offsets implausible */
    FINDING_CHUNK_CHECKSUM,    /* header or data checksum wrong */
    FINDING_TRUNCATED,         /* file ends inside a chunk or record */
    FINDING_RECORD_SIZE,       /* size or its copy wrong: the walk of the chunk ends here */
    FINDING_RECORD_UNREADABLE, /* the record is there but its content cannot be rendered */
    FINDING_TEMPLATE,          /* template missing or of another id */
    FINDING_HIDDEN,            /* a record inside another one's padding */
    FINDING_OTHER_DECODER,     /* libevtx: refused the file or the record */
    FINDING_CARVED,            /* no log at all, searched for chunks and records */
    FINDING_IMAGE,             /* a disk image does not fit the hash that it holds */
    FINDING_LIMIT,             /* a cap of limits.h was reached */
    FINDING_KINDS
};
const char *finding_name(enum finding_kind k);

struct finding {
    enum finding_kind kind;
    uint64_t offset;        /* from the start of the source */
    uint64_t record_number; /* 0: none */
    char text[256];         /* one sentence */
};

#endif
