/* filter.h - documents that narrow other rules (notes/sigma.md 1.10).
 *
 * A filter is built as a rule of its own; where it applies, its selections, tests and condition are
 * copied behind those of the rule. The condition stays apart from the rule's own, so that what a
 * filter took away can be counted.
 * Rank: base/, rule.h, ynode.h, report.h. */
#ifndef RULE_FILTER_H
#define RULE_FILTER_H

#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

struct filter_document {
    struct rule *rule;
    struct reference *ref; /* rules by id or name, nref of them */
    size_t nref;
    bool any; /* all rules of its log source */
};

/* The `rules` of the filter's map, in a. Negative after reports. */
int filter_read_refs(const struct ynode *map, struct filter_document *f, struct arena *a,
                     struct report *rep);
/* The map without `rules`: what is left is a detection. NULL without memory. */
const struct ynode *filter_detection(const struct ynode *map, struct arena *a);
/* Has the condition a `not`? Without, a filter keeps what it describes and drops all else. */
bool filter_negates(const struct rule *filter);

/* Is it about this rule, by log source and reference? */
bool filter_applies(const struct filter_document *f, const struct rule *r);
/* Copies the filter into the rule; field ids stay unset. EV_ENOMEM. */
int filter_apply(const struct filter_document *f, struct rule *r, struct arena *a);

#endif
