/* render_program.h - a template as a program that writes its XML.
 *
 * All markup of a template is one literal buffer; each operation writes a stretch of it and one
 * value. So a record costs a look at its values and no look at tokens or names.
 *
 * An operation writes `before`, then what its kind says, with `pre` and `post` around a value. The
 * three stretches follow one another in the buffer from `at` on. A template that needs more than
 * this has no program: the token walk writes it.
 * Rank: base/, event/, binxml.h, template.h, render_name.h. */
#ifndef EVTX_RENDER_PROGRAM_H
#define EVTX_RENDER_PROGRAM_H

#include "evtx/template.h"

enum render_op_kind {
    RENDER_OP_LITERAL,   /* before, nothing else */
    RENDER_OP_VALUE,     /* before, value: content of an element */
    RENDER_OP_PART,      /* before, value: beside literal text in an attribute */
    RENDER_OP_ATTRIBUTE, /* before; unless the value is empty: pre, value, post */
    RENDER_OP_OPTIONAL,  /* before; unless the value is NULL: pre, value, post */
    RENDER_OP_DROP       /* before; if the value is NULL the next `skip` operations are left out */
};

struct render_steps;

struct render_op {
    uint8_t kind;
    uint16_t slot;
    uint32_t skip;
    uint32_t at, before, pre, post;
    /* VALUE, OPTIONAL: what stands between two items of an array, end tag and start tag. n 0: such
     * a value is for the token walk. */
    uint32_t between, between_n;
};

struct render_program {
    const struct render_op *op;
    uint32_t ops;
    const uint8_t *literal; /* 32 bytes behind it may be read */
    uint32_t literals;      /* bytes of it */
};

/* What a template remembers of it; all zero before the first question. */
struct render_memo {
    const struct render_program *program;
    bool tried, lines;
    struct render_steps *first; /* render_typed.h */
    uint32_t variants;
};

/* The program of t, made in the arena at the first question; NULL when there is none. lines: no line
 * feed is to come out as one; a worker does not change its mind about that. */
const struct render_program *render_program_of(const struct template *t, struct arena *a,
                                               bool lines);

#endif
