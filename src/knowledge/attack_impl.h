/* attack_impl.h - a table of ATT&CK that was read from a file; for attack.c and attack_open.c.
 * Rank: attack.h. */
#ifndef KNOWLEDGE_ATTACK_IMPL_H
#define KNOWLEDGE_ATTACK_IMPL_H

#include "base/arena.h"
#include "base/vec.h"
#include "knowledge/attack.h"

struct attack {
    struct arena arena;
    const char *version;
    const char *rest;               /* what is of another version; "" */
    VEC(struct attack_entry) entry; /* sorted as attack_table is */
};

/* Two ways to fill one; knows of no file. EV_EFORMAT, EV_ELIMIT. */
int attack_read_text(struct attack *a, struct slice text, struct ev_err *err);
int attack_read_stix(struct attack *a, struct slice text, const char *name, struct ev_err *err);

/* Sorts what was added; EV_EFORMAT when a current id stands twice or there is no technique. */
int attack_done(struct attack *a, struct ev_err *err);
/* Adds an entry; texts are copied into the arena. false: LIMIT_ATTACK_*. */
bool attack_add(struct attack *a, const struct attack_entry *e);
/* The kind that an id names, such as T1003.001; false when it is none. */
bool attack_kind_of(struct slice id, enum attack_kind *ret);

#endif
