/* regress.h - rules against the logs of a regression data tree (`rules test --regression DIR`).
 * Rank: load.h, match/, rule/regression.h. */
#ifndef APP_REGRESS_H
#define APP_REGRESS_H

#include "app/load.h"

struct regress {
    const struct options *o;
    const struct loaded *l;
    const struct matcher *matcher;
    struct scratch *scratch;
    size_t passed, failed;
    size_t skipped; /* rule not loaded, or a test that is no event log */
};

/* Runs every test below dir: those of each info.yml, and each log named RULE-ID.evtx in a folder
 * without one (at least one hit). A test passes with match_count hits or more. Prints failed tests,
 * with --verbose the others, too. Negative when dir cannot be walked. */
int regress_run(struct regress *r, const char *dir, struct ev_err *err);

#endif
