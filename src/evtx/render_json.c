/* render_json.c - the event at hand as one line of JSON.
 *
 * Names and values are those of the event view; a name that repeats becomes an array at its first
 * place. May include: base/, event/, this folder. */
#include "evtx/render_json.h"

#include "base/limits.h"
#include "base/mem.h"
#include "evtx/render_json_value.h"
#include "evtx/render_string.h"

#define MANY_FIELDS 256 /* beyond it, names are told apart by a table */
#define FEW_FIELDS 64
#define VARIANTS 16 /* records around one body that have steps; seen: 2 */

/* The facts that have a member of their own, by field id. */
static bool is_fact(const struct event *ev, const struct field *f)
{
    switch (f->id) {
    case FIELD_PROVIDER_NAME:
    case FIELD_CHANNEL:
    case FIELD_COMPUTER:
        return true;
    case FIELD_EVENTID:
        return ev->has_event_id;
    case FIELD_EVENTRECORDID:
        return ev->has_record_id;
    case FIELD_TIMECREATED:
        return ev->time_created != 0;
    default:
        return false;
    }
}

enum { OBJECT_SYSTEM, OBJECT_DATA, OBJECT_RENDERING };

static int object_of(const struct field *f)
{
    if (f->part == EVENT_SYSTEM)
        return OBJECT_SYSTEM;
    return f->part == EVENT_RENDERING ? OBJECT_RENDERING : OBJECT_DATA;
}

/* May a later field of the object from..to have a name of an earlier one? Names are told apart by
 * a few of their bytes first. */
static bool repeats(const struct event *ev, size_t from, size_t to)
{
    uint64_t seen[16] = { 0 };

    if (to - from > MANY_FIELDS)
        return true;
    for (size_t i = from; i < to; i++) {
        struct slice s = ev->field[i].name;
        uint32_t h = (uint32_t)s.n;
        uint64_t bit;

        if (s.n)
            h = (h * 31 + s.p[0]) * 31 + s.p[s.n / 2] * 7u + s.p[s.n - 1] * 131u;
        h = (h * 2654435761u) >> 22;
        bit = UINT64_C(1) << (h & 63);
        if (seen[h >> 6] & bit)
            for (size_t k = from; k < i; k++)
                if (slice_eq(ev->field[k].name, s))
                    return true;
        seen[h >> 6] |= bit;
    }
    return false;
}

static void put_field(struct render_json_writer *w, struct slice name, bool first)
{
    uint8_t *to = buf_room(w->out, 6 * name.n + JSON_GLUE), *end = to;

    if (!to)
        return;
    if (!first)
        *end++ = ',';
    *end++ = '"';
    end = render_utf8(&w->r->state, end, name, RENDER_JSON);
    *end++ = '"';
    *end++ = ':';
    w->out->n += (size_t)(end - to);
}

static void plain_members(struct render_json_writer *w, size_t from, size_t to)
{
    bool first = true;

    for (size_t i = from; i < to; i++) {
        const struct field *f = &w->ev->field[i];

        if (f->part == EVENT_SYSTEM && is_fact(w->ev, f))
            continue;
        put_field(w, f->name, first);
        render_json_value(w, f);
        first = false;
    }
}

/* Fields of one name from i on; next[i - base] is the one behind i. */
static void put_chain(struct render_json_writer *w, size_t i, const size_t *next, size_t base)
{
    bool several = next[i - base] != SIZE_MAX;

    if (several)
        buf_byte(w->out, '[');
    for (bool first = true; i != SIZE_MAX; i = next[i - base], first = false) {
        if (!first)
            buf_byte(w->out, ',');
        render_json_value(w, &w->ev->field[i]);
    }
    if (several)
        buf_byte(w->out, ']');
}

static bool same_name(const struct event *ev, size_t i, size_t k)
{
    const struct slice *a = &ev->field[i].name, *b = &ev->field[k].name;

    return a->n == b->n && (a->p == b->p || memcmp(a->p, b->p, a->n) == 0);
}

/* The same as chained_members for a few fields, without a table: classic events have a handful of Data
 * each. */
