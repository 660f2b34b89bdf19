/* render_native.c - a record of the native decoder -> XML, by its templates' programs.
 *
 * Where a record is not of the usual shape it gives up, and the token walk writes it from the start.
 * May include: base/, event/, this folder. */
#include "evtx/render_impl.h"

#include "evtx/render_program.h"

#define FRAGMENT 0x0001010fu

/* Output is written at `to` and belongs to out only at the end. */
struct exec {
    struct render *r;
    struct native_job *j;
    struct buf *out;
    size_t most; /* out->n may not pass it */
    uint8_t *to, *end;
};

static bool more(struct exec *x, size_t n)
{
    x->out->n = (size_t)(x->to - x->out->p);
    if (x->out->n > x->most || !buf_reserve(x->out, n))
        return false;
    x->to = x->out->p + x->out->n;
    x->end = x->out->p + x->out->room;
    return true;
}

static inline bool room(struct exec *x, size_t n)
{
    return (size_t)(x->end - x->to) >= n || more(x, n);
}

static bool run(struct exec *x, const struct native_instance *in);

/* A value that is XML, inside Event: one more instance. */
static bool body(struct exec *x, const struct native_instance *in, const struct render_op *op,
                 struct value v)
{
    const uint8_t *p = x->j->chunk.p;
    struct native_instance inner;
    uint32_t at = in->values.off[op->slot], end = at + v.n, stop;

    if (in->t->level != TEMPLATE_RECORD || op->kind != RENDER_OP_VALUE || v.n < 5)
        return false;
    if (binxml_u32(v.p) == FRAGMENT)
        at += 4;
    if (at == end || p[at] != TOKEN_INSTANCE ||
        !native_instance_open(x->j, TEMPLATE_BODY, at, end, &inner, &stop))
        return false;
    if (end - stop > 1 || (end > stop && p[stop] != TOKEN_EOF))
        return false;
    return run(x, &inner);
}

/* Each item in a copy of its element. */
static bool items(struct exec *x, const struct render_program *p, const struct render_op *op,
                  struct value v)
{
    struct value item;
    bool first = true;

    if (op->between_n == 0)
        return false;
    v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
    for (; binxml_array_next(&v, &item); first = false) {
        if (!room(x, op->between_n + 16 + render_room(&item)))
            return false;
        if (!first)
            x->to = render_copy(x->to, p->literal + op->between, op->between_n);
        x->to = render_value(&x->r->state, x->to, &item, RENDER_TEXT, true);
        if (!x->to)
            return false;
    }
    return true;
}

/* The value of op, which is not NULL. */
static inline bool value(struct exec *x, const struct native_instance *in,
                         const struct render_program *p, const struct render_op *op, struct value v)
{
    enum render_place place = op->kind == RENDER_OP_VALUE || op->kind == RENDER_OP_OPTIONAL
                                  ? RENDER_TEXT
                                  : RENDER_ATTRIBUTE;
    uint8_t *to;

    if (v.type == BINXML_TYPE_XML)
        return body(x, in, op, v);
    if (v.type & BINXML_TYPE_ARRAY)
        return place == RENDER_TEXT && items(x, p, op, v);
    to = render_value(&x->r->state, x->to, &v, place, true);
    if (!to)
        return false;
    x->to = to;
    return true;
}

static bool run(struct exec *x, const struct native_instance *in)
{
    const struct render_program *p =
        render_program_of(in->t, &x->j->nw->templates.arena, x->r->state.lines);

    if (!p)
        return false;
    for (uint32_t i = 0; i < p->ops; i++) {
        const struct render_op *op = &p->op[i];
        const uint8_t *literal = p->literal + op->at;
        struct value v = { 0 };

        if (op->kind != RENDER_OP_LITERAL)
            v = binxml_value(&in->values, op->slot);
        if (!room(x, op->before + op->pre + op->post + render_room(&v)))
            return false;
        x->to = render_copy(x->to, literal, op->before);
        switch (op->kind) {
        case RENDER_OP_LITERAL:
            continue;
        case RENDER_OP_DROP:
            i += v.type == VALUE_NULL ? op->skip : 0;
            continue;
        case RENDER_OP_ATTRIBUTE:
            if (v.n == 0)
                continue;
            break;
        default:
            break;
        }
        if (v.type == VALUE_NULL) {
            continue;
        }
        x->to = render_copy(x->to, literal + op->before, op->pre);
        if (!value(x, in, p, op, v) || !room(x, op->post + 16))
            return false;
        x->to = render_copy(x->to, literal + op->before + op->pre, op->post);
    }
    return true;
}

static bool fast(struct render *r, const struct reader_now *now, struct buf *out)
{
    struct exec x = { .r = r, .j = now->job, .out = out, .most = out->n + LIMIT_RENDER_XML };

    if (!now->opened || !buf_reserve(out, LIMIT_KIB(4)))
        return false;
    x.to = out->p + out->n;
    x.end = out->p + out->room;
    if (!run(&x, &now->job->nw->outer))
        return false;
    out->n = (size_t)(x.to - out->p);
    return out->n <= x.most;
}

int render_native(struct render *r, const struct reader_now *now, struct buf *out)
{
    struct native_job *j = now->job;
    struct binxml b;
    uint64_t replaced = r->state.replaced;
    size_t n = out->n;
    uint32_t end;
    int rc;

    r->state.arena = &j->w->builder.arena;
    if (fast(r, now, out))
        return EV_OK;
    out->n = n;
    out->full = false;
    r->state.replaced = replaced;
    native_walk_init(j, &b, &render_walk_calls, &r->walk);
    b.strict = now->strict;
    render_walk_start(&r->walk, &r->state, out, &b);
    rc = native_walk(j, &b, now->at, now->end, &end);
    if (rc == EV_OK && !out->full)
        return EV_OK;
    if (!b.why)
        b.why = "its XML is too large";
    j->failed = b;
    out->n = n;
    out->full = false;
    r->state.replaced = replaced;
    return READER_UNREADABLE;
}
