/* stopwatch.h - a clock for measuring stretches, never for dates.
 * Rank: includes nothing of ours. */
#ifndef BASE_STOPWATCH_H
#define BASE_STOPWATCH_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some moment; never backwards. */
static inline uint64_t stopwatch_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* Adds the time since `from` to *sum; returns now. */
static inline uint64_t stopwatch_lap(uint64_t from, uint64_t *sum)
{
    const uint64_t now = stopwatch_now();

    *sum += now - from;
    return now;
}

#endif
