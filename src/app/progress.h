/* progress.h - one line on a terminal while a scan runs.
 *
 * Redrawn at most ten times a second by a thread of its own; nothing at all where standard error is
 * no terminal.
 * Rank: scan/. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "scan/worker.h"

struct progress;

/* total: bytes of all inputs. Borrows counts. NULL when nothing is to be drawn. */
struct progress *progress_start(const struct scan_progress *counts, uint64_t total);
/* Ends the thread and clears the line. NULL is fine. */
void progress_stop(struct progress *p);

#endif
