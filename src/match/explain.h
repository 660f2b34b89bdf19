/* explain.h - all that one rule says about one event, not only whether it hits.
 *
 * For `scan --explain`. Slow: every test is asked in both readings (DESIGN.md section 8).
 * Rank: base/, event/, rule/, matcher.h, tri.h. */
#ifndef MATCH_EXPLAIN_H
#define MATCH_EXPLAIN_H

#include "match/matcher.h"
#include "match/tri.h"

struct explained_test {
    enum tri plain;
    bool unknown; /* the record does not carry its field */
    struct slice
        value; /* text of the field's first value; absent where there is none, or keyword */
};

struct explanation {
    const struct rule *rule;
    struct explained_test *test; /* by test index */
};

/* False when the event is not of the rule's log source. rule: of the matcher's rule set. Borrowed
 * until the next call on the scratch, or the event's end. */
bool explain_event(const struct matcher *m, struct scratch *s, const struct rule *rule,
                   struct event *ev, struct explanation *ret);

/* The value of a node of the rule, in the plain or in the Kleene reading. */
enum tri explanation_plain(const struct explanation *e, const struct node *n);
enum tri explanation_kleene(const struct explanation *e, const struct node *n);

#endif
