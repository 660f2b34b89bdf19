/* compiled.h - what stands behind matcher.h, shared by its implementations.
 *
 * Rank: base/, event/, rule/, this folder. */
#ifndef MATCH_COMPILED_H
#define MATCH_COMPILED_H

#include "base/limits.h"
#include "match/dispatch.h"
#include "match/indexed.h"
#include "match/leaf.h"
#include "match/matcher.h"
#include "match/profile.h"

struct compiled {
    const struct rule *rule;
    size_t source;     /* of dispatch; SIZE_MAX: never */
    struct leaf *leaf; /* by test index */
    uint32_t *carried; /* ids of fields whose absence means unknown, each once */
    size_t ncarried;
};

struct matcher {
    const struct ruleset *rs;
    struct match_options options;
    struct arena arena;
    struct dispatch dispatch;
    struct compiled *rule; /* n of them */
    size_t n, most_tests;
    struct index *index; /* NULL: the oracle */
};

/* Answers of a worker about one event and log source. */
enum taken { TAKEN_UNASKED, TAKEN_NO, TAKEN_YES };

struct scratch {
    const struct matcher *m;
    struct arena arena; /* texts and reasons of the present event */
    struct view view[TWIN_KINDS];
    bool filled[TWIN_KINDS];
    uint8_t *taken, *twin; /* by log source: enum taken, enum twin_kind */
    uint8_t *plain, *mark; /* by test of the rule at hand */
    struct regex_state *regex;
    struct index_state *index;     /* NULL: the oracle */
    struct rule_counts *counts;    /* by rule */
    struct match_profile *profile; /* NULL: nothing is measured */
    struct hit *hit;
    size_t nhit, room;
    uint32_t untested[LIMIT_UNTESTED]; /* of the last hit: its untested[i] as naive_tell says it */
};

/* The view through which the rule sees the event, open; NULL when it is not of its log source. */
struct view *scratch_view(struct scratch *s, const struct compiled *c, struct event *ev);

/* The event through a twin, filled once; not yet open. */
struct view *scratch_twin(struct scratch *s, enum twin_kind kind, struct event *ev);

/* naive.c: decides one rule on the event of the view; appends to s->hit and counts. */
void naive_rule(struct scratch *s, const struct compiled *c, struct view *v);
/* The same where s->plain already holds answers: by test, 0 or 1 + enum tri. */
void naive_decide(struct scratch *s, const struct compiled *c, struct view *v);

/* The last hit without what it took from the event: rule, counts, then tests. Of a rule without
 * filters whose tests are all decided by facts, this is the same for all events with these facts.
 * Writes at most TOLD_MOST numbers and returns how many; 0 when there was no room for reasons. */
#define TOLD_HEAD 3
#define TOLD_MOST (TOLD_HEAD + LIMIT_MATCHED + LIMIT_UNTESTED)
size_t naive_tell(const struct scratch *s, uint32_t *ret);
/* Makes that hit again for another event, and counts as naive_decide does. */
void naive_retell(struct scratch *s, const uint32_t *told, struct view *v);
static inline size_t told_size(const uint32_t *told)
{
    return TOLD_HEAD + (told[2] & 0xffff) + (told[2] >> 16);
}

#endif
