/* correlate.h - correlations over the events of a whole run, in time order.
 *
 * Events that correlations ask for go in as they are found, in any order, from all threads; they
 * are sorted by an order of their own, copies of a record fold, and then each correlation sees what
 * its rules matched. Correlations of correlations are done level by level: what one level finds is
 * sorted together with the events that the next ones need, so that rows which are known late (when
 * a window closes) still come in time order.
 * Rank: base/, event/, rule/, detection.h, order.h. */
#ifndef DETECT_CORRELATE_H
#define DETECT_CORRELATE_H

#include "detect/order.h"

struct correlator;

struct correlation_counts {
    uint64_t rows;
    uint64_t undecided; /* a cap was reached: events, or windows, that could not be judged */
};

/* NULL when no rule of rs (linked by ruleset_link) is a correlation. keep_duplicates of o is not
 * heeded: a copy is no second event. */
struct correlator *correlator_new(const struct ruleset *rs, const struct order_options *o);
void correlator_free(struct correlator *c);

/* Does some correlation want events of this verdict of the rule? c may be NULL. */
bool correlator_wants(const struct correlator *c, const struct hit *hit);
/* Copies one encoded detection (feed.h). Thread safe. Errors as order_add. */
int correlator_add(struct correlator *c, struct slice encoded, struct ev_err *err);
/* After the last event: calls row for every row of a correlation that shows its rows, in no
 * particular order; a negative return ends it. d is borrowed until row returns. Once. */
int correlator_finish(struct correlator *c, order_row_fn *row, void *ctx, struct ev_err *err);
/* By rule index, after correlator_finish. */
struct correlation_counts correlator_counts(const struct correlator *c, const struct rule *r);
/* Events without any readable time: they have no place in a window. */
uint64_t correlator_untimed(const struct correlator *c);

#endif
