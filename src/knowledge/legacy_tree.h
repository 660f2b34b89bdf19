/* legacy_tree.h - a rule's condition as sigmac of March 2020 understood it.
 *
 * Its tree is not that of rule/: modifiers edit the text of values, a value list stays one pair, and
 * an optimiser moves common parts out of alternatives, which is not always right. All of that shows
 * in the exports of that year (notes/sigma.md 4.4), and is the reason why this is apart.
 * Rank: base/, legacy_value.h. */
#ifndef KNOWLEDGE_LEGACY_TREE_H
#define KNOWLEDGE_LEGACY_TREE_H

#include "knowledge/legacy_value.h"

enum lnode_kind {
    LNODE_AND,
    LNODE_OR,
    LNODE_NOT,   /* one item; what is below was not optimised */
    LNODE_GROUP, /* one item, in parentheses */
    LNODE_PAIR,  /* field, value */
    LNODE_VALUE, /* value without a field */
    LNODE_TOKEN  /* of a condition that does not parse */
};

/* An item may be NULL: nothing came of it. */
struct lnode {
    enum lnode_kind kind;
    struct lnode **item;
    uint32_t n;
    struct slice field;
    const struct lvalue *value;
};

enum lop { LOP_EQ, LOP_LT, LOP_LTE, LOP_GT, LOP_GTE };

/* What stands behind `|` in a condition. */
struct laggregation {
    bool given, near;
    struct slice function, field, group; /* count, min ...; absent when not given */
    enum lop op;
    struct slice number;
};

struct ltree {
    struct lnode *root;
    struct laggregation aggregation;
    struct ltree *next; /* of a list of conditions: only watches are written of all of them */
};

/* "==", "<", ... */
const char *lop_text(enum lop op);

/* The tree of one rule. logpoint: with that product's field names and log source. EV_ESYNTAX when
 * sigmac failed, EV_ELIMIT; all in a. */
int ltree_build(const struct lvalue *rule, bool logpoint, struct arena *a, struct ltree *ret);

#endif
