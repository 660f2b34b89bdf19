/* render_steps.c - what an instance with values of known types writes: literals and values in turn.
 * May include: base/, event/, this folder. */
#include "evtx/render_steps.h"

#include "base/limits.h"
#include "evtx/render_string.h"

#define STEPS_MAX 16384
#define OTHER_ROOM 512 /* render_room of no bytes */
#define ROOM_MAX LIMIT_MIB(1)

void render_draft_init(struct render_draft *d)
{
    *d = (struct render_draft){ 0 };
    buf_init(&d->literal, LIMIT_RENDER_LITERAL);
}

void render_draft_release(struct render_draft *d)
{
    buf_release(&d->literal);
    vec_release(&d->step);
    vec_release(&d->at);
}

struct render_step *render_draft_last(struct render_draft *d)
{
    return d->failed ? NULL : &d->step.v[d->step.n - 1];
}

static void choose(struct render_step *st)
{
    static const uint8_t kind[] = {
        [VALUE_U8] = STEP_U8,       [VALUE_U16] = STEP_U16,           [VALUE_U32] = STEP_U32,
        [VALUE_U64] = STEP_U64,     [VALUE_BOOL] = STEP_BOOL,         [VALUE_GUID] = STEP_GUID,
        [VALUE_SIZET] = STEP_HEX64, [VALUE_SID] = STEP_SID,           [VALUE_HEX32] = STEP_HEX32,
        [VALUE_HEX64] = STEP_HEX64, [VALUE_FILETIME] = STEP_FILETIME,
    };

    st->kind = STEP_OTHER;
    if (st->type == VALUE_UTF16)
        st->kind = st->place == RENDER_TEXT   ? STEP_TEXT
                   : st->place == RENDER_JSON ? STEP_JSON
                                              : STEP_OTHER;
    else if (st->type < sizeof kind && kind[st->type])
        st->kind = kind[st->type];
}

void render_draft_value(struct render_draft *d, uint16_t slot, uint8_t type,
                        enum render_place place)
{
    struct render_step st = {
        .slot = slot, .type = type, .place = (uint8_t)place, .n = (uint32_t)(d->literal.n - d->from)
    };

    choose(&st);
    if (d->failed || d->literal.full || !vec_push(&d->step, STEPS_MAX, st) ||
        !vec_push(&d->at, STEPS_MAX, d->from))
        d->failed = true;
    d->from = d->literal.n;
}

/* How often the value is written that is written most often. */
static uint32_t most_uses(const struct render_draft *d)
{
    uint32_t uses[2 * RENDER_SLOTS] = { 0 }, most = 0;

    for (size_t i = 0; i < d->step.n; i++) {
        uint32_t n = ++uses[d->step.v[i].slot];

        most = n > most ? n : most;
    }
    return most;
}

struct render_steps *render_draft_finish(struct render_draft *d, struct arena *a)
{
    struct render_steps *s;
    struct render_step *step;
    uint8_t *literal;

    render_draft_value(d, 0, VALUE_NULL, RENDER_TEXT);
    if (d->failed)
        return NULL;
    s = arena_try(a, sizeof *s);
    step = arena_try(a, d->step.n * sizeof *step);
    literal = arena_try(a, d->literal.n + RENDER_PADDING);
    if (!s || !step || !literal)
        return NULL;
    if (d->literal.n)
        memcpy(literal, d->literal.p, d->literal.n);
    memset(literal + d->literal.n, 0, RENDER_PADDING);
    memcpy(step, d->step.v, d->step.n * sizeof *step);
    *s = (struct render_steps){
        .step = step, .last = step + d->step.n - 1, .literals = d->literal.n, .uses = most_uses(d)
    };
    for (size_t i = 0; i < d->step.n; i++) {
        step[i].literal = literal + d->at.v[i];
        s->others += step[i].kind == STEP_OTHER;
    }
    return s;
}

bool render_run_more(struct render_run *x, size_t n)
{
    x->out->n = (size_t)(x->to - x->out->p);
    if (x->out->n > x->most || n > ROOM_MAX || !buf_reserve(x->out, n))
        return false;
    x->to = x->out->p + x->out->n;
    x->end = x->out->p + x->out->room;
    return true;
}

/* Each item in a copy of its element. */
static bool items(struct render_run *x, const struct render_step *st, struct value v)
{
    struct value item;
    bool first = true;

    v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
    for (; binxml_array_next(&v, &item); first = false) {
        if (!render_run_room(x, st->between_n + RENDER_PADDING + render_room(&item)))
            return false;
        if (!first)
            x->to = render_copy(x->to, st->between, st->between_n);
        x->to = render_value(x->state, x->to, &item, (enum render_place)st->place, true);
        if (!x->to)
            return false;
    }
    return true;
}