static void few_members(struct render_json_writer *w, size_t from, size_t to)
{
    size_t next[FEW_FIELDS];
    uint64_t done = 0;
    bool first = true;

    for (size_t i = from; i < to; i++) {
        size_t last = i - from, head = i;

        if (done >> last & 1)
            continue;
        for (size_t k = i + 1; k < to; k++) {
            if (done >> (k - from) & 1 || !same_name(w->ev, i, k))
                continue;
            done |= UINT64_C(1) << (k - from);
            next[last] = k;
            last = k - from;
        }
        next[last] = SIZE_MAX;
        if (w->ev->field[i].part == EVENT_SYSTEM && is_fact(w->ev, &w->ev->field[i]))
            head = next[i - from];
        if (head == SIZE_MAX)
            continue;
        put_field(w, w->ev->field[i].name, first);
        put_chain(w, head, next, from);
        first = false;
    }
}

static void chained_members(struct render_json_writer *w, size_t from, size_t to)
{
    struct map *m = &w->r->names;
    size_t *next = xcalloc(to, sizeof *next), *last = xcalloc(to, sizeof *last);
    bool first = true;

    map_clear(m);
    for (size_t i = from; i < to; i++) {
        bool fresh = false;
        size_t head = (size_t)*map_put(m, w->ev->field[i].name, i, &fresh);

        next[i] = SIZE_MAX;
        if (!fresh)
            next[last[head]] = i;
        last[head] = i;
    }
    for (size_t e = 0; e < m->n; e++) {
        size_t i = (size_t)m->entry[e].value;

        /* The fact is the first of its name; more of them are fields. */
        if (w->ev->field[i].part == EVENT_SYSTEM && is_fact(w->ev, &w->ev->field[i]))
            i = next[i];
        if (i == SIZE_MAX)
            continue;
        put_field(w, m->entry[e].key, first);
        put_chain(w, i, next, 0);
        first = false;
    }
    free(next);
    free(last);
}

/* The fields from *i on that are of this object. */
static void put_object(struct render_json_writer *w, int object, size_t *i)
{
    size_t from = *i;

    while (*i < w->ev->n && object_of(&w->ev->field[*i]) == object)
        ++*i;
    buf_byte(w->out, '{');
    if (!repeats(w->ev, from, *i))
        plain_members(w, from, *i);
    else if (*i - from <= FEW_FIELDS)
        few_members(w, from, *i);
    else
        chained_members(w, from, *i);
    buf_byte(w->out, '}');
}

/* Up to the event's data; returns the first field of them. */
static size_t put_head(struct render_json_writer *w)
{
    const struct event *ev = w->ev;
    size_t i = 0;

    render_json_key(w, "{\"event\":{\"computer\":");
    render_json_fact_text(w, FACT_COMPUTER, ev->computer);
    render_json_key(w, ",\"channel\":");
    render_json_fact_text(w, FACT_CHANNEL, ev->channel);
    render_json_key(w, ",\"provider\":");
    render_json_fact_text(w, FACT_PROVIDER, ev->provider);
    render_json_key(w, ",\"event_id\":");
    render_json_fact_number(w, FACT_EVENT_ID, ev->has_event_id, ev->event_id);
    render_json_key(w, ",\"record_id\":");
    render_json_fact_number(w, FACT_RECORD_ID, ev->has_record_id, ev->record_id);
    render_json_key(w, ",\"time_created\":");
    render_json_fact_time(w, ev->time_created);
    render_json_key(w, ",\"system\":");
    put_object(w, OBJECT_SYSTEM, &i);
    render_json_key(w, ",\"data\":");
    return i;
}

static void put_tail(struct render_json_writer *w, size_t i)
{
    const struct event *ev = w->ev;

    put_object(w, OBJECT_DATA, &i);
    if (i < ev->n) {
        render_json_key(w, ",\"rendering\":");
        put_object(w, OBJECT_RENDERING, &i);
    }
    if (ev->unbound)
        render_json_key(w, ",\"unbound\":true");
    render_json_key(w, ev->cut ? ",\"cut\":true}" : ",\"cut\":false}");
}

static uint8_t *put_member(uint8_t *to, struct slice key, uint64_t n)
{
    memcpy(to, key.p, key.n);
    return render_decimal(to + key.n, n);
}

/* What the events of a source have in common there. Absent when it is too long. */
static struct slice source_of(struct render *r, struct slice file)
{
    struct buf *b = &r->source;
    uint8_t *to;

