/* accounting.c - sums of counts.
 *
 * May include base/ only. */
#include "event/accounting.h"

void accounting_add(struct accounting *to, const struct accounting *more)
{
    to->bytes += more->bytes;
    to->chunks += more->chunks;
    to->records += more->records;
    to->events += more->events;
    to->skipped += more->skipped;
    to->unreadable += more->unreadable;
    to->recovered += more->recovered;
    to->recovered_events += more->recovered_events;
    to->recovered_skipped += more->recovered_skipped;
    to->recovered_unbound += more->recovered_unbound;
    to->unbound += more->unbound;
    for (int k = 0; k < FINDING_KINDS; k++)
        to->finding[k] += more->finding[k];
}