/* A value that is of no kind of its own. NULL: not for steps. */
static __attribute__((noinline)) uint8_t *other(struct render_run *x, const struct render_step *st,
                                                uint8_t *to, const uint8_t *p, uint32_t n)
{
    struct value v = { p, n, st->type };

    if (n == 0 && st->back)
        return to - st->back;
    if (st->exact)
        return NULL;
    to = render_value(x->state, to, &v, (enum render_place)st->place, true);
    if (to && st->back)
        *to++ = '\'';
    return to;
}

/* Steps that write elsewhere than at `to`. NULL: not for steps. */
static __attribute__((noinline)) uint8_t *outside(struct render_run *x,
                                                  const struct render_step *st, uint8_t *to,
                                                  uint32_t at, uint32_t end, size_t need,
                                                  render_body_fn *body)
{
    struct value v = { x->j->chunk.p + at, end - at, st->type };
    bool fine;

    x->to = to;
    fine = st->kind == STEP_BODY ? body && body(x, at, end) : items(x, st, v);
    return fine && render_run_room(x, need) ? x->to : NULL;
}

/* One value. NULL: not for steps. */
__attribute__((always_inline)) static inline uint8_t *
put(struct render_run *x, const struct render_step *st, uint8_t *to, const uint8_t *p, uint32_t n)
{
    uint64_t replaced = x->state->replaced;
    uint8_t *end = NULL;

    switch (st->kind) {
    case STEP_TEXT:
        return render_utf16_text(x->state, to, p, n);
    case STEP_JSON:
        return render_utf16_json(x->state, to, p, n);
    case STEP_FACT:
        to = render_utf16_json(x->state, to, p, n);
        x->state->replaced = replaced;
        return to;
    case STEP_ATTRIBUTE:
        if (n == 0)
            return to - st->back;
        to = render_utf16_attribute(x->state, to, p, n);
        *to = '\'';
        return to + 1;
    case STEP_U8:
        end = n == 1 ? render_decimal(to, *p) : NULL;
        break;
    case STEP_U16:
        end = n == 2 ? render_decimal(to, binxml_u16(p)) : NULL;
        break;
    case STEP_U32:
        end = n == 4 ? render_decimal(to, binxml_u32(p)) : NULL;
        break;
    case STEP_U64:
        end = n == 8 ? render_decimal(to, binxml_u64(p)) : NULL;
        break;
    case STEP_HEX32:
        end = n == 4 ? render_hex(to, binxml_u32(p)) : NULL;
        break;
    case STEP_HEX64:
        end = n == 8 ? render_hex(to, binxml_u64(p)) : NULL;
        break;
    case STEP_BOOL:
        end = n == 4 ? render_bool(to, binxml_u32(p)) : NULL;
        break;
    case STEP_GUID:
        end = n == 16 ? hex_guid(to, p) : NULL;
        break;
    case STEP_TIME:
        if (n != 8 || binxml_u64(p) == 0)
            return NULL;
        return render_filetime(&x->state->clock, to, binxml_u64(p));
    case STEP_FILETIME:
        end = n == 8 ? render_filetime(&x->state->clock, to, binxml_u64(p)) : NULL;
        break;
    case STEP_SID:
        end = render_sid(x->state->sid, to, p, n);
        break;
    default:
        break;
    }
    return end ? end : other(x, st, to, p, n);
}

static size_t room_for(const struct render_steps *s, size_t values)
{
    return s->literals + 6 * s->uses * values + (s->others + (size_t)1) * OTHER_ROOM;
}

bool render_run_steps(struct render_run *x, const struct render_steps *s, size_t values,
                      render_body_fn *body)
{
    const uint32_t *off = (const uint32_t *)x->j->nw->off;
    const uint8_t *base = x->j->chunk.p;
    size_t need = room_for(s, values);
    uint8_t *to;

    if (!render_run_room(x, need))
        return false;
    to = x->to;
    for (const struct render_step *st = s->step; to && st < s->last; st++) {
        uint32_t at = off[st->slot], end = off[st->slot + 1];

        to = render_copy(to, st->literal, st->n);
        if (st->kind >= STEP_ITEMS)
            to = outside(x, st, to, at, end, need, body);
        else
            to = put(x, st, to, base + at, end - at);
    }
    if (to)
        x->to = render_copy(to, s->last->literal, s->last->n);
    return to != NULL;
}