    if (b->n && slice_eq(buf_view(&r->file), file))
        return buf_view(b);
    buf_clear(&r->file);
    buf_clear(b);
    buf_slice(&r->file, file);
    buf_str(b, ",\"source\":{\"file\":\"");
    to = buf_reserve(b, 6 * file.n + JSON_GLUE);
    if (!to || r->file.full)
        return SLICE_ABSENT;
    b->n = (size_t)(render_utf8(&r->state, to, file, RENDER_JSON) - b->p);
    buf_str(b, "\",\"offset\":");
    return buf_view(b);
}

static void put_source(struct render_json_writer *w, struct slice file)
{
    const struct record_place *place = &w->ev->place;
    struct slice origin = slice_str(origin_name(place->origin)), source = source_of(w->r, file);
    uint8_t *to = buf_reserve(w->out, source.n + 2 * JSON_GLUE);

    if (!to || !source.p) {
        w->out->full = true;
        return;
    }
    to = put_member(to, source, place->offset);
    to = put_member(to, SLICE(",\"chunk\":"), place->chunk);
    to = put_member(to, SLICE(",\"record_number\":"), place->record_number);
    memcpy(to, ",\"origin\":\"", 11);
    memcpy(to + 11, origin.p, origin.n);
    memcpy(to + 11 + origin.n, "\"}}\n", 4);
    w->out->n = (size_t)(to + 15 + origin.n - w->out->p);
}

/* What steps exist for: the plans that made the fields of the event. */
struct made {
    struct render_memo_json *memo; /* NULL: no plans did */
    const void *key;
    size_t fields; /* that the plans made, the first ones */
};

static struct made made_by(const struct reader_worker *worker, const struct event *ev)
{
    const struct native_plan *const *plan;
    struct made ret = { 0 };
    size_t own, body;

    if (!worker->now.job || !worker->now.planned || ev->cut)
        return ret;
    plan = worker->native->planned;
    if (!plan[0])
        return ret;
    own = plan[0]->fields;
    body = plan[1] ? plan[1]->fields : 0;
    if (plan[1] && own + body == ev->n)
        return (struct made){ plan[1]->json, plan[0], ev->n };
    if (own == ev->n)
        return (struct made){ plan[0]->json, plan[0], ev->n };
    /* Arrays in the body: how many fields they make is another matter in each record. */
    if (own < ev->n && ev->field[own].part != EVENT_SYSTEM)
        return (struct made){ plan[0]->json, NULL, own };
    return ret;
}

/* The same for an event whose fields nobody has asked for: there are steps only where both of its
 * instances have plans. */
static struct made made_of(struct native_job *j, const struct native_plan *own)
{
    const struct native_plan *plan;
    struct native_instance body;

    if (!own || !native_body(j, own, &body, &plan))
        return (struct made){ 0 };
    return (struct made){ plan ? plan->json : own->json, own, 0 };
}

/* Appends the event by its steps; false, and nothing appended, when it is not for them. */
static bool run(struct render_json_writer *w, const struct render_steps *s,
                const struct reader_now *now)
{
    struct render_run x = { .state = &w->r->state, .j = now->job, .out = w->out, .most = SIZE_MAX };
    uint64_t replaced = w->r->state.replaced;
    size_t n = w->out->n;

    if (!buf_reserve(w->out, LIMIT_KIB(4)))
        return false;
    x.to = w->out->p + n;
    x.end = w->out->p + w->out->room;
    if (render_run_steps(&x, s, now->end - now->at, NULL)) {
        w->out->n = (size_t)(x.to - w->out->p);
        return true;
    }
    w->out->n = n;
    w->out->full = false;
    w->r->state.replaced = replaced;
    return false;
}

/* Fields are told by their index so far: steps find the value where it lies in the record. */
static void to_values(struct render_draft *d, const struct native_worker *nw)
{
    const struct native_plan *own = nw->planned[0], *body = nw->planned[1];

    for (size_t i = 0; i < d->step.n; i++) {
        struct render_step *st = &d->step.v[i];

        if (st->slot < own->fields)
            st->slot = own->value[st->slot].slot;
        else
            st->slot = (uint16_t)(RENDER_SLOTS + body->value[st->slot - own->fields].slot);
    }
}

static struct render_steps *draft(const struct render_json_writer *w, const struct made *made,
                                  struct native_worker *nw)
{
    struct render_json_writer by = *w;
    struct render_steps *s;
    struct render_draft d;
    size_t i;

