/* legacy_optimise.h - sigmac's optimiser of March 2020.
 * Rank: base/, legacy_tree.h. */
#ifndef KNOWLEDGE_LEGACY_OPTIMISE_H
#define KNOWLEDGE_LEGACY_OPTIMISE_H

#include "knowledge/legacy_tree.h"

/* A node with room for n items, n of it 0. */
struct lnode *lnode_new(struct arena *a, enum lnode_kind kind, size_t room);

/* The tree with groups around every AND and OR; changes root. NULL when nothing is left. What
 * stands below NOT stays as it is. */
struct lnode *legacy_optimise(struct lnode *root, struct arena *a);

#endif
