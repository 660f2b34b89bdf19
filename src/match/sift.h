/* sift.h - the values of an event, looked through or remembered: which facts are true?
 *
 * Each value goes through the sieve of its field, or is found in the memo with the facts that it gave
 * the last time. A list of facts has a number: events that established lists of the same numbers are
 * alike, and mostly nobody needs to know what the facts are.
 * One per worker. Rank: base/, event/, group.h, memo.h, sieve.h. */
#ifndef MATCH_SIFT_H
#define MATCH_SIFT_H

#include "match/group.h"
#include "match/lists.h"
#include "match/memo.h"

/* Values that are looked up at a time, so that memory fetches the next while one is compared. */
#define SIFT_AHEAD 32
/* Lists with facts of one event whose numbers are kept. */
#define SIFT_NUMBERS 512

/* A value to look up. */
struct sift_ahead {
    struct look *look;
    bool keywords; /* the sieve of keywords, too */
    struct memo_key key;
};

struct sift {
    const struct index *ix;
    struct memo *memo;
    struct lists lists;
    struct sieve_state sieve;
    struct sift_ahead ahead[SIFT_AHEAD]; /* nahead of them */
    size_t nahead;
    uint32_t *list; /* facts of one value, nlist of them */
    size_t nlist;
    uint32_t *listed; /* by fact: the scan in which it was found last */
    uint32_t scans;

    /* Of the event at hand. */
    uint32_t round;
    struct layout *layout;
    bool settled;
    uint32_t *fact; /* when settled: nfact of them, each once */
    size_t nfact;
    uint32_t *stamp;               /* by fact: the round in which it was settled last */
    uint32_t number[SIFT_NUMBERS]; /* of lists with facts, by value; nnumber of them */
    size_t nnumber;
    bool unlike; /* there are more */
};

void sift_init(struct sift *s, const struct index *ix);
void sift_release(struct sift *s);

/* Before the groups of an event are asked for: room for what it will bring. */
void sift_prepare(struct sift *s);

/* Looks through the values of v that the cohort wants, and tells in g->now what is silent.
 * True when the rounds begin anew: all that holds old ones must be cleared. p: NULL, or what is
 * measured. */
bool sift_event(struct sift *s, struct match_profile *p, struct groups *g, struct cohort *c,
                struct view *v);

/* Tells the facts of the event, with their stamps. */
void sift_settle(struct sift *s);

#endif