    render_draft_init(&d);
    by.draft = &d;
    by.out = &d.literal;
    by.plan = nw->planned;
    i = put_head(&by);
    if (made->key)
        put_tail(&by, i);
    else
        d.failed |= i != made->fields;
    to_values(&d, nw);
    s = render_draft_finish(&d, &nw->templates.arena);
    render_draft_release(&d);
    return s;
}

/* Steps for what w has just appended from byte `from` on; they have to write the same. Also for an
 * event that has no steps: nobody tries again. */
static void learn(struct render_json_writer *w, const struct made *made,
                  const struct reader_now *now, size_t from)
{
    struct native_worker *nw = now->job->nw;
    uint64_t replaced = w->r->state.replaced;
    size_t n = w->out->n;
    struct render_steps *s = draft(w, made, nw);

    made->memo->variants++;
    if (!s || !run(w, s, now) || w->out->n - n != n - from ||
        memcmp(w->out->p + n, w->out->p + from, n - from) != 0) {
        s = arena_try(&nw->templates.arena, sizeof *s);
        if (s)
            *s = (struct render_steps){ 0 };
    }
    w->out->n = n;
    w->r->state.replaced = replaced;
    if (!s) {
        made->memo->variants = VARIANTS;
        return;
    }
    s->key = made->key;
    s->next = made->memo->first;
    made->memo->first = s;
}

static const struct render_steps *steps_of(const struct made *made)
{
    const struct render_steps *s = made->memo ? made->memo->first : NULL;

    while (s && s->key != made->key)
        s = s->next;
    return s;
}

/* The body of an event whose own fields have been written: arrays, nearly always. False: nothing can be
 * made of it here. */
static bool put_body(struct render_json_writer *w, struct native_job *j,
                     const struct native_plan *own)
{
    if (!native_fill_body(j, own) || w->ev->n == 0 || w->ev->field[0].part == EVENT_SYSTEM)
        return false;
    put_tail(w, 0);
    return true;
}

/* By its steps, before it has fields. False, and nothing appended, when they cannot do it. */
static bool put_unfilled(struct render_json_writer *w, const struct reader_worker *worker)
{
    struct native_job *j = worker->now.job;
    const struct native_instance *outer = &j->nw->outer;
    const struct native_plan *own = native_plan_find(outer->t, &outer->values);
    struct made made = made_of(j, own);
    const struct render_steps *s;
    uint64_t replaced = w->r->state.replaced;
    size_t n = w->out->n;

    if (own && !made.memo)
        made = (struct made){ own->json, NULL, 0 };
    s = steps_of(&made);
    if (!s || !s->step || !run(w, s, &worker->now))
        return false;
    if (made.key || put_body(w, j, own))
        return true;
    w->r->state.replaced = replaced;
    w->out->n = n;
    return false;
}

static void put_event(struct render_json_writer *w, const struct reader_worker *worker)
{
    const struct made made = made_by(worker, w->ev);
    const struct render_steps *s = steps_of(&made);
    size_t from = w->out->n, i;

    if (s && s->step && run(w, s, &worker->now)) {
        if (!made.key)
            put_tail(w, made.fields);
        return;
    }
    i = put_head(w);
    if (made.key)
        put_tail(w, i);
    if (made.memo && !s && made.memo->variants < VARIANTS && !w->out->full)
        learn(w, &made, &worker->now, from);
    if (!made.key)
        put_tail(w, i);
}

int render_json(struct render *r, struct reader_worker *worker, struct event *ev, struct slice file,
                struct buf *out)
{
    struct render_json_writer w = { .r = r, .ev = ev, .out = out };
    uint64_t replaced = r->state.replaced;
    size_t n = out->n;

    r->state.arena = ev->arena;
    if (worker->now.job)
        w.padded = worker->now.job->chunk;
    if (!worker->now.opened || !put_unfilled(&w, worker)) {
        int rc = reader_fields(worker, ev, false);

        if (rc != EV_OK)
            return rc;
        put_event(&w, worker);
    }
    put_source(&w, file);
    if (!out->full)
        return EV_OK;
    r->state.replaced = replaced;
    out->n = n;
    out->full = false;
    return READER_UNREADABLE;
}
