/* render_json.c - the event at hand as one line of JSON.
 *
 * Names and values are those of the event view; a name that repeats becomes an array at its first
 * place. May include: base/, event/, this folder. */
#include "evtx/render_impl.h"

#include "base/mem.h"
#include "evtx/render_string.h"

/* Room for what stands between two values. */
#define GLUE 256
#define MANY_FIELDS 256 /* beyond it, names are told apart by a table */

struct writer {
    struct render *r;
    struct event *ev;
    struct buf *out;
    struct slice padded; /* values in here may be read beyond */
};

static void put(struct writer *w, struct slice s)
{
    uint8_t *to = buf_reserve(w->out, s.n);

    if (!to)
        return;
    memcpy(to, s.p, s.n);
    w->out->n += s.n;
}

/* A string of UTF-8, or null. */
static void put_string(struct writer *w, struct slice s)
{
    uint8_t *to = buf_reserve(w->out, 6 * s.n + GLUE), *end;

    if (!to)
        return;
    if (!s.p) {
        put(w, SLICE("null"));
        return;
    }
    *to = '"';
    end = render_utf8(&w->r->state, to + 1, s, RENDER_JSON);
    *end++ = '"';
    w->out->n += (size_t)(end - to);
}

static void put_value(struct writer *w, const struct field *f)
{
    const struct value *v = &f->value;
    uint8_t *to, *end;
    bool padded;

    if (f->text.p) {
        put_string(w, f->text);
        return;
    }
    to = buf_reserve(w->out, render_room(v) + GLUE);
    if (!to)
        return;
    padded = w->padded.p && w->padded.n >= v->n && v->p >= w->padded.p &&
             v->p <= w->padded.p + w->padded.n - v->n;
    *to = '"';
    end = render_value(&w->r->state, to + 1, v, RENDER_JSON, padded);
    if (!end) {
        w->out->full = true;
        return;
    }
    *end++ = '"';
    w->out->n += (size_t)(end - to);
}

/* `,"key":` */
static void put_key(struct writer *w, const char *key)
{
    buf_str(w->out, key);
}

static void put_number(struct writer *w, bool has, uint64_t n)
{
    uint8_t raw[8];
    struct value v = { raw, 8, VALUE_U64 };
    uint8_t *to = buf_reserve(w->out, render_room(&v));

    if (!to)
        return;
    for (int i = 0; i < 8; i++)
        raw[i] = (uint8_t)(n >> 8 * i);
    if (has)
        w->out->n += (size_t)(render_value(&w->r->state, to, &v, RENDER_JSON, false) - to);
    else
        put(w, SLICE("null"));
}

static void put_time(struct writer *w, uint64_t t)
{
    uint8_t raw[8];
    struct field f = { .value = { raw, 8, VALUE_FILETIME } };

    for (int i = 0; i < 8; i++)
        raw[i] = (uint8_t)(t >> 8 * i);
    if (t)
        put_value(w, &f);
    else
        put(w, SLICE("null"));
}

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

static void put_field(struct writer *w, struct slice name, bool first)
{
    uint8_t *to = buf_reserve(w->out, 6 * name.n + GLUE), *end = to;

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

static void plain_members(struct writer *w, size_t from, size_t to)
{
    bool first = true;

    for (size_t i = from; i < to; i++) {
        const struct field *f = &w->ev->field[i];

        if (f->part == EVENT_SYSTEM && is_fact(w->ev, f))
            continue;
        put_field(w, f->name, first);
        put_value(w, f);
        first = false;
    }
}

/* Fields of one name from i on, chained by `next`. */
static void put_chain(struct writer *w, size_t i, const size_t *next)
{
    bool several = next[i] != SIZE_MAX;

    if (several)
        buf_byte(w->out, '[');
    for (bool first = true; i != SIZE_MAX; i = next[i], first = false) {
        if (!first)
            buf_byte(w->out, ',');
        put_value(w, &w->ev->field[i]);
    }
    if (several)
        buf_byte(w->out, ']');
}

static void chained_members(struct writer *w, size_t from, size_t to)
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
        put_chain(w, i, next);
        first = false;
    }
    free(next);
    free(last);
}

/* The fields from *i on that are of this object. */
static void put_object(struct writer *w, int object, size_t *i)
{
    size_t from = *i;

    while (*i < w->ev->n && object_of(&w->ev->field[*i]) == object)
        ++*i;
    buf_byte(w->out, '{');
    if (repeats(w->ev, from, *i))
        chained_members(w, from, *i);
    else
        plain_members(w, from, *i);
    buf_byte(w->out, '}');
}

static void put_event(struct writer *w)
{
    const struct event *ev = w->ev;
    size_t i = 0;

    put_key(w, "{\"event\":{\"computer\":");
    put_string(w, ev->computer);
    put_key(w, ",\"channel\":");
    put_string(w, ev->channel);
    put_key(w, ",\"provider\":");
    put_string(w, ev->provider);
    put_key(w, ",\"event_id\":");
    put_number(w, ev->has_event_id, ev->event_id);
    put_key(w, ",\"record_id\":");
    put_number(w, ev->has_record_id, ev->record_id);
    put_key(w, ",\"time_created\":");
    put_time(w, ev->time_created);
    put_key(w, ",\"system\":");
    put_object(w, OBJECT_SYSTEM, &i);
    put_key(w, ",\"data\":");
    put_object(w, OBJECT_DATA, &i);
    if (i < ev->n) {
        put_key(w, ",\"rendering\":");
        put_object(w, OBJECT_RENDERING, &i);
    }
    put_key(w, ev->cut ? ",\"cut\":true}" : ",\"cut\":false}");
}

int render_json(struct render *r, struct reader_worker *worker, struct event *ev, struct slice file,
                struct buf *out)
{
    struct writer w = { .r = r, .ev = ev, .out = out };
    uint64_t replaced = r->state.replaced;
    size_t n = out->n;

    r->state.arena = ev->arena;
    if (worker->now.job)
        w.padded = worker->now.job->chunk;
    put_event(&w);
    put_key(&w, ",\"source\":{\"file\":");
    put_string(&w, file);
    put_key(&w, ",\"offset\":");
    put_number(&w, true, ev->place.offset);
    put_key(&w, ",\"chunk\":");
    put_number(&w, true, ev->place.chunk);
    put_key(&w, ",\"record_number\":");
    put_number(&w, true, ev->place.record_number);
    put_key(&w, ",\"origin\":\"");
    put_key(&w, origin_name(ev->place.origin));
    put_key(&w, "\"}}\n");
    if (!out->full)
        return EV_OK;
    r->state.replaced = replaced;
    out->n = n;
    out->full = false;
    return READER_UNREADABLE;
}
