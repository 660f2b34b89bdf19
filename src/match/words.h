/* words.h - can one of a few words stand in a value?
 *
 * Rules with keywords ask every value of every event. Each word is known by a pair of characters that
 * is rare in logs; a value without any of the pairs holds none of the words, and is neither looked up
 * nor remembered. The answer "it may" is always right.
 * Rank: base/, event/value.h, rule/, atom.h, rarity.h. */
#ifndef MATCH_WORDS_H
#define MATCH_WORDS_H

#include "event/value.h"
#include "match/atom.h"
#include "match/rarity.h"

/* Pairs that one pass over a value tests, and passes; words that need more are left to the index. */
#define WORDS_PAIRS 4
#define WORDS_PASSES 3

/* Each byte 16 times; zeros, which no character is, where there are less pairs. */
struct word_pairs {
    uint8_t first[WORDS_PAIRS][16], second[WORDS_PAIRS][16];
};

struct words {
    struct word_pairs pass[WORDS_PASSES];
    uint32_t n;     /* pairs */
    uint32_t least; /* characters of the shortest word */
    bool off;       /* some word has no pair */
};

/* By atom of ATOM_ANY_FIELD: how its word is known, for words_add. word: zeros, a->n of them. */
void words_choose(const struct atoms *a, const struct rarity *r, uint32_t *word);

/* An empty set; then no value may hold a word of it. */
void words_init(struct words *w);
/* word: from words_choose. */
void words_add(struct words *w, uint32_t word);

/* For words_may_stand, of a text that is long enough. */
bool words_look(const struct words *w, const struct value *v);

static inline bool words_may_stand(const struct words *w, const struct value *v)
{
    if (v->type == VALUE_UTF16)
        return v->n / 2 >= w->least && words_look(w, v);
    return v->type != VALUE_UTF8 || (v->n >= w->least && words_look(w, v));
}

#endif
