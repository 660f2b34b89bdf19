/* feed.h - what correlations need of an event, as a short detection.
 *
 * Fields are those of the rule's feed, in its order; the text is absent where the event has none. A
 * field that the log source renames is looked up as the rule sees it (4688 as process_creation).
 * Rank: base/, event/, rule/, detection.h. */
#ifndef DETECT_FEED_H
#define DETECT_FEED_H

#include "detect/detection.h"

/* hit->rule must have a feed. Borrows from ev, hit and its rule, texts in ev->arena. */
void feed_make(struct event *ev, const struct hit *hit, struct slice source_file,
               struct detection *ret);

#endif
