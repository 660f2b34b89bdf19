/* native_shape.c - what records without template have in common, kept.
 * May include: base/, event/, this folder. */
#include "evtx/native_fact.h"

void shape_mark(struct shape_trace *trace, struct shape_mark mark)
{
    if (!trace)
        return;
    if (trace->n < SHAPE_MARKS)
        trace->mark[trace->n++] = mark;
    else
        trace->unfit = true;
}

static enum template_fact fact_of(const struct field *f)
{
    static const struct {
        uint32_t id;
        enum template_fact fact;
    } of[] = { { FIELD_PROVIDER_NAME, FACT_PROVIDER }, { FIELD_CHANNEL, FACT_CHANNEL },
               { FIELD_COMPUTER, FACT_COMPUTER },      { FIELD_SECURITY_USERID, FACT_USER },
               { FIELD_EVENTID, FACT_EVENT_ID },       { FIELD_LEVEL, FACT_LEVEL },
               { FIELD_VERSION, FACT_VERSION },        { FIELD_EVENTRECORDID, FACT_RECORD_ID },
               { FIELD_TIMECREATED, FACT_TIME } };

    for (size_t i = 0; f->part == EVENT_SYSTEM && i < sizeof of / sizeof *of; i++)
        if (of[i].id == f->id)
            return of[i].fact;
    return FACT_NONE;
}

/* The bytes from `from` to the mark, sizes in between masked. */
static bool keep_bytes(struct shape_step *s, struct arena *a, const uint8_t *chunk, uint32_t from,
                       const struct shape_mark *size, const struct shape_mark *m)
{
    size_t n = m->at - from, room = (n + 15) / 16 * 16;
    uint8_t *bytes = arena_try(a, room), *mask = arena_try(a, room);

    if (!bytes || !mask)
        return false;
    memset(bytes, 0, room);
    memset(mask, 0, room);
    memcpy(bytes, chunk + from, n);
    memset(mask, 0xff, n);
    for (; size < m; size++)
        memset(mask + (size->at - from), 0, size->next - size->at);
    s->bytes = bytes;
    s->mask = mask;
    s->n = (uint32_t)n;
    return true;
}

/* False when the arena is full, or the record says a fact twice: then the order of its fields
 * decides, which no step knows. */
static bool keep_steps(struct native_shape *shape, struct shape_step *step, struct arena *a,
                       const uint8_t *chunk, uint32_t at, const struct shape_trace *trace)
{
    const struct shape_mark *sizes = trace->mark;
    bool told[FACT_COUNT] = { false };

    for (uint32_t i = 0; i < trace->n; i++) {
        const struct shape_mark *m = &trace->mark[i];
        struct shape_step *s = &step[shape->steps];
        bool field = m->kind == SHAPE_TEXT || m->kind == SHAPE_EMPTY;

        if (m->kind == SHAPE_SIZE)
            continue;
        *s = (struct shape_step){
            .kind = m->kind, .fact = FACT_NONE, .keeps_empty = m->keeps_empty, .field = m->field
        };
        if (field)
            s->fact = (uint8_t)fact_of(&m->field);
        if (s->fact && told[s->fact])
            return false;
        told[s->fact] = true;
        if (!keep_bytes(s, a, chunk, at, sizes, m))
            return false;
        at = m->next;
        sizes = m + 1;
        shape->steps++;
    }
    return true;
}

void native_shape_keep(struct native_shapes *shapes, struct arena *a, const uint8_t *chunk,
                       uint32_t at, const struct shape_trace *trace)
{
    struct native_shape shape = { 0 };
    struct shape_step *step;

    if (trace->unfit || trace->n == 0 || shapes->n == SHAPES)
        return;
    step = arena_try(a, sizeof *step * trace->n);
    if (!step || !keep_steps(&shape, step, a, chunk, at, trace) || shape.steps == 0)
        return;
    shape.step = step;
    shape.whole = step[shape.steps - 1].kind == SHAPE_END;
    shapes->shape[shapes->n++] = shape;
}

/* The facts that the fields tell, as event_builder_finish reads them. */
static void set_facts(struct native_job *j, const struct native_key *key, struct field **fact)
{
    for (uint8_t i = 0; i < FACT_COUNT; i++)
        if (fact[i])
            native_fact_set(j, key, i, fact[i]);
}

static int end_system(struct native_job *j, struct native_key *key, struct field **fact)
{
    uint64_t n;
    int rc;

    if (fact[FACT_PROVIDER])
        key->provider = native_memo_text(j, FACT_PROVIDER, &fact[FACT_PROVIDER]->value);
    if (fact[FACT_CHANNEL])
        key->channel = native_memo_text(j, FACT_CHANNEL, &fact[FACT_CHANNEL]->value);
    if (fact[FACT_EVENT_ID] && value_u64(&fact[FACT_EVENT_ID]->value, &n) == EV_OK &&
        n <= UINT32_MAX)
        key->event_id = (uint32_t)n;
    rc = native_ask(j, key->provider, key->channel, key->event_id);
    if (rc < 0 || !j->v->facts_only)
        return rc;
    set_facts(j, key, fact);
    j->w->builder.ev.field = j->w->builder.field;
    return NATIVE_ENOUGH;
}

/* The value of a text whose length is at `at`; behind it, or 0 when it reaches beyond end. */
static inline uint32_t text_at(const uint8_t *p, uint32_t at, uint32_t end, struct value *ret)
{
    uint32_t n;

    if (end - at < 2)
        return 0;
    n = 2u * binxml_u16(p + at);
    if (end - at - 2 < n)
        return 0;
    *ret = (struct value){ p + at + 2, n, VALUE_UTF16 };
    return at + 2 + n;
}

int native_shape_read(struct native_job *j, const struct native_shape *shape, uint32_t at,
                      uint32_t end, uint32_t *ret_end)
{
    struct event_builder *b = &j->w->builder;
    struct field *fact[FACT_COUNT] = { NULL };
    struct native_key key = { 0 };
    int rc;

    event_builder_start(b, j->r->base.options.names);
    if (!event_builder_reserve(b, shape->steps))
        return NATIVE_SLOW;
    for (const struct shape_step *s = shape->step; s < shape->step + shape->steps; s++) {
        struct field *f = &b->field[b->ev.n];

        if (!shape_step_fits(s, j->chunk.p + at, end - at))
            return NATIVE_SLOW;
        at += s->n;
        if (s->kind == SHAPE_END)
            break;
        if (s->kind == SHAPE_SYSTEM) {
            rc = end_system(j, &key, fact);
            if (rc < 0)
                return rc;
            continue;
        }
        *f = s->field;
        if (s->kind == SHAPE_TEXT) {
            at = text_at(j->chunk.p, at, end, &f->value);
            if (!at)
                return NATIVE_SLOW;
            if (!s->keeps_empty && shape_text_empty(&f->value))
                continue;
        }
        fact[s->fact] = f;
        b->ev.n++;
    }
    fact[FACT_NONE] = NULL;
    if (!shape->whole)
        return NATIVE_SLOW;
    set_facts(j, &key, fact);
    b->ev.field = b->field;
    b->ev.padded = true;
    *ret_end = at;
    return EV_OK;
}
