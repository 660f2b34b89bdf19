/* change.h - one change to a log in memory, at a place where it matters. */
#ifndef HOSTILE_CHANGE_H
#define HOSTILE_CHANGE_H

#include "random.h"
#include "sites.h"

enum { FILE_HEADER = 4096, CHUNK = 65536, MUTANT_BYTES = FILE_HEADER + 8 * CHUNK };

struct mutant {
    uint8_t *p; /* MUTANT_BYTES */
    size_t n;
    struct rng rng;
    struct sites sites; /* of the chunk at hand */
};

/* One of the kinds of change.c, by chance. n stays within 1 and MUTANT_BYTES. */
void mutant_change(struct mutant *m);

#endif
