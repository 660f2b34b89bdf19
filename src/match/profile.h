/* profile.h - what matching cost, by rule and by field.
 *
 * Counted only when match_options.profile asks for it; then clocks run around every value and every
 * rule, which makes matching itself slower by about a third.
 * Rank: base/, matcher.h. */
#ifndef MATCH_PROFILE_H
#define MATCH_PROFILE_H

#include "match/matcher.h"

struct rule_cost {
    uint64_t woken; /* facts (atoms, lists of them) that it waits for and that were true */
    uint64_t ns;    /* deciding and explaining it */
};

struct field_cost {
    uint64_t values;     /* looked at */
    uint64_t remembered; /* of these, found in the memo */
    uint64_t bytes;      /* of the others: scanned */
    uint64_t facts;      /* that all of them established */
    uint64_t ns;
};

/* Of one scratch; sums of them are of the same form. The oracle fills rule and events only. */
struct match_profile {
    struct rule_cost *rule;   /* nrule of them, by rule index */
    struct field_cost *field; /* nfield + 1 of them, by field id, the last one for keywords alone */
    size_t nrule, nfield;
    uint64_t events; /* through one cohort each */
    uint64_t alike;  /* of these, with facts as an earlier one had */
    uint64_t facts;  /* true ones of all events */
    uint64_t ns_values, ns_rules;
};

/* Zeros, for so many rules and field ids. */
void match_profile_init(struct match_profile *p, size_t nrule, size_t nfield);
/* Frees what init made. */
void match_profile_release(struct match_profile *p);
/* Adds from to to, which is of the same size. */
void match_profile_add(struct match_profile *to, const struct match_profile *from);

/* NULL when match_options.profile was not set. */
const struct match_profile *scratch_profile(const struct scratch *s);

/* What the index of field i (of match_profile.field) is like: atoms, and literals in its fullest
 * bucket. False when there is none. */
bool matcher_field_index(const struct matcher *m, size_t i, size_t *ret_atoms, size_t *ret_chain);

#endif
