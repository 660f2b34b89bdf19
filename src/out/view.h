/* view.h - how a run wants its rows shown: time zone, names of ATT&CK, which CAR analytics.
 *
 * Zero is the default: UTC, the built-in table, the analytics that a rule names itself.
 * Rank: zone.h, knowledge/. */
#ifndef OUT_VIEW_H
#define OUT_VIEW_H

#include "knowledge/car.h"
#include "out/zone.h"

struct view {
    const struct zone *zone;     /* of the times shown; NULL: UTC. Borrowed */
    const struct attack *attack; /* names of ATT&CK; NULL: the built-in ones. Borrowed */
    bool car_related;            /* analytics that cover a rule's techniques, too, marked */
};

#endif
