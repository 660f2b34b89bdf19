/* link.h - joins what documents say about other documents: filters, then correlations.
 *
 * Once, when it is known which rules are used: after --status and matcher_check.
 * Rank: base/, ruleset.h, correlation.h, filter.h. */
#ifndef RULE_LINK_H
#define RULE_LINK_H

#include "rule/ruleset.h"

/* Copies filters into the rules that they are about, resolves references of correlations, finds
 * cycles and gives the rules their feeds. A correlation that refers to a rule which is not there, or
 * to itself, is taken out and reported in rs->message, and so are those that need it. Returns how
 * many were. */
size_t ruleset_link(struct ruleset *rs);

#endif
