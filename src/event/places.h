/* places.h - which records several logs have in common: a log, its shadow copies, exports of it.
 *
 * Two traces of a log that was cleared or altered show only between places: records that nothing but a
 * shadow copy has, and a record that is another one elsewhere (same computer, channel, EventRecordID
 * and time). Logs are told one after the other, a volume's own before those of its shadow copies.
 * Rank: base/, event.h, verification.h. */
#ifndef EVENT_PLACES_H
#define EVENT_PLACES_H

#include "event/event.h"
#include "event/verification.h"

struct places;

struct places *places_new(void);
void places_free(struct places *p); /* NULL is fine */
/* The next log, as source_file names it. whole: all of the item that it lies in is examined; what only
 * shadow copies have is not judged otherwise. */
void places_begin(struct places *p, struct slice path, bool whole);
/* A record of it, in v's terms; one that differs elsewhere makes a note. */
void places_record(struct places *p, struct event *ev, struct verification *v);
/* Its end: what only shadow copies have of it becomes a note and v->only. */
void places_end(struct places *p, struct verification *v);

#endif
