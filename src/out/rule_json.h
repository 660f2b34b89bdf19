/* rule_json.h - what a rule says of itself, as JSON: for JSONL and the HTML page.
 * Rank: base/, rule/, knowledge/, json.h. */
#ifndef OUT_RULE_JSON_H
#define OUT_RULE_JSON_H

#include "out/json.h"
#include "out/view.h"
#include "rule/rule.h"

/* The members `rule`, `attack` and `car` (DESIGN.md section 5) of the object that is open. An
 * analytic that is only related has a member `related`, the technique by which it is. */
void rule_json(struct json *j, const struct view *view, const struct rule *r);

#endif
