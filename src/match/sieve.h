/* sieve.h - all atoms of one field against one value.
 *
 * Whole values go by one map, longer pieces by windows of four bytes (gram.h), short ones by
 * tiny.h; pieces beyond ASCII lie apart and are looked for only in values that go beyond it. A
 * pattern of several pieces (x*y) is looked for by its rarest piece; only then is the whole pattern
 * tried. Where a field has windash patterns, literals and values are compared with every dash made
 * one, so that they need no expansion; a literal that has dashes of its own is then tried as it is.
 * Immutable once built. Rank: base/, event/value.h, rule/, atom.h, glob.h, gram.h, tiny.h. */
#ifndef MATCH_SIEVE_H
#define MATCH_SIEVE_H

#include "event/value.h"
#include "match/atom.h"
#include "match/literal.h"
#include "match/rarity.h"

struct sieve;

/* What a worker needs to scan: room for the largest sieve. */
struct sieve_state {
    struct found found;
    uint32_t *atom; /* what the last scan found: n atoms, hardly ever one twice */
    size_t n, most;
    uint8_t *text; /* the value with one kind of dash */
    size_t text_room;
};

/* A sieve of the atoms which[0..n-1], all of one field. Texts of patterns must outlive it. */
struct sieve *sieve_new(const struct atoms *a, const uint32_t *which, size_t n,
                        const struct rarity *r);
void sieve_free(struct sieve *s); /* NULL is fine */

/* most: atoms of the largest sieve. */
void sieve_state_init(struct sieve_state *st, size_t most);
void sieve_state_release(struct sieve_state *st);

/* Puts the atoms that are true of the value into st. text: UTF-8; folded: fold_slice of it. */
void sieve_scan(const struct sieve *s, struct sieve_state *st, struct slice text,
                struct slice folded);

/* The types of values (bit by enum value_type below 32) of which no atom can be true. Numbers, times
 * and ids have few characters; a sieve for words need not look at them. */
uint32_t sieve_ignores(const struct sieve *s);

/* Atoms that it was made of. */
size_t sieve_atoms(const struct sieve *s);

/* Literals in the fullest bucket. */
size_t sieve_longest_chain(const struct sieve *s);

#endif
