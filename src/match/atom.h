/* atom.h - the distinct questions that rules put to values.
 *
 * An atom is one pattern on one field; thousands of tests share one. Atoms have numbers from 0, and
 * so have the facts that a scan of an event establishes.
 * Rank: base/, rule/. */
#ifndef MATCH_ATOM_H
#define MATCH_ATOM_H

#include "base/arena.h"
#include "rule/rule.h"

/* Keywords: any value of the event. */
#define ATOM_ANY_FIELD NAME_NONE

struct atom {
    const struct pattern *pattern; /* NULL: true where the value has a byte beyond ASCII */
    const struct test *number;     /* NULL, or the test whose integer may stand in base 16, too */
    uint32_t field;                /* id, or ATOM_ANY_FIELD */
    uint32_t hash;
};

struct atoms {
    struct atom *v; /* n of them */
    size_t n, room;
    uint32_t *slot; /* index + 1 by hash; 0 is free */
    size_t nslot;
    struct arena *arena; /* of patterns made here; borrowed */
};

void atoms_init(struct atoms *a, struct arena *arena);
void atoms_release(struct atoms *a);

/* The number of the atom of a TEST_PATTERN t with this finished pattern, which
 * is borrowed. */
uint32_t atoms_pattern(struct atoms *a, uint32_t field, const struct pattern *p,
                       const struct test *t);
/* The value contains the folded text, which is borrowed. */
uint32_t atoms_contains(struct atoms *a, uint32_t field, struct slice text);
/* The value has a byte beyond ASCII. */
uint32_t atoms_beyond(struct atoms *a, uint32_t field);

#endif
