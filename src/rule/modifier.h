/* modifier.h - `field|m1|m2`: from one YAML value to tests (notes/sigma.md 1.7).
 *
 * A const table with one row a modifier. A chain is checked once an item (order, unknown and
 * misplaced modifiers), then applied to each value.
 * Rank: base/, rule.h, ynode.h. */
#ifndef RULE_MODIFIER_H
#define RULE_MODIFIER_H

#include "base/err.h"
#include "rule/rule.h"
#include "rule/ynode.h"

#define MODIFIER_CHAIN 8 /* modifiers of one item; the longest that means something has 5 */
#define MODIFIER_TESTS 3 /* alternatives that one value may become (base64offset) */

struct modifier;

struct modifier_chain {
    const struct modifier *mod[MODIFIER_CHAIN];
    size_t n;
    bool all;     /* values are joined by AND */
    bool negated; /* neq: NOT around the whole item */
    bool expand;  /* the value's placeholders are to be filled in first (placeholder.h) */
};

/* "contains|all" -> chain; the absent slice is the empty chain. keyword: the item has no field.
 * EV_ESYNTAX: unknown or misplaced modifier. */
int modifier_chain_parse(struct slice text, bool keyword, struct modifier_chain *ret,
                         struct ev_err *err);

/* Applies the chain to a scalar: fills kind and u of 1..MODIFIER_TESTS tests, alternatives that are
 * joined by OR even under `all`; the other members stay zero. Patterns are finished. Keywords get
 * a wildcard on each side that no modifier anchors. EV_ESYNTAX, EV_ELIMIT, EV_ENOMEM,
 * EV_EUNSUPPORTED. */
int modifier_apply(const struct modifier_chain *c, const struct ynode *value, bool keyword,
                   struct arena *a, struct test ret[MODIFIER_TESTS], size_t *ret_n,
                   struct ev_err *err);

#endif
