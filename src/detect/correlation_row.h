/* correlation_row.h - a group of events as one row (DESIGN.md section 9).
 *
 * Columns hold what is equal in all events. The time is that of the event which completes the
 * group, the verdict that of the weakest.
 * Rank: base/, rule/, detection.h, window.h. */
#ifndef DETECT_CORRELATION_ROW_H
#define DETECT_CORRELATION_ROW_H

#include "detect/detection.h"
#include "detect/window.h"

/* group_event.bytes are detections as feed.h makes them, or rows of other correlations. Fields of
 * the row: group-by, then what the rule's own feed asks beyond. Borrows from rule and group; the
 * rest is in a. EV_EFORMAT when bytes are damaged, EV_ENOMEM. */
int correlation_row_make(const struct rule *rule, const struct group *g, const struct ruleset *rs,
                         struct arena *a, struct detection *ret);

#endif
