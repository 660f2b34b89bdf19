/* aggregation.h - what old rules write after a `|` in their condition (notes/sigma.md 1.8).
 *
 *   search | count(field) by group > 5      search | near a and not b
 * Both become correlations of the rule's own events; the timespan is the key `timeframe`.
 * Rank: base/, correlation.h, condition.h. */
#ifndef RULE_AGGREGATION_H
#define RULE_AGGREGATION_H

#include "rule/correlation.h"

/* Fills r->correlation. n: the condition, whose text from `at` on is the aggregation; detection: the
 * map in which `timeframe` may stand; used: by selection of r. Negative after reports. */
int aggregation_build(const struct ynode *n, size_t at, const struct ynode *detection,
                      struct rule *r, bool *used, struct arena *a, struct report *rep);

/* The rules that see the selections after `near`: r with one selection as its condition, in the
 * order of r->correlation->ref from 1 on; *ret_n 0 for all other rules. NULL without memory. */
struct rule *aggregation_parts(const struct rule *r, struct arena *a, size_t *ret_n);

#endif
