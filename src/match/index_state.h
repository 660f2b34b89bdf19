/* index_state.h - what a worker knows while it runs the indexed matcher, shared by its three parts:
 * indexed.c (which rules an event wakes), decide.c (what one of them comes to), recall.c (what events
 * of a kind came to before).
 *
 * Rank: base/, event/, rule/, this folder. */
#ifndef MATCH_INDEX_STATE_H
#define MATCH_INDEX_STATE_H

#include "match/sift.h"

/* What an event was to a rule that it woke. */
enum outcome {
    OUTCOME_NOTHING,
    OUTCOME_UNDECIDED,
    OUTCOME_TOLD,   /* a row whose reasons are remembered, too */
    OUTCOME_ROW,    /* perhaps a row, which is explained each time */
    OUTCOME_ASKED,  /* facts alone did not tell: with the values of some fields they do */
    OUTCOME_ALWAYS, /* decided each time */
    OUTCOMES
};

/* The look-ups in the memo for outcomes, by facts and by values. */
#define OUTCOMES_SIEVE UINT32_MAX
#define ASKED_SIEVE (UINT32_MAX - 1)
/* Fields whose values decide what facts leave open, and bytes of these values. */
#define ASKED_FIELDS 8
#define ASKED_MOST 1024

/* What a rule came to, to be remembered. */
struct lesson {
    uint32_t rule;
    uint8_t outcome;
    bool asked;    /* for more than facts */
    uint32_t told; /* of a row: index into told */
};

struct index_state {
    const struct index *ix;
    struct groups groups;
    struct sift sift;
    uint32_t *woken;     /* by rule: the round */
    uint32_t *candidate; /* rules of this round, ncandidate of them */
    size_t ncandidate;
    const struct cohort *cohort; /* of the event at hand */
    bool open;                   /* index_open was called for it */
    uint32_t *like;              /* key of what an event's values gave */
    struct lesson *lesson;       /* what was decided of rules, nlesson of them */
    size_t nlesson;
    uint32_t *learned; /* what is remembered of outcomes, at most LEARNED_MOST and one a rule */
    uint32_t *told;    /* hits of this round as naive_tell says them, ntold numbers */
    uint32_t ntold;
    uint32_t *copy;               /* of such */
    uint32_t alike;               /* number of what is remembered of such events */
    uint32_t likes;               /* numbers given so far */
    uint32_t field[ASKED_FIELDS]; /* that the rules ask for which are being learned: nfield ids */
    uint32_t nfield;
    uint8_t asked[ASKED_MOST]; /* key of these values */
    struct answers answers;
};

/* Numbers that hits add to what is remembered of one list of facts; more are explained anew. */
#define LEARNED_MOST 4096
/* What is remembered begins with the number of rules of each outcome, and of fields that are asked. */
#define LEARNED_HEAD (OUTCOMES + 1)

/* indexed.c: puts the rules that the facts of the event wake into st->candidate. gap: the cohort's for
 * the silent fields, or NULL. */
void index_candidates(struct index_state *st, const struct cohort *c, const struct gap *gap);
/* Counts for each rule the true facts for which it waits. */
void index_count_woken(const struct index_state *st, struct match_profile *p,
                       const struct cohort *c, const struct gap *gap);

/* decide.c: before a program runs: gives facts their stamps, and tells silent fields and the view. */
void index_open(struct index_state *st, struct view *v);
/* Acts on an outcome: makes the row, or counts. Returns whether the oracle was asked: it counts by
 * itself. */
bool rule_act(struct index_state *st, struct scratch *s, uint32_t rule, enum outcome outcome,
              struct view *v);
/* Runs the program of a rule and acts. */
enum outcome rule_decide(struct index_state *st, struct scratch *s, uint32_t rule, struct view *v);
/* The same for st->lesson[i]. What asked for more than facts is what it is for events with the same
 * values of the fields st->field, to which those of the rule are added. */
void rule_learn(struct index_state *st, struct scratch *s, size_t i, uint32_t rule, struct view *v);

/* recall.c: what the facts of the event say of the cohort's rules. */
void recall_run(struct index_state *st, struct scratch *s, struct cohort *c, struct view *v);

#endif
