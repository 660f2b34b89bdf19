/* legacy_lex.h - words of a condition, as sigmac of March 2020 cut it.
 *
 * Its patterns were tried in order, so that a name that begins with `and`, `or`, `by` and the like
 * falls apart; that shows in what it refused.
 * Rank: base/, legacy_tree.h. */
#ifndef KNOWLEDGE_LEGACY_LEX_H
#define KNOWLEDGE_LEGACY_LEX_H

#include "knowledge/legacy_tree.h"

enum lword_kind {
    LWORD_ONE,
    LWORD_ALL,
    LWORD_BLANK,
    LWORD_AGGREGATE,
    LWORD_NEAR,
    LWORD_BY,
    LWORD_EQ,
    LWORD_LTE,
    LWORD_LT,
    LWORD_GTE,
    LWORD_GT,
    LWORD_PIPE,
    LWORD_AND,
    LWORD_OR,
    LWORD_NOT,
    LWORD_NAME,
    LWORD_OPEN,
    LWORD_CLOSE,
    LWORD_NODE /* words that were reduced to a node */
};

struct lword {
    enum lword_kind kind;
    struct slice text;
    struct lnode *node;
};

/* Cuts text into *ret (in a), *ret_n of them. EV_ESYNTAX, EV_ELIMIT. */
int legacy_lex(struct slice text, struct arena *a, struct lword **ret, size_t *ret_n);
/* The words behind `|`. EV_ESYNTAX. */
int legacy_aggregation(const struct lword *w, size_t n, struct laggregation *ret);

#endif
