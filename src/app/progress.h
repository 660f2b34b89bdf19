/* progress.h - one line on a terminal while a scan runs.
 *
 * Redrawn at most ten times a second by a thread of its own; nothing at all where standard error is
 * no terminal.
 * Rank: base/, scan/. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "base/buf.h"
#include "scan/worker.h"

struct progress;

/* total: bytes of all inputs. Borrows counts. NULL when nothing is to be drawn. */
struct progress *progress_start(const struct scan_progress *counts, uint64_t total);
/* Ends the thread and clears the line. NULL is fine. */
void progress_stop(struct progress *p);

/* What the line says. */
struct progress_now {
    uint64_t bytes, total, events, rows;
    double seconds;   /* since the start */
    const char *file; /* NULL: none yet */
    unsigned width;   /* columns; 0: unknown */
};
/* Appends the line without its end, at most width columns; of a file that does not fit, the end. */
void progress_line(const struct progress_now *now, struct buf *out);

#endif
