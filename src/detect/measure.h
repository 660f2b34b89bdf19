/* measure.h - does a group fulfil its correlation's condition?
 * Rank: window.h. */
#ifndef DETECT_MEASURE_H
#define DETECT_MEASURE_H

#include "detect/window.h"

/* Do the events that the group holds now fulfil it? */
bool measure_holds(const struct correlation *c, const struct group *g);

/* Can more events only help? Then a part of the events that holds proves that all do. */
bool measure_is_monotone(const struct correlation *c);

/* event_count with gt and gte: as many of the latest events as ever decide anything; 0: all. */
size_t measure_enough(const struct correlation *c);

/* The sorted numbers of a group. */
void measure_add(struct group *g, double number);
void measure_remove(struct group *g, double number);

#endif
