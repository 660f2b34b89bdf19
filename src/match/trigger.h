/* trigger.h - which facts a rule waits for.
 *
 * Every rule but a few holds a part without which it is false: of an `and` the part that is rarest
 * in logs, of an `or` all parts. An event in which none of these facts is true cannot fulfil the
 * rule, and the rule is not looked at. No condition is expanded for that, so nothing blows up.
 * Rank: base/, event/, rule/, program.h, rarity.h. */
#ifndef MATCH_TRIGGER_H
#define MATCH_TRIGGER_H

#include "match/program.h"
#include "match/rarity.h"

/* A list of facts that grows. */
struct facts {
    uint32_t *v;
    size_t n, room;
};
void facts_add(struct facts *f, uint32_t fact);
void facts_release(struct facts *f);

/* For each fact the share of events in which it is true, as a guess. The caller frees it. */
double *trigger_shares(const struct programs *p, const struct rarity *r);

/* Appends the facts of which one must be true for the rule to be other than false, in the plain
 * reading and, with the fields for which silent[id] is true unknown, in Kleene's. silent: NULL, or
 * by field id. False, and nothing appended, when there are none: the rule must always be looked
 * at. */
bool trigger_of(const struct programs *p, const double *share, size_t rule, const bool *silent,
                struct facts *f);

/* Appends the facts that make the rule touched (program_touched) when some fields are silent.
 * False when also other tests can. */
bool trigger_touch(const struct programs *p, size_t rule, const bool *silent, struct facts *f);

/* Facts to rules; a hash table. */
struct trigger_run {
    uint32_t fact, from, n; /* n == 0: free */
};
struct trigger_table {
    struct trigger_run *run;
    uint32_t mask;
    uint32_t *rule;
};
struct trigger_pair {
    uint32_t fact, rule;
};

/* Sorts the pairs and makes a table of them. */
void trigger_table_init(struct trigger_table *t, struct trigger_pair *pair, size_t n);
void trigger_table_release(struct trigger_table *t);

/* The rules that wait for the fact; *ret_n 0 when there are none. */
static inline const uint32_t *trigger_table_get(const struct trigger_table *t, uint32_t fact,
                                                size_t *ret_n)
{
    uint32_t at = (fact * UINT32_C(0x9e3779b1)) >> 7 & t->mask;

    while (t->run[at].n && t->run[at].fact != fact)
        at = (at + 1) & t->mask;
    *ret_n = t->run[at].n;
    return t->rule + t->run[at].from;
}

#endif
