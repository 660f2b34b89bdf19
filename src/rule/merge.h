/* merge.h - the old `action:` key: documents that build on others (notes/sigma.md 1.1).
 *
 * global: merged under every later document of the file, its values win. reset: forgets it.
 * repeat: merged over the rule before it, which is emitted again.
 * Rank: base/, ynode.h, yaml.h. */
#ifndef RULE_MERGE_H
#define RULE_MERGE_H

#include "rule/yaml.h"

struct merge {
    const struct ynode *global, *before; /* NULL when none */
};

/* What to load for the document: 1 and the tree, 0 when the document is consumed. Negative, after
 * report, when limits are reached. Trees of the input are not changed; new nodes are in `nodes`. */
int merge_document(struct merge *m, const struct ynode *doc, struct arena *nodes,
                   struct yaml_file *y, struct report *rep, const struct ynode **ret);

#endif
