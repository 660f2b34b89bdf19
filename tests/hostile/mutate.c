/* mutate.c - takes a piece of a seed, changes it, repairs its checksums. See mutate.h.
 *
 * Most mutants are one chunk of few records: fast, and every change counts. What is changed is in
 * change.c. */
#include "mutate.h"

#include <stdlib.h>

#include "base/mem.h"
#include "change.h"
#include "repair.h"
#include "seeds.h"

/* Header and some chunks of a well-aligned file; all of another. */
static void take_piece(struct mutant *m, struct slice seed)
{
    size_t chunks = seed.n / CHUNK, keep, first;

    if (chunks < 2 || seed.n != FILE_HEADER + chunks * CHUNK || random_one_in(&m->rng, 8)) {
        keep = seed.n < MUTANT_BYTES / 2 ? seed.n : MUTANT_BYTES / 2;
        memcpy(m->p, seed.p, keep);
        m->n = keep;
        return;
    }
    keep = random_one_in(&m->rng, 4) ? 2 : 1;
    first = random_below(&m->rng, chunks - keep + 1);
    memcpy(m->p, seed.p, FILE_HEADER);
    memcpy(m->p + FILE_HEADER, seed.p + FILE_HEADER + first * CHUNK, keep * CHUNK);
    m->n = FILE_HEADER + keep * CHUNK;
}

/* Leaves the first records of a chunk. What is behind them becomes slack, or zeros. */
static void shrink_chunk(struct mutant *m, size_t at)
{
    uint8_t *c = m->p + at;
    size_t keep = 1 + random_below(&m->rng, 12), end;

    sites_find(slice_of(c, CHUNK), 0, &m->sites);
    if (m->sites.nrecord <= keep)
        return;
    end = m->sites.record[keep];
    number_put(c + 44, m->sites.record[keep - 1], 4);
    number_put(c + 48, end, 4);
    number_put(c + 16, number_get(c + 8, 8) + keep - 1, 8);
    if (!random_one_in(&m->rng, 4))
        memset(c + end, 0, CHUNK - end);
    if (at + CHUNK == m->n && random_one_in(&m->rng, 3))
        m->n = at + end;
}

void mutant_make(const struct seeds *s, uint64_t number, struct slice *ret)
{
    struct mutant *m = xcalloc(1, sizeof *m);
    struct rng numbers = { number * UINT64_C(0xd1342543de82ef95) + 1 };
    uint8_t *exact;
    size_t changes;

    m->rng.state = random_u64(&numbers);
    m->p = xcalloc(MUTANT_BYTES, 1);
    take_piece(m, s->v[random_below(&m->rng, s->n)]);
    for (size_t at = FILE_HEADER; at + CHUNK <= m->n; at += CHUNK) {
        if (mutant_is_chunk(m->p + at) && !random_one_in(&m->rng, 6))
            shrink_chunk(m, at);
    }
    changes = 1 + random_below(&m->rng, random_one_in(&m->rng, 3) ? 8 : 2);
    for (size_t i = 0; i < changes; i++)
        mutant_change(m);
    if (!random_one_in(&m->rng, 5))
        mutant_repair(m);
    /* An exact copy, so that a read past the end is seen by the sanitizer. */
    exact = xcalloc(m->n ? m->n : 1, 1);
    memcpy(exact, m->p, m->n);
    *ret = slice_of(exact, m->n ? m->n : 1);
    free(m->p);
    free(m);
}
