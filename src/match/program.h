/* program.h - conditions over facts.
 *
 * A fact is an atom, or a set of atoms of one field of which any is enough (long lists are one
 * fact). Facts are established by a scan of the event; a program then decides a rule without
 * looking at text, except for tests that have no atom (regex, cidr, null ...), which it asks when
 * it gets there, at most once an event.
 *
 * Code lies in prefix order; each item knows where it ends. A value holds both readings of
 * DESIGN.md section 8 at once, two bits each: the low one "is true", the high one "is not false".
 * `and` and `or` are those of bits, and stop at 0 and 15.
 * Rank: base/, event/, rule/, atom.h, leaf.h, memo.h. */
#ifndef MATCH_PROGRAM_H
#define MATCH_PROGRAM_H

#include "match/atom.h"
#include "base/map.h"
#include "match/leaf.h"
#include "match/memo.h"

#define FACT_NONE UINT32_MAX
#define LEAF_MEMO UINT32_C(0x80000000)

enum op {
    OP_AND,  /* the items up to end */
    OP_OR,   /* likewise */
    OP_NOT,  /* one item */
    OP_FACT, /* arg: number of the fact */
    OP_LEAF, /* arg: number of the leaf */
    OP_CALL, /* arg: an item elsewhere: a selection that is used more than once */
    OP_NEVER /* a field that no event has */
};

struct code {
    uint8_t op;   /* enum op */
    bool carried; /* OP_FACT, OP_LEAF, OP_NEVER: unknown when the field is silent */
    bool tells;   /* the test says something of its own (naive.c) */
    uint32_t arg;
    uint32_t end;   /* index of the item behind this one */
    uint32_t field; /* OP_FACT, OP_NEVER */
};

/* Marks the number of a leaf among those of atoms. */
#define IS_LEAF UINT32_C(0x80000000)

struct program {
    uint32_t start;         /* index of the first item */
    uint32_t touch, ntouch; /* telling items under an even number of nots */
    uint32_t *atom;         /* by test of the rule: its atom or leaf, or FACT_NONE */
};

struct programs {
    struct arena *arena; /* borrowed */
    struct atoms atoms;
    struct program *v; /* by rule; n of them */
    size_t n;
    struct code *code;
    size_t ncode, code_room;
    uint32_t *touch;
    size_t ntouch, touch_room;
    const struct leaf **leaf;
    size_t nleaf, leaf_room;
    struct map *set; /* members -> number of the set, from 0 */
    size_t nfact;    /* after programs_done: atoms, then sets */
    uint32_t *first; /* by atom, one more at the end: the sets that it is in */
    uint32_t *member_of;
};

/* n: rules. */
void programs_init(struct programs *p, size_t n, struct arena *arena);
void programs_release(struct programs *p);
/* The rule's program; leaf: by test, borrowed. EV_ENOMEM when the arena is full. */
int programs_add(struct programs *p, const struct rule *r, const struct leaf *leaf,
                 struct ev_err *err);
/* After the last rule: gives sets their numbers. */
void programs_done(struct programs *p);

/* The answers of one worker about one event. */
struct answers {
    const struct programs *programs;
    struct view *view;
    struct regex_state *regex;
    struct memo *memo; /* of leaves that are dear; the sieve numbers from LEAF_MEMO on are theirs */
    const uint32_t *stamp; /* by fact: the round in which it was true last */
    uint32_t *asked;       /* by leaf: the round in which it was asked last */
    uint8_t *answer;       /* by leaf: enum tri */
    uint32_t round;
    const bool *silent; /* by field id: the record does not carry it (view_silent); true or false
                         * for every field that the rule may miss */
    bool open;          /* the rule at hand reads a field that is silent */
    bool asks;          /* set where a leaf was asked: facts did not tell */
};

/* Is a carried field silent? A field without an id is in no record. */
static inline bool field_is_silent(uint32_t id, const bool *silent)
{
    return id == NAME_NONE || silent[id];
}

/* Is the leaf's test unknown when these fields are silent? */
bool leaf_silent(const struct leaf *l, const bool *silent);

/* Both readings of a rule. */
struct reading {
    enum tri plain, kleene;
};
struct reading program_run(struct answers *a, size_t rule);
/* The answer of a leaf, asked at most once an event. */
enum tri program_ask(struct answers *a, uint32_t leaf);
/* What is known about the rule's tests: by test, 0 or 1 + enum tri. */
void program_tell(const struct answers *a, size_t rule, size_t ntest, uint8_t *known);
/* Is some carried, telling test under an even number of nots true? */
bool program_touched(struct answers *a, size_t rule);

#endif
