/* timeline_hits.h - how often each rule stands in a timeline of JSON lines.
 * Rank: base/, rule/, knowledge/, out/navigator.h. */
#ifndef APP_TIMELINE_HITS_H
#define APP_TIMELINE_HITS_H

#include "out/navigator.h"

/* Counts the rows of the timeline at path by rule: by id, else by title. hits has one entry a rule;
 * n->rows and n->strangers are added to, texts in a. EV_EIO, EV_EFORMAT with the line. */
int timeline_hits(const char *path, struct navigator *n, uint64_t *hits, struct arena *a,
                  struct ev_err *err);

#endif
