/* spool.h - sorted runs of rows in an unlinked temporary file.
 *
 * One file holds all runs of a pass, so that the number of runs is not bounded by the number of
 * open files. Nothing is left on disk whatever happens: the file has no name.
 * Rank: base/. */
#ifndef DETECT_SPOOL_H
#define DETECT_SPOOL_H

#include "base/buf.h"
#include "base/err.h"

/* An encoded row: what is its own, and the text that it shares with the other rows of its event
 * (render.h); absent or empty: none. */
struct spool_row {
    struct slice own, common;
};

struct spool;

/* tmpdir NULL: $TMPDIR or /tmp. buffer: bytes gathered before a write. EV_EIO. */
int spool_new(const char *tmpdir, size_t buffer, struct spool **ret, struct ev_err *err);
void spool_free(struct spool *s);
/* Appends a row; a common text that equals the one before in its run is not written again. EV_EIO. */
int spool_put(struct spool *s, const struct spool_row *row, struct ev_err *err);
/* Ends a run: writes out what is gathered. *ret_end: size of the file, where the next run begins.
 * EV_EIO. */
int spool_flush(struct spool *s, uint64_t *ret_end, struct ev_err *err);

/* Reads one run of a flushed spool, front to back. */
struct run_reader {
    const struct spool *spool;
    uint64_t at, end; /* of the file: next byte to read, end of the run */
    uint8_t *p;       /* room bytes, of which from..n are read and not handed out */
    size_t from, n, room;
    struct slice common; /* of the row handed out last: in p or in kept */
    struct buf kept;     /* when p was filled since */
};

/* room: bytes read at once; grows when a single row is larger. */
void run_reader_init(struct run_reader *r, const struct spool *s, uint64_t at, uint64_t end,
                     size_t room);
void run_reader_release(struct run_reader *r);
/* 1 and the next row, borrowed until the next call; 0 at the end; EV_EIO, EV_EFORMAT. */
int run_reader_next(struct run_reader *r, struct spool_row *ret, struct ev_err *err);

#endif
