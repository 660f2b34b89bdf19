/* show.h - tests and conditions in words, and as a tree.
 *
 * For people who ask what a rule really tests after escapes, wildcards and modifiers were read:
 * `rules show` and `scan --explain`.
 * Rank: base/, rule.h. */
#ifndef RULE_SHOW_H
#define RULE_SHOW_H

#include "base/buf.h"
#include "rule/rule.h"

/* `CommandLine contains "x"`, `Image like "a" * "b" ?`, `EventID is 4688`, ... Literals are in
 * quotes, backslashes as they are, control characters as pictures, folded unless the test is cased.
 * A keyword's field is `any value`. */
void show_test(const struct test *t, struct buf *out);

/* The conditions of the rule, each with its text and below it the tree, one node a line, each line
 * ended by a line feed. A selection's own tree stands where it is named first. note (may be NULL)
 * appends to the line of a test or selection. */
struct show_notes {
    void (*note)(void *ctx, const struct node *n, struct buf *out);
    void *ctx;
};
void show_tree(const struct rule *r, const struct show_notes *notes, struct buf *out);

/* A correlation as a tree: what is counted or awaited, then each rule that it refers to with its own
 * conditions. Nothing for other rules. */
void show_correlation_tree(const struct rule *r, struct buf *out);

/* The same as JSON: an array of conditions {text, node}. A node is {"and":[...]}, {"or":[...]},
 * {"not":node}, {"selection":name,"node":node} (the node where it is named first only) or
 * {"test":{...}}. */
void show_json(const struct rule *r, struct buf *out);

#endif
