/* render_typed.c - a template's program and the types of values -> steps that write its XML.
 * May include: base/, event/, this folder. */
#include "evtx/render_typed.h"

#include "base/limits.h"

enum { VARIANTS = 64 }; /* of a template; seen: 6. Beyond them records are walked */

/* The type of a value that is all of an attribute can be empty: then the attribute goes. Those of a
 * fixed size hardly ever are. */
static void put_attribute(struct render_draft *d, const struct render_op *op, uint16_t slot,
                          uint8_t type)
{
    struct render_step *st;

    render_draft_value(d, slot, type, RENDER_ATTRIBUTE);
    st = render_draft_last(d);
    if (!st)
        return;
    if (st->kind != STEP_OTHER) {
        st->exact = true;
        buf_byte(&d->literal, '\'');
        return;
    }
    if (type == VALUE_UTF16)
        st->kind = STEP_ATTRIBUTE;
    st->back = (uint8_t)op->pre;
    d->failed |= op->pre > UINT8_MAX;
}

static void put_value(struct render_draft *d, const struct native_instance *in,
                      const struct render_program *p, const struct render_op *op, uint8_t type)
{
    bool text = op->kind == RENDER_OP_VALUE || op->kind == RENDER_OP_OPTIONAL;
    uint16_t slot = (uint16_t)(op->slot + (in->t->level == TEMPLATE_RECORD ? 0 : RENDER_SLOTS));
    struct render_step *st;

    if (op->kind == RENDER_OP_ATTRIBUTE && !(type & BINXML_TYPE_ARRAY) && type != BINXML_TYPE_XML) {
        put_attribute(d, op, slot, type);
        return;
    }
    render_draft_value(d, slot, type, text ? RENDER_TEXT : RENDER_ATTRIBUTE);
    st = render_draft_last(d);
    if (!st)
        return;
    if (type == BINXML_TYPE_XML) {
        st->kind = STEP_BODY;
        d->failed |= !text;
    } else if (type & BINXML_TYPE_ARRAY) {
        st->kind = STEP_ITEMS;
        st->between = p->literal + op->between;
        st->between_n = op->between_n;
        d->failed |= !text || op->between_n == 0;
    }
}

static void put_op(struct render_draft *d, const struct native_instance *in,
                   const struct render_program *p, uint32_t *i)
{
    const struct render_op *op = &p->op[*i];
    const uint8_t *literal = p->literal + op->at;
    uint8_t type = op->slot < in->values.n ? in->values.desc[4 * op->slot + 2] : VALUE_NULL;

    buf_put(&d->literal, literal, op->before);
    if (op->kind == RENDER_OP_LITERAL)
        return;
    if (op->kind == RENDER_OP_DROP) {
        *i += type == VALUE_NULL ? op->skip : 0;
        return;
    }
    if (type == VALUE_NULL)
        return;
    buf_put(&d->literal, literal + op->before, op->pre);
    put_value(d, in, p, op, type);
    /* Of an attribute the quote, which put_attribute has seen to. */
    if (op->kind != RENDER_OP_ATTRIBUTE)
        buf_put(&d->literal, literal + op->before + op->pre, op->post);
}

static struct render_steps *make(struct arena *a, const struct native_instance *in, bool lines)
{
    const struct render_program *p = render_program_of(in->t, a, lines);
    struct render_steps *s = NULL;
    struct render_draft d;

    render_draft_init(&d);
    for (uint32_t i = 0; p && !d.failed && i < p->ops; i++)
        put_op(&d, in, p, &i);
    if (p)
        s = render_draft_finish(&d, a);
    render_draft_release(&d);
    return s;
}

/* Also for an instance that has no steps: nobody tries again. */
static struct render_steps *keep(struct template_cache *c, const struct native_instance *in,
                                 bool lines)
{
    size_t n = ((size_t)4 * in->values.n + 15) / 16 * 16;
    struct arena *a = &c->arena;
    struct render_memo *m = in->t->render;
    uint8_t *desc = arena_try(a, 2 * n);
    struct render_steps *s = desc ? make(a, in, lines) : NULL;

    m->variants++;
    if (!s && desc) {
        s = arena_try(a, sizeof *s);
        if (s)
            *s = (struct render_steps){ 0 };
    }
    if (!s) {
        m->variants = VARIANTS;
        c->full |= a->cap - a->used < LIMIT_TEMPLATES / 2;
        return NULL;
    }
    memset(desc, 0, 2 * n);
    memcpy(desc, in->values.desc, (size_t)4 * in->values.n);
    for (uint32_t i = 0; i < in->values.n; i++)
        desc[n + 4 * i + 2] = 0xff;
    s->desc = desc;
    s->mask = desc + n;
    s->values = in->values.n;
    s->next = m->first;
    m->first = s;
    return s;
}

static inline bool fits(const struct render_steps *s, const struct native_instance *in)
{
    return s->values == in->values.n &&
           native_types_fit(in->values.desc, s->desc, s->mask, s->values);
}

const struct render_steps *render_typed(struct template_cache *c, const struct native_instance *in,
                                        bool lines)
{
    struct render_memo *m = in->t->render;
    struct render_steps **at = &m->first, *s;

    for (s = *at; s && !fits(s, in); s = *at)
        at = &s->next;
    if (s && at != &m->first) { /* most likely the next one's, too */
        *at = s->next;
        s->next = m->first;
        m->first = s;
    }
    if (!s && m->variants < VARIANTS)
        s = keep(c, in, lines);
    return s && s->step ? s : NULL;
}
