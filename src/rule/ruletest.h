/* ruletest.h - the custom key `tests:` of a rule: events with what is expected of them.
 *
 * Other programs may use the key for something else, so a fault here is a warning and the test is
 * left out; the rule loads.
 * Rank: base/, rule.h, ynode.h, report.h. */
#ifndef RULE_RULETEST_H
#define RULE_RULETEST_H

#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

/* Fills rule_test of r from the list; an entry has one `event`, or `events` in their order. An event's value is taken as written; a list gives several
 * pairs of the same key, null gives none. EV_ENOMEM. */
int ruletest_build(const struct ynode *list, struct rule *r, struct arena *a, struct report *rep);

#endif
