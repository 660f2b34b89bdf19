/* verification.h - what `evtriage verify` finds out about one log.
 *
 * Every byte of the file is in exactly one span, every record begins in one; the bytes sum up to the
 * file's size. Remarkable things are notes, each with its place.
 * Rank: base/, span.h. */
#ifndef EVENT_VERIFICATION_H
#define EVENT_VERIFICATION_H

#include "base/slice.h"
#include "base/vec.h"
#include "event/span.h"

enum verify_weight {
    WEIGHT_NOTE,  /* worth knowing, usual in sound logs */
    WEIGHT_SIGN,  /* of a log that was cleared or altered */
    WEIGHT_DAMAGE /* bytes are not as Windows writes them */
};
const char *verify_weight_name(enum verify_weight w);

enum verify_kind {
    VERIFY_FILE_HEADER,   /* gone, checksum wrong */
    VERIFY_DIRTY,         /* not closed */
    VERIFY_HEADER_COUNTS, /* chunks or numbers of the file header do not fit the chunks */
    VERIFY_CHUNK_HEADER,
    VERIFY_CHUNK_CHECKSUM,
    VERIFY_CHUNK_NUMBERS, /* of a chunk's header are not those of its records */
    VERIFY_TRUNCATED,
    VERIFY_RECORD_SIZE, /* used space that is no record, or a record of two sizes */
    VERIFY_UNREADABLE,  /* a record whose content cannot be read */
    VERIFY_HIDDEN,      /* a record inside another */
    VERIFY_NUMBER_GAP,  /* record numbers leave some out */
    VERIFY_NUMBER_ORDER,
    VERIFY_ID_GAP, /* EventRecordIDs leave some out while numbers do not */
    VERIFY_ID_ORDER,
    VERIFY_TIME_BACK,
    VERIFY_TIME_DIFFERS, /* header's time and TimeCreated */
    VERIFY_LOG_CLEARED,
    VERIFY_CLOCK_CHANGED,
    VERIFY_ONLY_SHADOW,    /* records that only a shadow copy has */
    VERIFY_RECORD_CHANGED, /* a record has other content in another place */
    VERIFY_SLACK,
    VERIFY_LIMIT,
    VERIFY_KINDS
};
const char *verify_kind_name(enum verify_kind k);
enum verify_weight verify_kind_weight(enum verify_kind k);

struct verify_note {
    enum verify_kind kind;
    uint64_t offset;
    uint64_t record_number; /* 0: none */
    char text[256];         /* one sentence */
};

enum verify_sum { SUM_NONE, SUM_GOOD, SUM_BAD }; /* NONE: the log was written without */
const char *verify_sum_name(enum verify_sum s);

/* A chunk in its place. */
struct verify_chunk {
    uint64_t offset;
    enum verify_sum header_sum, records_sum;
    uint32_t flags, free_at;            /* as its header says */
    uint64_t first_number, last_number; /* likewise: of records in the file */
    uint64_t first_id, last_id;         /* likewise: what its first and last record's headers say */
    bool whole;                         /* all of its used space is there */
    /* Of the records that are there, by their headers and in the order of the chunk. */
    uint64_t records, first, last, first_written, last_written;
};

struct verify_span {
    uint64_t first, last;
};

struct verification {
    uint64_t size;
    bool header; /* there is a file header; what follows is from it */
    enum verify_sum header_sum;
    uint16_t major, minor, counted;
    uint32_t flags;
    uint64_t first_chunk, last_chunk, next_number;

    uint64_t bytes[SPAN_CLASSES], records[SPAN_CLASSES];
    VEC(struct verify_chunk) chunk; /* at most LIMIT_VERIFY_CHUNKS */
    /* Of active records; numbers are those of record headers, ids EventRecordID. 0: none. */
    uint64_t least_number, most_number, least_id, most_id, least_time, most_time;

    /* Of a log in a shadow copy: records that no log outside of shadow copies has, places.h. */
    uint64_t only, only_first, only_last; /* FILETIME */
    VEC(struct verify_span) only_span;    /* of EventRecordIDs, at most LIMIT_FINDINGS */

    uint64_t count[VERIFY_KINDS];
    VEC(struct verify_note) note; /* at most LIMIT_FINDINGS, in the order of the file */
};

void verification_init(struct verification *v);
void verification_release(struct verification *v);
/* Counts a note, and keeps it while there are fewer than LIMIT_FINDINGS. record_number 0: none. */
void verification_note(struct verification *v, enum verify_kind kind, uint64_t offset,
                       uint64_t record_number, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Notes of this weight, counted whether kept or not. */
uint64_t verification_weight(const struct verification *v, enum verify_weight w);
/* Sum of bytes. */
uint64_t verification_bytes(const struct verification *v);
/* Records that are no active ones but may be read with --recover. */
uint64_t verification_recoverable(const struct verification *v);

#endif
