/* yaml.h - the documents of a YAML file as trees of ynode, one after the other.
 *
 * By libyaml's event interface, so that no libyaml type leaves yaml.c and aliases stay ours to
 * bound: an alias copies one node and shares its children, and its whole weight counts against
 * LIMIT_YAML_EVENTS. Depth is bounded by LIMIT_RULE_DEPTH. Duplicate keys are errors; `<<` merges.
 * Files in plain YAML, which nearly all are, go by yplain.h instead of libyaml; the trees are the same.
 * Rank: base/, ynode.h, report.h, yplain.h. */
#ifndef RULE_YAML_H
#define RULE_YAML_H

#include "rule/report.h"
#include "rule/ynode.h"

struct yaml_file;

/* text and the arenas are borrowed until yaml_close; nodes live in `nodes`, scalar texts in `texts`
 * (which may be the same). Faults go to rep. NULL when memory ends. */
struct yaml_file *yaml_open(struct slice text, struct arena *nodes, struct arena *texts,
                            struct report *rep);
/* Has libyaml read the file, however plain: for comparing the two. Before the first yaml_next. */
void yaml_use_library(struct yaml_file *y);
/* 1 and the next document's root, 0 at the end. Negative after a fault from which the file cannot
 * be read on; it has been reported. A document with duplicate keys is returned and reported
 * (rep->refused). */
int yaml_next(struct yaml_file *y, const struct ynode **ret_root);
/* Charges the weight of a tree that was made from others (action: repeat) to the file's limit.
 * False, and reported, when it is used up. */
bool yaml_charge(struct yaml_file *y, const struct ynode *n);
void yaml_close(struct yaml_file *y);

#endif
