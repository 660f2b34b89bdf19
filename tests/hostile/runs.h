/* runs.h - what is done with a mutant: each way through the reader that a command takes.
 *
 * Checks what holds for any bytes: the sums of the accounting, texts that are UTF-8, hits that point
 * into their texts, nothing left on the heap. */
#ifndef HOSTILE_RUNS_H
#define HOSTILE_RUNS_H

#include "match/matcher.h"

enum run_kind {
    RUN_READ,           /* active records, all texts */
    RUN_RECOVER,        /* recovered ones too, with the rules */
    RUN_WALK,           /* as RUN_READ, by the token walk: must come to the same */
    RUN_FILTER,         /* only some records wanted, nothing decoded of the others */
    RUN_DUMP,           /* the program: dump -f xml */
    RUN_DUMP_RECOVERED, /* dump --recover -f jsonl */
    RUN_VERIFY,         /* verify -f json */
    RUN_KINDS
};
const char *run_name(enum run_kind k);

struct runs {
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher;
    struct scratch *scratch; /* fresh for each mutant */
    uint64_t read_hash;      /* of RUN_READ, for RUN_WALK */
    uint64_t events, hits;   /* so far: a test that reaches nothing shows */
    int file;                /* of the program's runs: in memory, no disk */
};

/* With the rules in srcdir/rules. False when they cannot be had. */
bool runs_init(struct runs *r, const char *srcdir);
void runs_release(struct runs *r);

/* NULL, or what is wrong. Call each kind in order, RUN_READ first. The program's runs talk on standard
 * error. */
const char *runs_do(struct runs *r, enum run_kind k, struct slice bytes);

/* The bytes through libevtx. Its own faults are not ours: call it where a crash does no harm. */
void runs_libevtx(const struct runs *r, struct slice bytes);

#endif
