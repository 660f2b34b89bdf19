/* render_value.h - a value's text straight into XML or JSON.
 *
 * The same text as value_text's, escaped on the way, without a copy in between: what dumps write is
 * mostly this. A test holds both to each other for every type.
 * Rank: base/, event/value.h, binxml.h, render_number.h. */
#ifndef EVTX_RENDER_VALUE_H
#define EVTX_RENDER_VALUE_H

#include "base/arena.h"
#include "evtx/binxml.h"
#include "evtx/render_number.h"

/* Where the text goes. */
enum render_place { RENDER_TEXT, RENDER_ATTRIBUTE, RENDER_JSON };

struct render_state {
    struct arena *arena; /* for the texts of rare types */
    bool lines;          /* XML: no line feed comes out as one */
    uint64_t replaced;   /* characters and names that the target forbids */
    struct render_clock clock;
    struct render_sid sid[RENDER_SIDS];
};

/* Most bytes that render_value writes for v, and may touch behind them. */
static inline size_t render_room(const struct value *v)
{
    return (size_t)6 * v->n + 512;
}

/* Writes the escaped text of v to `to`, which has render_room(v) bytes. padded: 32 bytes behind the
 * value may be read. Returns the end; NULL when the arena is full. */
uint8_t *render_value(struct render_state *r, uint8_t *to, const struct value *v,
                      enum render_place place, bool padded);

/* Copies n bytes, most often a tag or a name: up to 31 bytes behind both ends are touched. */
static inline uint8_t *render_copy(uint8_t *to, const uint8_t *p, size_t n)
{
    memcpy(to, p, 32);
    if (n > 32) {
        memcpy(to + 32, p + 32, 32);
        for (size_t i = 64; i < n; i += 32)
            memcpy(to + i, p + i, 32);
    }
    return to + n;
}

#endif
