/* render_native.c - a record of the native decoder -> XML, by its templates' steps.
 *
 * Where a record is not of the usual shape it gives up, and the token walk writes it from the start.
 * May include: base/, event/, this folder. */
#include "evtx/render_impl.h"

#include "evtx/render_typed.h"

#define FRAGMENT 0x0001010fu

static bool run(struct render_run *x, const struct native_instance *in, render_body_fn *body)
{
    const struct render_steps *s = render_typed(&x->j->nw->templates, in, x->state->lines);
    const struct binxml_values *vs = &in->values;

    return s && render_run_steps(x, s, vs->off[vs->n] - vs->off[0], body);
}

/* A value that is XML: one more instance, with no more of them in it but by `deeper`. */
static bool instance(struct render_run *x, uint32_t at, uint32_t end, render_body_fn *deeper)
{
    const uint8_t *p = x->j->chunk.p;
    struct native_instance inner;
    uint32_t stop;

    if (end - at < 5)
        return false;
    if (binxml_u32(p + at) == FRAGMENT)
        at += 4;
    if (at == end || p[at] != TOKEN_INSTANCE ||
        !native_instance_open(x->j, TEMPLATE_BODY, at, end, &inner, &stop))
        return false;
    if (end - stop > 1 || (end > stop && p[stop] != TOKEN_EOF))
        return false;
    return run(x, &inner, deeper);
}

/* Inside UserData; its offsets take the place of those around it. */
static bool user_data(struct render_run *x, uint32_t at, uint32_t end)
{
    uint32_t *off = x->j->nw->off[1], saved[RENDER_SLOTS];
    bool fine;

    memcpy(saved, off, sizeof saved);
    fine = instance(x, at, end, NULL);
    memcpy(off, saved, sizeof saved);
    return fine;
}

static bool body(struct render_run *x, uint32_t at, uint32_t end)
{
    return instance(x, at, end, user_data);
}

static bool fast(struct render *r, const struct reader_now *now, struct buf *out)
{
    struct render_run x = {
        .state = &r->state, .j = now->job, .out = out, .most = out->n + LIMIT_RENDER_XML
    };

    if (!now->opened || !buf_reserve(out, LIMIT_KIB(4)))
        return false;
    x.to = out->p + out->n;
    x.end = out->p + out->room;
    if (!run(&x, &now->job->nw->outer, body))
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
    if (fast(r, now, out) || (!now->strict && !j->nw->walk_only &&
                              render_direct(&r->direct, &r->state, j, now->at, now->end, out)))
        return EV_OK;
    out->n = n;
    out->full = false;
    r->state.replaced = replaced;
    native_walk_init(j, &b, &render_walk_calls, &r->walk);
    b.strict = now->strict;
    render_walk_start(&r->walk, &r->state, out, &b);
    rc = native_walk(j, &b, now->at, now->end, &end);
    if (rc == EV_OK && b.unbound)
        native_unbound(j);
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
