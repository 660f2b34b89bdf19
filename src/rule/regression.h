/* regression.h - `info.yml` of SigmaHQ's regression data: which log must make which rule hit.
 *
 * A map with `rule_metadata` (a list of maps with `id`) and `regression_tests_info` (a list of maps
 * with `name`, `type`, `path` and, where it is not one, `match_count`). All tests of the file are
 * about the first rule (notes/sigma.md 3). `provider` is often wrong and is not read.
 * Rank: base/, yaml.h. */
#ifndef RULE_REGRESSION_H
#define RULE_REGRESSION_H

#include "base/arena.h"
#include "base/err.h"

struct regression_test {
    struct slice rule_id, name;
    struct slice file;    /* last part of `path`: the log lies beside info.yml */
    uint32_t match_count; /* least hits; 1 where none is given */
};

struct regression_info {
    struct regression_test *test;
    size_t n;
    size_t other_types; /* tests of a type that is no event log, left out */
};

/* Reads the text; everything lives in a. EV_ESYNTAX with the line of what is wrong. */
int regression_read(struct slice text, struct arena *a, struct regression_info *ret,
                    struct ev_err *err);

#endif
