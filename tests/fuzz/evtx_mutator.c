/* evtx_mutator.c - libFuzzer's changes to a log, and every other time one that knows the format.
 *
 * What tests/hostile does to whole files by number, here steered by coverage. Checksums are mostly
 * made right again: a fuzzer does not guess them. */
#include "../hostile/repair.h"

#include <stdlib.h>

#include "base/mem.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct mutant *m = xcalloc(1, sizeof *m);

    m->rng.state = seed;
    m->p = xcalloc(MUTANT_BYTES, 1);
    if (most > MUTANT_BYTES)
        most = MUTANT_BYTES;
    m->n = size < most ? size : most;
    memcpy(m->p, data, m->n);
    if (m->n == 0 || random_one_in(&m->rng, 2))
        m->n = LLVMFuzzerMutate(m->p, m->n, most);
    else
        mutant_change(m);
    if (m->n > most)
        m->n = most;
    if (!random_one_in(&m->rng, 4))
        mutant_repair(m);
    memcpy(data, m->p, m->n);
    size = m->n;
    free(m->p);
    free(m);
    return size;
}
