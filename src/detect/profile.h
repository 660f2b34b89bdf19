/* profile.h - where the time of a run went (scan --profile).
 * Rank: base/, rule/, match/. */
#ifndef DETECT_PROFILE_H
#define DETECT_PROFILE_H

#include "match/profile.h"

enum profile_stage {
    STAGE_RULES,     /* reading, checking and linking rules */
    STAGE_MATCHER,   /* compiling them */
    STAGE_INPUTS,    /* looking for files */
    STAGE_READ,      /* reading and decoding, of all threads */
    STAGE_MATCH,     /* matching, of all threads */
    STAGE_ROW,       /* making rows and giving them to the order, of all threads */
    STAGE_BLOCKS,    /* script blocks in parts */
    STAGE_CORRELATE, /* correlations */
    STAGE_SORT,      /* sorting and folding */
    STAGE_WRITE,     /* outputs */
    PROFILE_STAGES
};

struct profile {
    uint64_t ns[PROFILE_STAGES];
    uint64_t ns_all; /* the run by the wall clock */
    unsigned threads;
    uint64_t events; /* decoded: given to the matcher, or kept for later */
    struct match_profile match;
    const struct matcher *matcher;
    const struct ruleset *rules;
    const struct rule_counts *count; /* by rule */
};

#endif
