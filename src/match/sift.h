/* sift.h - the values of an event, looked through or remembered: which facts are true?
 *
 * Each value goes through the sieve of its field, or is found in the memo with the facts that it gave
 * the last time. A list of facts has a number: events that established lists of the same numbers are
 * alike, and mostly nobody needs to know what the facts are.
 * One per worker. Rank: base/, event/, group.h, memo.h, sieve.h. */
#ifndef MATCH_SIFT_H
#define MATCH_SIFT_H

#include "match/group.h"
#include "match/memo.h"

/* Values that are looked up at a time, so that memory fetches the next while one is compared. */
#define SIFT_AHEAD 32
/* Lists of one event that are numbered. */
#define SIFT_NUMBERS 512

/* A value of the event at hand. */
struct sift_value {
    uint32_t at;    /* index of the field */
    uint32_t field; /* whose sieve; index.nfield: none but that of keywords */
    uint32_t sieve; /* the look-up in the memo: field and keywords */
    uint32_t slot;  /* in number */
    uint32_t *last; /* the cohort's entry of the field's last value */
    bool keywords;  /* the sieve of keywords, too */
};

/* One to look up. */
struct sift_ahead {
    struct sift_value value;
    struct memo_key key;
};

struct sift {
    const struct index *ix;
    struct memo *memo;
    struct sieve_state sieve;
    struct sift_ahead ahead[SIFT_AHEAD]; /* nahead of them */
    size_t nahead;
    uint32_t *list; /* facts of one value, behind the number of the list */
    size_t nlist;
    uint32_t *listed; /* by fact: the list in which it stands last */
    uint32_t lists;
    uint32_t numbers; /* given so far */

    /* Of the event at hand. */
    uint32_t round;
    uint32_t *fact; /* nfact of them; each once among the first `settled` */
    size_t nfact, settled, room;
    uint32_t *stamp;               /* by fact: the round in which it was settled last */
    uint32_t number[SIFT_NUMBERS]; /* by value, and at last of those with facts; nnumber of them */
    size_t nnumber;
    bool unlike; /* some list has no number */
};

void sift_init(struct sift *s, const struct index *ix);
void sift_release(struct sift *s);

/* Looks through the values of v that the cohort wants, and takes back in g->now what is not silent.
 * True when the rounds begin anew: all that holds old ones must be cleared. p: NULL, or what is
 * measured. */
bool sift_event(struct sift *s, struct match_profile *p, struct groups *g, struct cohort *c,
                struct view *v);

/* Makes the facts of the event stand once each, with their stamps. */
void sift_settle(struct sift *s);

#endif
