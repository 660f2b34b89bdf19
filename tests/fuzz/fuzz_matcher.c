/* fuzz_matcher.c - index against oracle, rules and events chosen by the input. */
#include "pairs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pairs p = { .choice = { data, size, 0 } };

    /* What the input does not decide, a number does that depends on it. */
    p.choice.seed = slice_hash(slice_of(data, size), 1) | 1;
    if (!pairs_run(&p, 3, 12))
        abort();
    return 0;
}
