/* group.h - the rules that look at an event, found by channel, provider and EventID.
 *
 * Each worker keeps the groups that its events needed. A group has a cohort for each twin through
 * which its rules see the event; a cohort knows what its rules read, and which facts they wait for.
 *
 * What rules wait for depends on the fields that a record does not carry: `A and B` is false when B
 * is, but where B's field is silent Kleene's reading of it is unknown, and A must be waited for. So a
 * cohort has a gap for each set of silent fields that was met often enough, up to a limit; for the
 * others every rule that reads a silent field is looked at.
 * Rank: base/, event/, rule/, dispatch.h, program.h, sieve.h, trigger.h. */
#ifndef MATCH_GROUP_H
#define MATCH_GROUP_H

#include "base/map.h"
#include "match/compiled.h"
#include "match/layout.h"
#include "match/memo.h"
#include "match/sieve.h"
#include "match/trigger.h"
#include "match/words.h"

/* Sets of small numbers. */
static inline bool bit_has(const uint64_t *set, size_t i)
{
    return set[i / 64] >> (i % 64) & 1;
}

static inline void bit_add(uint64_t *set, size_t i)
{
    set[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void bit_remove(uint64_t *set, size_t i)
{
    set[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static inline size_t bit_words(size_t n)
{
    return n / 64 + 1;
}

/* The numbers below n. */
static inline void bit_first(uint64_t *set, size_t n)
{
    memset(set, 0xff, n / 64 * sizeof *set);
    set[n / 64] = (UINT64_C(1) << n % 64) - 1;
}

/* Immutable, of a matcher. */
struct index {
    const struct matcher *m;
    struct arena arena;
    struct programs programs;
    struct sieve **sieve; /* by field id, the last one for keywords; NULL where there is none */
    uint32_t *ignores;    /* by the same: sieve_ignores; all ones where there is no sieve */
    size_t nfield;        /* number of field ids */
    uint32_t *word;       /* by atom: words_choose */
    size_t most_atoms;    /* of one sieve */
    double *share;        /* by fact */
    struct trigger_table trigger; /* without silent fields */
    uint64_t *always;             /* bit by rule: it has no trigger */
    uint64_t *factual; /* bit by rule: facts decide all its tests, and it has no filter */
    uint32_t *first;   /* by log source, one more at the end */
    uint32_t *rule_of; /* rules, ascending within each log source */
    struct ids *ids;   /* by rule */
};

/* What a cohort wants of a field. */
#define LOOK_READS UINT32_C(0x80000000)   /* it has a sieve that matters here */
#define LOOK_CARRIED UINT32_C(0x40000000) /* its absence may mean unknown */
#define LOOK_MUTE UINT32_C(0x20000000)    /* empty or - is as good as absent (view_silent) */
#define LOOK_PLACE UINT32_C(0x1fffffff)

/* A set of silent fields, and what the rules of the cohort wait for then. */
struct gap {
    struct gap *next;
    uint64_t *silent; /* bit by place in cohort.carried */
    unsigned seen;
    bool built;
    uint64_t *waits;              /* bit by rule: index.trigger wakes it */
    struct trigger_table trigger; /* of the others */
    uint32_t *always;
    size_t nalways;
};

struct cohort {
    struct layout *layout[LAYOUTS]; /* nlayout of them, that of the last event first */
    size_t nlayout;
    uint32_t number; /* no two of a worker have the same */
    enum twin_kind twin;
    uint32_t *rule; /* ascending, n of them */
    size_t n;
    uint32_t *look;       /* by field id: LOOK_ flags and place in carried */
    uint32_t *last;       /* by field id, one more for all others: entry of its last value, or 0 */
    uint32_t age;         /* memo_age of these */
    uint32_t no_keywords; /* types of values in which none of the rules' keywords can be */
    struct words words;   /* the keywords */
    uint32_t *carried;    /* ids of fields whose absence may mean unknown, ncarried of them */
    size_t ncarried;
    uint32_t *open; /* rules that read one of these, nopen of them */
    size_t nopen;
    struct gap full; /* nothing is silent; built at once */
    struct gap *gap; /* the others */
};

struct group {
    struct cohort *cohort[TWIN_KINDS]; /* n of them */
    size_t n;
};

struct groups {
    const struct index *ix;
    struct arena arena;
    struct map by_key;
    struct key_entry **entry;
    size_t nentry, room;
    struct gap **gap; /* all that have tables of their own */
    size_t ngap;
    uint32_t cohorts; /* made so far */
    bool *silent;     /* by field id, of the gap being built */
    uint64_t *now;    /* bit by place in cohort.carried, of the event at hand */
    size_t now_words;
    bool *silent_now; /* by field id, the same, by groups_tell */
    struct facts facts;
    struct recent *recent; /* by a few bits of their keys */
    uint32_t form;         /* of the event at hand, for layout_of */
    uint32_t forms;        /* numbers given so far */
};

void groups_init(struct groups *g, const struct index *ix);
void groups_release(struct groups *g);

/* The event's group; without cohorts when no rule looks at it. Valid until the next call. */
const struct group *groups_find(struct groups *g, struct event *ev);

/* The cohort's gap for the silent fields in g->now; NULL when there is none to be had: then every
 * rule of cohort.open must be looked at, besides those of cohort.full. */
const struct gap *groups_gap(struct groups *g, struct cohort *c);

/* Writes g->now to g->silent_now, for the fields that the cohort carries. */
void groups_tell(struct groups *g, const struct cohort *c);

#endif
