/* native_plan.h - what filling in a template came to, to be done again.
 *
 * What becomes of an operation of a template depends on the types of the values alone, and for
 * attributes and the like on which are empty: records of one template with the same types have the
 * same fields. So the fields of the first such record are kept as they are but for the places of
 * their values; the next record copies them and decides nothing. A record where something else
 * decided (an array, a text of NULs only) makes no plan.
 * Rank: base/, event/, binxml.h, template.h. */
#ifndef EVTX_NATIVE_PLAN_H
#define EVTX_NATIVE_PLAN_H

#include "evtx/template.h"

enum {
    PLAN_VARIANTS = 4, /* plans of a template; seen: 3 */
    PLAN_FIELDS = 128  /* of one instance; seen: 80 */
};

/* What the filling in of one instance did. */
struct native_trace {
    const struct template_op *op[PLAN_FIELDS]; /* each made the next field */
    uint32_t n;
    const struct template_op *body; /* the XML value that was filled in at the end */
    bool unfit;                     /* no plan can be made of it */
};

struct render_memo_json;

/* Where a field's value comes from. */
struct plan_value {
    uint16_t slot;
    uint8_t type;
};

/* A field whose value is always the same. */
struct plan_constant {
    uint32_t at;
    struct value value;
    struct slice text;
};

struct native_plan {
    struct native_plan *next;
    uint32_t values;       /* of the instance */
    const uint8_t *desc;   /* theirs: u16 size, u8 type, u8 0 */
    const uint8_t *mask;   /* the bits of them that matter */
    const uint16_t *sized; /* 2 * slot + 1 where the value must be empty, 2 * slot where not */
    uint32_t sized_n;
    const struct field *field; /* but for the places of their values */
    const struct plan_value *value;
    uint32_t fields;
    const struct plan_constant *constant;
    uint32_t constants;
    const struct template_op *body;
    struct {
        uint16_t field;
        uint8_t fact;
    } fact[FACT_COUNT]; /* what of the fields is one */
    uint32_t facts;
    struct render_memo_json *json; /* render_json.h */
    /* All facts that are numbers are there, and of the usual types: the fields that tell them. */
    bool usual;
    bool system; /* all fields are of System */
    uint16_t number[FACT_COUNT];
};

/* Those of one template. */
struct native_plans {
    struct native_plan *first;
    uint32_t n;
};

typedef uint64_t native_wide __attribute__((vector_size(16)));

static inline native_wide native_load(const uint8_t *p)
{
    native_wide v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Are the descriptors those of `want`, in the bits of the mask? Four at a time: what is read behind
 * the last is masked out, and there: buffers of chunks have padding. */
static inline bool native_types_fit(const uint8_t *desc, const uint8_t *want, const uint8_t *mask,
                                    uint32_t n)
{
    native_wide wrong = { 0, 0 };

    for (uint32_t i = 0; i < 4 * n; i += 16)
        wrong |= (native_load(desc + i) ^ native_load(want + i)) & native_load(mask + i);
    return (wrong[0] | wrong[1]) == 0;
}

/* The plan for an instance with values of these types and sizes, or NULL. */
const struct native_plan *native_plan_find(const struct template *t,
                                           const struct binxml_values *vs);

/* Makes a plan of what was done, in the arena of the templates; no harm when it cannot. */
void native_plan_keep(struct arena *a, const struct template *t, const struct binxml_values *vs,
                      const struct native_trace *trace);

/* The fields of plan p, with these values, to room for all of them. again: the names that are there are
 * those of p. */
static inline void native_plan_fields(const struct native_plan *p, const struct binxml_values *vs,
                                      struct field *to, bool again)
{
    const uint8_t *base = vs->base;

    if (!again && p->fields)
        memcpy(to, p->field, p->fields * sizeof *to);
    for (uint32_t i = 0; i < p->fields; i++) {
        const uint32_t *off = vs->off + p->value[i].slot;

        to[i].value = (struct value){ base + off[0], off[1] - off[0], p->value[i].type };
        to[i].text.p = NULL;
    }
    for (uint32_t i = 0; i < p->constants; i++) {
        const struct plan_constant *c = &p->constant[i];

        to[c->at].value = c->value;
        to[c->at].text = c->text;
    }
}

#endif
