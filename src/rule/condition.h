/* condition.h - the text of a condition as AND, OR, NOT over selections (notes/sigma.md 1.8).
 *
 *   or := and {"or" and}    and := not {"and" not}    not := "not" not | atom
 *   atom := "(" or ")" | ("1"|"any"|"all") "of" ("them"|glob) | name
 * Words end at blanks, parentheses and `|` only, so that `notes` is a name and not a `not`.
 * Rank: base/, rule.h, ynode.h, report.h. */
#ifndef RULE_CONDITION_H
#define RULE_CONDITION_H

#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

/* Parses the text of scalar node n over the selections; used[i] is set where selection i occurs.
 * Every fault is reported: an unknown name, a glob that matches nothing, syntax. The tree is in a.
 * *ret_pipe: offset of what follows a `|` (aggregation.h), or SIZE_MAX; NULL: it is a fault. */
int condition_parse(const struct ynode *n, const struct selection *sel, size_t nsel, bool *used,
                    struct arena *a, struct report *rep, struct node **ret, size_t *ret_pipe);

#endif
