/* random.h - numbers from a seed, the same on every machine (splitmix64).
 *
 * For the mutator only: a mutant is made from its number alone. */
#ifndef HOSTILE_RANDOM_H
#define HOSTILE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t random_u64(struct rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 .. n-1; 0 for n == 0. */
static inline size_t random_below(struct rng *r, size_t n)
{
    return n ? (size_t)(random_u64(r) % n) : 0;
}

/* True once in n. */
static inline bool random_one_in(struct rng *r, size_t n)
{
    return random_below(r, n) == 0;
}

#endif
