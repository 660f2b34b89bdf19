/* matcher_pairs.c - index against oracle on random rules and random events.
 *
 * Usage: matcher_pairs [PAIRS [SEED]]. The same numbers give the same pairs. Writes TAP. */
#include "../fuzz/pairs.h"

#include "base/parse.h"

#define RULES 20
#define EVENTS 100

static bool told_apart(const struct pairs *p)
{
    return p->by_verdict[VERDICT_FULL] && p->by_verdict[VERDICT_UNFILTERED] &&
           p->by_verdict[VERDICT_POSSIBLE] && p->undecided && p->loaded > p->refused;
}

int main(int argc, char **argv)
{
    struct pairs p = { 0 };
    uint64_t want = 600000, seed = 1;
    bool same = true, good;

    if (argc > 1)
        parse_u64(slice_str(argv[1]), &want);
    if (argc > 2)
        parse_u64(slice_str(argv[2]), &seed);
    while (p.pairs < want && same) {
        p.choice.seed = seed++ * UINT64_C(0x9e3779b97f4a7c15);
        same = pairs_run(&p, RULES, EVENTS);
        if (!same)
            printf("# seed %llu\n", (unsigned long long)seed - 1);
    }
    printf("# %llu pairs, %llu rules, %llu refused, hits: %llu full, %llu unfiltered, %llu "
           "possible; %llu undecided, %llu limits\n",
           (unsigned long long)p.pairs, (unsigned long long)p.loaded, (unsigned long long)p.refused,
           (unsigned long long)p.by_verdict[VERDICT_FULL],
           (unsigned long long)p.by_verdict[VERDICT_UNFILTERED],
           (unsigned long long)p.by_verdict[VERDICT_POSSIBLE], (unsigned long long)p.undecided,
           (unsigned long long)p.limits);
    good = same && told_apart(&p);
    printf("%s 1 - index and oracle agree on random rules and events\n1..1\n",
           good ? "ok" : "not ok");
    return !good;
}
