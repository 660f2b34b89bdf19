/* indexed.h - the matcher whose cost does not grow with the number of rules (doc/matching.md).
 *
 * Rank: what stands behind compiled.h. */
#ifndef MATCH_INDEXED_H
#define MATCH_INDEXED_H

#include "base/err.h"
#include "event/event.h"

struct matcher;
struct scratch;
struct index;       /* immutable, of a matcher */
struct index_state; /* of a scratch */

/* For a matcher whose rules are compiled. EV_ENOMEM. */
int index_new(const struct matcher *m, struct index **ret, struct ev_err *err);
void index_free(struct index *ix); /* NULL is fine */

struct index_state *index_state_new(const struct matcher *m);
void index_state_free(struct index_state *st); /* NULL is fine */

/* Appends the hits of the event to s->hit, in ascending rule index, and counts. */
void index_run(const struct matcher *m, struct scratch *s, struct event *ev);

#endif
