/* native_shape.h - records without template that differ in their texts alone.
 *
 * A forwarded log spells out every element of every record, and writes the same kinds of records
 * again and again: the bytes between the texts are then the same but for the sizes of elements. So
 * the first such record of a chunk is read token by token (native_direct.c), which notes where its
 * texts and sizes stand; of the next ones these bytes are compared, and decide the rest. A shape
 * holds in its chunk only, as names are told by their places there.
 * Rank: base/, event/, template.h. */
#ifndef EVTX_NATIVE_SHAPE_H
#define EVTX_NATIVE_SHAPE_H

#include "evtx/template.h"

enum {
    SHAPE_MARKS = 512, /* of one record; seen: 130 */
    SHAPES = 16        /* of one chunk; seen: 4 */
};

enum shape_kind {
    SHAPE_SIZE,   /* four bytes that may be any */
    SHAPE_TEXT,   /* a text, its u16 length first, that is a field */
    SHAPE_EMPTY,  /* a field that is always empty */
    SHAPE_SYSTEM, /* the end of System */
    SHAPE_END     /* the end of the document */
};

/* What reading a record token by token met at a place. */
struct shape_mark {
    uint32_t at, next; /* from the chunk's start; next: behind a text or size */
    uint8_t kind;      /* enum shape_kind */
    bool keeps_empty;  /* the text is a field also when it is empty */
    struct field field;
};

struct shape_trace {
    struct shape_mark mark[SHAPE_MARKS];
    uint32_t n;
    bool unfit; /* no shape can be made of it */
};

/* Bytes that have to be there, and what comes behind them. */
struct shape_step {
    const uint8_t *bytes, *mask; /* n, and zeros up to a multiple of 16 */
    uint32_t n;
    uint8_t kind, fact; /* enum template_fact of the field */
    bool keeps_empty;
    struct field field;
};

struct native_shape {
    const struct shape_step *step;
    uint32_t steps;
    bool whole; /* else it ends with System: what followed was not wanted */
};

/* Those of the chunk at hand. */
struct native_shapes {
    uint32_t generation; /* of template_cache; valid when equal */
    uint32_t n;
    struct native_shape shape[SHAPES];
};

/* Notes what was met; trace may be NULL. */
void shape_mark(struct shape_trace *trace, struct shape_mark mark);

/* Makes a shape of the record from `at` on, in the arena; no harm when it cannot. */
void native_shape_keep(struct native_shapes *shapes, struct arena *a, const uint8_t *chunk,
                       uint32_t at, const struct shape_trace *trace);

struct native_job;

/* Reads the record whose first element is at `at` by a shape: as native_direct, but that the end is
 * told with EV_OK alone. NATIVE_SLOW when it has another. */
int native_shape_read(struct native_job *j, const struct native_shape *shape, uint32_t at,
                      uint32_t end, uint32_t *ret_end);

/* Is the text of a string no text: no units, or NULs alone? */
static inline bool shape_text_empty(const struct value *v)
{
    return (v->n < 2 || binxml_u16(v->p) == 0) && binxml_value_empty(v);
}

/* Are the step's bytes at p? n of them are there, and padding behind. */
static inline bool shape_step_fits(const struct shape_step *s, const uint8_t *p, uint32_t n)
{
    typedef uint64_t wide __attribute__((vector_size(16)));
    wide wrong = { 0, 0 }, here, bytes, mask;

    if (s->n > n)
        return false;
    for (uint32_t i = 0; i < s->n; i += 16) {
        memcpy(&here, p + i, sizeof here);
        memcpy(&bytes, s->bytes + i, sizeof bytes);
        memcpy(&mask, s->mask + i, sizeof mask);
        wrong |= (here ^ bytes) & mask;
    }
    return (wrong[0] | wrong[1]) == 0;
}

#endif
