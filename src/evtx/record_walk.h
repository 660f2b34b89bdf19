/* record_walk.h - where the records of a log lie, by their headers alone.
 *
 * libevtx 20181227 tells no place of a record (its getter says 0); this walk finds it by number and
 * time. It follows the rules that libevtx follows: in chunks with their magic, active records are
 * those in a row whose magic and two sizes are right, up to the chunk's free space; all behind them,
 * and all in chunks without magic, is slack.
 * Rank: base/, input/. */
#ifndef EVTX_RECORD_WALK_H
#define EVTX_RECORD_WALK_H

#include "base/slice.h"
#include "input/source.h"

#define EVTX_FILE_HEADER 4096
#define EVTX_CHUNK 65536

enum walk_part { WALK_ACTIVE, WALK_SLACK };

struct record_head {
    uint64_t offset;  /* from the start of the source */
    uint64_t number;  /* identifier in the record header */
    uint64_t written; /* FILETIME in the record header */
};

struct record_walk {
    const struct source *src;
    enum walk_part part;
    uint64_t chunk;  /* index of the next chunk to load */
    uint64_t loaded; /* offset of the loaded one, UINT64_MAX: none */
    size_t at;       /* where to look next in it */
    size_t end;      /* of its active records, as its header says */
    size_t n;        /* bytes of it that are there */
    uint8_t *bytes;  /* EVTX_CHUNK */
};

/* src is borrowed. */
void record_walk_init(struct record_walk *w, const struct source *src, enum walk_part part);
void record_walk_release(struct record_walk *w);

/* The next record of the part. False at the end. */
bool record_walk_next(struct record_walk *w, struct record_head *ret);

/* Goes on to the next record with this number and time, at most some thousand records ahead. When
 * there is none the walk stays where it is. */
bool record_walk_find(struct record_walk *w, uint64_t number, uint64_t written,
                      uint64_t *ret_offset);

/* Goes behind the record at offset; false, and the walk stays, when there is none. */
bool record_walk_seek(struct record_walk *w, uint64_t offset, struct record_head *ret);

/* The loaded chunk: that of the last record. */
struct slice record_walk_chunk(const struct record_walk *w);

#endif
