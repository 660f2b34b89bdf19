/* legacy_modifier.h - modifiers of field names as sigmac of March 2020 applied them.
 * Rank: base/, rule/encode.h, legacy_value.h. */
#ifndef KNOWLEDGE_LEGACY_MODIFIER_H
#define KNOWLEDGE_LEGACY_MODIFIER_H

#include "knowledge/legacy_value.h"

/* Applies `contains|all` and the like, from left to right, to a value, in a. EV_ESYNTAX for a
 * modifier of later years and for a value that it does not take. */
int legacy_modify(struct slice modifiers, const struct lvalue *v, struct arena *a,
                  const struct lvalue **ret);

#endif
