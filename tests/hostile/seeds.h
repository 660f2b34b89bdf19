/* seeds.h - the seed files, as the mutator sees them. */
#ifndef HOSTILE_SEEDS_H
#define HOSTILE_SEEDS_H

#include "mutate.h"

/* Of a larger file the rest is not read: a mutant has few chunks. */
#define SEED_BYTES ((size_t)512 << 10)

struct seeds {
    struct slice *v;
    size_t n;
};

#endif
