/* detection.h - the `detection` part of a rule: selections and conditions as trees of tests.
 *
 * Shapes (notes/sigma.md 1.3): a map is AND over its items; a list is OR over its elements, which
 * may be maps, keywords and lists; a value list under a field is OR, with `all` AND.
 * Rank: base/, rule.h, modifier.h, condition.h, placeholder.h, ynode.h, report.h. */
#ifndef RULE_DETECTION_H
#define RULE_DETECTION_H

#include "rule/placeholder.h"
#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

/* Fills selection, condition, condition_text and test of r from the map, in a. field_id stays
 * NAME_NONE until the rule is accepted. Every fault is reported; negative when there was one.
 * ph: values for the modifier expand; may be NULL. */
int detection_build(const struct ynode *map, const struct placeholders *ph, struct rule *r,
                    struct arena *a, struct report *rep);

#endif
