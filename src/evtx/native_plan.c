/* native_plan.c - what filling in a template came to, to be done again.
 * May include: base/, event/, this folder. */
#include "evtx/native_plan.h"

#include "evtx/render_json.h"

static bool sizes_fit(const struct native_plan *p, const uint32_t *off)
{
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < p->sized_n; i++) {
        uint32_t slot = p->sized[i] >> 1;

        wrong |= (off[slot] == off[slot + 1]) ^ (p->sized[i] & 1u);
    }
    return !wrong;
}

const struct native_plan *native_plan_find(const struct template *t, const struct binxml_values *vs)
{
    for (const struct native_plan *p = t->plans->first; p; p = p->next)
        if (p->values == vs->n && native_types_fit(vs->desc, p->desc, p->mask, p->values) &&
            sizes_fit(p, vs->off))
            return p;
    return NULL;
}

static uint8_t type_of(const struct binxml_values *vs, uint32_t slot)
{
    return vs->desc[4 * slot + 2];
}

/* Does it matter to the operation whether its value is empty? */
static bool sized(const struct template_op *op)
{
    if (op->kind == OP_VALUE)
        return !(op->flags & OP_KEEPS_EMPTY) || op->flags & OP_HAS_ATTRIBUTES;
    return op->kind == OP_ATTRIBUTE;
}

/* The descriptors, and what of them decides: all types, and of some slots whether they are empty.
 * Values of most types have one size: that is compared instead. Returns what decides of them. */
static uint8_t *keep_types(struct arena *a, struct native_plan *p, const struct template *t,
                           const struct binxml_values *vs)
{
    size_t n = ((size_t)4 * vs->n + 15) / 16 * 16;
    uint8_t *desc = arena_try(a, n), *mask = arena_try(a, n);
    uint16_t *of = arena_try(a, sizeof *of * t->ops);

    if (!desc || !mask || !of)
        return NULL;
    memset(desc, 0, n);
    memset(mask, 0, n);
    memcpy(desc, vs->desc, (size_t)4 * vs->n);
    for (uint32_t i = 0; i < vs->n; i++)
        memcpy(mask + 4 * i, "\0\0\xff\0", 4);
    for (uint32_t i = 0; i < t->ops; i++) {
        uint16_t slot = t->op[i].slot;
        uint8_t type;

        if (!sized(&t->op[i]) || slot >= vs->n)
            continue;
        type = type_of(vs, slot);
        if (type == VALUE_UTF16 || type == VALUE_ANSI || type == VALUE_BINARY || type == VALUE_SID)
            of[p->sized_n++] = (uint16_t)(2u * slot | (vs->off[slot] == vs->off[slot + 1]));
        else if (type != VALUE_NULL)
            memcpy(mask + 4 * slot, "\xff\xff\xff\0", 4);
    }
    p->desc = desc;
    p->mask = mask;
    p->sized = of;
    return mask;
}

/* Is the field's value one of the instance's? Else it is the same each time, and *ret tells it. */
static bool varies(const struct template_op *op, const struct binxml_values *vs,
                   struct plan_constant *ret)
{
    if (op->kind == OP_LITERAL) {
        ret->value = op->field.value;
        ret->text = op->field.text;
        return false;
    }
    ret->value = value_utf8(SLICE(""));
    ret->text = SLICE_ABSENT;
    if (op->kind == OP_CHILDLESS)
        return false;
    ret->value.type = VALUE_NULL;
    return op->slot < vs->n && type_of(vs, op->slot) != VALUE_NULL;
}

static bool keep_fields(struct arena *a, struct native_plan *p, const struct template *t,
                        const struct binxml_values *vs, const struct native_trace *trace)
{
    struct field *field = arena_try(a, sizeof *field * trace->n);
    struct plan_value *value = arena_try(a, sizeof *value * trace->n);
    struct plan_constant *constant = arena_try(a, sizeof *constant * trace->n);

    if (!field || !value || !constant)
        return false;
    for (uint32_t i = 0; i < trace->n; i++) {
        const struct template_op *op = trace->op[i];

        field[i] = op->field;
        value[i] = (struct plan_value){ 0, VALUE_NULL };
        constant[p->constants].at = i;
        if (varies(op, vs, &constant[p->constants])) {
            value[i].slot = op->slot;
            value[i].type = type_of(vs, op->slot);
        } else {
            p->constants++;
        }
        if (!op->fact || t->fact[op->fact] != op)
            continue;
        p->fact[p->facts].field = (uint16_t)i;
        p->fact[p->facts++].fact = op->fact;
    }
    p->system = true;
    for (uint32_t i = 0; i < trace->n; i++)
        p->system = p->system && field[i].part == EVENT_SYSTEM;
    p->field = field;
    p->value = value;
    p->fields = trace->n;
    p->constant = constant;
    return true;
}

/* Where all numbers among the facts are values of their usual types, they are taken as such: then
 * these sizes matter, too, and the list of facts holds the texts alone. */
static void keep_usual(struct native_plan *p, const struct binxml_values *vs, uint8_t *mask)
{
    static const struct {
        uint8_t type, size;
    } usual[FACT_COUNT] = { [FACT_EVENT_ID] = { VALUE_U16, 2 },
                            [FACT_LEVEL] = { VALUE_U8, 1 },
                            [FACT_VERSION] = { VALUE_U8, 1 },
                            [FACT_RECORD_ID] = { VALUE_U64, 8 },
                            [FACT_TIME] = { VALUE_FILETIME, 8 } };
    uint32_t numbers = 0, texts = 0;

    for (uint32_t i = 0; i < p->facts; i++) {
        const struct plan_value *v = &p->value[p->fact[i].field];
        uint8_t fact = p->fact[i].fact;

        p->number[fact] = p->fact[i].field;
        if (usual[fact].size && v->type == usual[fact].type &&
            binxml_u16(vs->desc + 4 * v->slot) == usual[fact].size)
            numbers++;
    }
    if (numbers < 5)
        return;
    for (uint32_t i = 0; i < p->facts; i++) {
        if (usual[p->fact[i].fact].size)
            memcpy(mask + 4 * p->value[p->fact[i].field].slot, "\xff\xff\xff\0", 4);
        else
            p->fact[texts++] = p->fact[i];
    }
    p->facts = texts;
    p->usual = true;
}

void native_plan_keep(struct arena *a, const struct template *t, const struct binxml_values *vs,
                      const struct native_trace *trace)
{
    struct render_memo_json *json;
    struct native_plan *p;
    uint8_t *mask;

    if (trace->unfit)
        return;
    p = arena_try(a, sizeof *p);
    json = arena_try(a, sizeof *json);
    if (!p || !json)
        return;
    *json = (struct render_memo_json){ 0 };
    *p = (struct native_plan){
        .next = t->plans->first, .values = vs->n, .body = trace->body, .json = json
    };
    mask = keep_types(a, p, t, vs);
    if (!mask || !keep_fields(a, p, t, vs, trace))
        return;
    keep_usual(p, vs, mask);
    t->plans->first = p;
    t->plans->n++;
}
