/* ahead.h - merged rows, made ready by a thread of their own.
 *
 * At the end of a run nothing is left to do for the other workers: one of them reads and merges the
 * sorted runs while the caller folds copies and writes.
 * Rank: base/, merge.h. */
#ifndef DETECT_AHEAD_H
#define DETECT_AHEAD_H

#include "detect/merge.h"

struct ahead;

/* Begins to take rows from m, which is the thread's alone until ahead_free, into a few batches of `size`
 * bytes, or a row. NULL: there is no thread to be had, ask m itself. */
struct ahead *ahead_new(struct merge *m, size_t size);
/* Ends the thread. m stays the caller's. NULL is fine. */
void ahead_free(struct ahead *a);
/* As merge_next. */
int ahead_next(struct ahead *a, struct spool_row *ret_row, struct ev_err *err);

#endif
