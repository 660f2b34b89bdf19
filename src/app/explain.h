/* explain.h - `scan --explain RULE`: what each part of one rule says on the events it looks at.
 * Rank: options.h. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include "app/options.h"

/* Reads all paths on this thread, in order, and prints hits, the nearest misses and counts by
 * selection to standard output. Returns an enum exit_code. */
int explain_run(const struct options *o);

#endif
