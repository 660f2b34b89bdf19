/* placeholder.h - values for `%name%` in rules with the modifier expand (notes/sigma.md 1.7).
 *
 * A file of placeholders is one YAML map from names to a value or a list of values. Values are
 * Sigma values: wildcards and escapes work in them. They are put into the text before it is parsed,
 * so that a chain of modifiers need not know about them.
 * Rank: base/, ynode.h, yaml.h. */
#ifndef RULE_PLACEHOLDER_H
#define RULE_PLACEHOLDER_H

#include "base/arena.h"
#include "base/err.h"
#include "rule/ynode.h"

struct placeholders;

/* EV_EIO, EV_ENOTFOUND, EV_ELIMIT; EV_ESYNTAX with the place in the file. */
int placeholders_load(const char *path, struct placeholders **ret, struct ev_err *err);
/* The same from memory; file is the name that messages show. */
int placeholders_parse(struct slice text, const char *file, struct placeholders **ret,
                       struct ev_err *err);
void placeholders_free(struct placeholders *p);

/* The values that a scalar stands for: one for each combination of values of its placeholders, the
 * last name running fastest; itself when there is none. `\%` is a percent sign. Nodes and texts are
 * in a; p may be NULL (no names). EV_EUNSUPPORTED: a placeholder without a value, named
 * in err; EV_ELIMIT, EV_ENOMEM. */
int placeholders_expand(const struct placeholders *p, const struct ynode *value, struct arena *a,
                        struct ynode **ret, size_t *ret_n, struct ev_err *err);

#endif
