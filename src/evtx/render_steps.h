/* render_steps.h - what an instance with values of known types writes: literals and values in turn.
 *
 * A record costs one pass over its steps: a stretch of text is copied, then a value is written by
 * what its type was when the steps were made. Nothing is decided that types decide. Steps are made of a
 * template's program (XML) or of a record that was written the long way (JSON).
 * Rank: base/, event/, binxml.h, native_impl.h, render_value.h. */
#ifndef EVTX_RENDER_STEPS_H
#define EVTX_RENDER_STEPS_H

#include "base/buf.h"
#include "base/vec.h"
#include "evtx/native_impl.h"
#include "evtx/render_value.h"

enum render_step_kind {
    STEP_TEXT = 1,  /* UTF-16 in an element */
    STEP_ATTRIBUTE, /* UTF-16 that is all of an attribute: `back`, and its quote */
    STEP_JSON,
    STEP_FACT, /* the same, but what is replaced in it is not counted */
    STEP_U8,
    STEP_U16,
    STEP_U32,
    STEP_U64,
    STEP_HEX32,
    STEP_HEX64,
    STEP_BOOL,
    STEP_GUID,
    STEP_FILETIME,
    STEP_TIME, /* FILETIME, not 0 */
    STEP_SID,
    STEP_OTHER, /* whatever its type and size are */
    STEP_ITEMS, /* an array, a copy of its element for each item */
    STEP_BODY   /* one more instance */
};

struct render_step {
    const uint8_t *literal; /* n bytes, written first; RENDER_PADDING behind them may be read */
    uint32_t n;
    uint16_t
        slot; /* of the value, in the worker's offsets: those of the record, then of the body */
    uint8_t kind;
    uint8_t type;  /* of the value */
    uint8_t place; /* enum render_place */
    uint8_t back;  /* an empty value takes back so many bytes of the literal; 0: it takes none */
    bool exact;    /* a value of another size is not for steps */
    const uint8_t *between; /* STEP_ITEMS: end tag and start tag */
    uint32_t between_n;
};

struct render_steps {
    struct render_steps *next;
    const uint8_t *desc, *mask; /* native_types_fit; of values */
    uint32_t values;
    const void *key;                /* or whatever else they were made for */
    const struct render_step *step; /* NULL: none could be made */
    const struct render_step *last; /* writes its literal alone */
    size_t literals;                /* bytes of all */
    uint32_t uses;                  /* of the value that is written most often */
    uint32_t others;                /* steps of kind STEP_OTHER */
};

#define RENDER_PADDING 32
#define RENDER_SLOTS ((uint16_t)(sizeof((struct native_worker *)NULL)->off[0] / sizeof(uint32_t)))

/* Steps while they are made. */
struct render_draft {
    struct buf literal;
    size_t from; /* literals before it belong to steps */
    VEC(struct render_step) step;
    VEC(size_t) at; /* where each step's literal begins */
    bool failed;
};

void render_draft_init(struct render_draft *d);
void render_draft_release(struct render_draft *d);
/* A step for a value of this type, behind what d->literal holds since the last one. */
void render_draft_value(struct render_draft *d, uint16_t slot, uint8_t type,
                        enum render_place place);
/* The last one, to be changed; NULL after a failure. */
struct render_step *render_draft_last(struct render_draft *d);
/* All of it in the arena; NULL when that is full or the draft failed. */
struct render_steps *render_draft_finish(struct render_draft *d, struct arena *a);

/* Text on its way: written at `to`, it belongs to out only at the end. */
struct render_run {
    struct render_state *state;
    struct native_job *j;
    struct buf *out;
    size_t most; /* out->n may not pass it */
    uint8_t *to, *end;
};

/* Room for n more bytes, or false. */
bool render_run_more(struct render_run *x, size_t n);

static inline bool render_run_room(struct render_run *x, size_t n)
{
    return (size_t)(x->end - x->to) >= n || render_run_more(x, n);
}

/* STEP_BODY: the value between two offsets of the chunk. False: the record is not for steps. */
typedef bool render_body_fn(struct render_run *x, uint32_t at, uint32_t end);

/* Runs the steps; values: bytes of all values. False when the record has to be written another way:
 * what was written then is to be forgotten. */
bool render_run_steps(struct render_run *x, const struct render_steps *s, size_t values,
                      render_body_fn *body);

#endif
