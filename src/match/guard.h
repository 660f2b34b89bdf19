/* guard.h - a text that must stand in whatever a regular expression matches.
 *
 * Most expressions of rules hold a literal of some length. Looking for it first spares the engine.
 * The reading of the expression is careful: what it does not know well gives no guard.
 * Rank: base/, rule/rule.h. */
#ifndef MATCH_GUARD_H
#define MATCH_GUARD_H

#include "base/arena.h"
#include "rule/rule.h"

/* Alternatives of an expression of which one must stand in the text. */
#define GUARD_MOST 8

struct guard {
    struct slice literal[GUARD_MOST]; /* folded, ASCII, in the arena; n of them */
    size_t n;                         /* 0: there is no guard */
    bool icase; /* the expression ignores case: a text with bytes beyond ASCII passes (U+212A is a
                 * k to PCRE2, but not to us) */
};

/* t: a TEST_REGEX. */
void guard_init(struct guard *g, const struct test *t, struct arena *a);

/* Can no text that folds to `folded` match? */
bool guard_excludes(const struct guard *g, struct slice folded);

#endif
