/* correlation.h - a rule about several events (notes/sigma.md 1.9), and the old aggregations.
 *
 * A correlation is a struct rule whose `correlation` is set, so that outputs need not know more.
 * What it refers to is resolved by ruleset_link, when all rules are there.
 * Rank: base/, rule.h, condition.h, ynode.h, report.h. */
#ifndef RULE_CORRELATION_H
#define RULE_CORRELATION_H

#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

enum correlation_type {
    CORRELATION_EVENT_COUNT,
    CORRELATION_VALUE_COUNT, /* distinct values of field, or tuples of fields */
    CORRELATION_TEMPORAL,    /* distinct rules seen */
    CORRELATION_TEMPORAL_ORDERED,
    CORRELATION_VALUE_SUM,
    CORRELATION_VALUE_AVG,
    CORRELATION_VALUE_MEDIAN,
    CORRELATION_VALUE_PERCENTILE,
    CORRELATION_VALUE_MIN, /* of the old aggregations only */
    CORRELATION_VALUE_MAX
};

enum bound_op { BOUND_LT, BOUND_LTE, BOUND_GT, BOUND_GTE, BOUND_EQ, BOUND_NEQ };

struct bound {
    enum bound_op op;
    double number;
    struct slice written;
};

#define TIMESPAN_ALL UINT64_MAX /* no timespan was given: all input is one window */

struct correlation_ref {
    struct reference at;
    struct rule **rule; /* after ruleset_link: the rules of that id or name, nrule of them */
    size_t nrule;
};

struct correlation {
    enum correlation_type type;
    struct correlation_ref *ref;
    size_t nref;
    struct slice *key; /* fields or aliases: those of group-by, then those of the condition */
    size_t ngroup, nkey;
    struct slice *key_field; /* nkey x nref: what key k is called in the events of ref r is
                              * key_field[k * nref + r] */
    uint64_t timespan;       /* in FILETIME ticks, or TIMESPAN_ALL */
    struct slice timespan_text;
    struct bound *bound; /* all must hold */
    size_t nbound;
    double percentile;       /* > 0, <= 100 */
    struct node *expression; /* extended condition: NODE_SELECTION is the index of a ref; or NULL */
    struct slice expression_text;
    bool generate;  /* the rules referred to make rows of their own, too */
    bool closes;    /* cannot be judged before the window is over: lt, lte, eq, neq, not */
    bool self;      /* old aggregation: ref 0 is the rule's own condition */
    uint32_t depth; /* after ruleset_link: 0 where no ref is a correlation, else above theirs */
};

const char *correlation_type_name(enum correlation_type t); /* "event_count" ... */
const char *bound_op_name(enum bound_op op);                /* "lt" ... */

/* Fills r->correlation from the map of key `correlation`, in a. Negative after reports. */
int correlation_build(const struct ynode *map, struct rule *r, struct arena *a, struct report *rep);

/* "30s", "5m", "1h", "2d", "1w", "1M", "1y" in FILETIME ticks. EV_ESYNTAX. */
int timespan_parse(struct slice text, uint64_t *ret);

/* Sets closes, and a name for every key in every ref where no alias gave one. */
int correlation_finish(struct correlation *c, struct arena *a);

#endif
