/* event_builder.c - fields in, an event view out.
 * May include: base/, event/. */
#include "evtx/event_builder.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/vec.h"

void event_builder_init(struct event_builder *b)
{
    *b = (struct event_builder){ 0 };
    arena_init(&b->arena, LIMIT_EVENT_ARENA);
}

void event_builder_release(struct event_builder *b)
{
    free(b->field);
    arena_release(&b->arena);
    b->field = NULL;
    b->room = 0;
}

void event_builder_start(struct event_builder *b, const struct names *names)
{
    event_builder_drop_texts(b);
    event_builder_blank(b, names);
    b->started = true;
}

void event_builder_blank(struct event_builder *b, const struct names *names)
{
    size_t n = sizeof b->ev;

    b->names = names;
    /* A size that the compiler knows becomes `rep stos`, which takes as long as the key does. */
    __asm__("" : "+r"(n));
    memset(&b->ev, 0, n);
    b->ev.arena = &b->arena;
}

void event_builder_add_id(struct event_builder *b, enum event_part part, struct slice name,
                          uint32_t id, struct value value)
{
    void *v = b->field;

    if (!vec_grow(&v, b->ev.n, &b->room, sizeof *b->field, LIMIT_EVENT_FIELDS)) {
        b->ev.cut = true;
        return;
    }
    b->field = v;
    b->field[b->ev.n++] =
        (struct field){ .name = name, .id = id, .part = (uint8_t)part, .value = value };
}

bool event_builder_grow(struct event_builder *b, size_t n)
{
    void *v = b->field;

    while (b->room - b->ev.n < n) {
        if (!vec_grow(&v, b->room, &b->room, sizeof *b->field, LIMIT_EVENT_FIELDS))
            return false;
        b->field = v;
    }
    return true;
}

void event_builder_add(struct event_builder *b, enum event_part part, struct slice name,
                       struct value value)
{
    event_builder_add_id(b, part, name, names_find(b->names, name), value);
}

bool event_builder_keeps_empty(enum event_part part, struct slice name, bool attributes)
{
    static const struct slice carriers[] = { SLICE_INIT("Provider"), SLICE_INIT("TimeCreated"),
                                             SLICE_INIT("Correlation"), SLICE_INIT("Execution"),
                                             SLICE_INIT("Security") };

    if (attributes)
        return false;
    if (part != EVENT_SYSTEM)
        return true;
    for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
        if (slice_eq(name, carriers[i]))
            return false;
    return true;
}

struct slice event_builder_join(struct event_builder *b, struct slice element,
                                struct slice attribute)
{
    size_t n = element.n + 1 + attribute.n;
    uint8_t *p = arena_try(&b->arena, n);

    if (!p) {
        b->ev.cut = true;
        return SLICE_ABSENT;
    }
    memcpy(p, element.p, element.n);
    p[element.n] = '_';
    memcpy(p + element.n + 1, attribute.p, attribute.n);
    return slice_of(p, n);
}

struct slice event_builder_copy(struct event_builder *b, struct slice text)
{
    uint8_t *p;

    if (text.n == 0)
        return SLICE("");
    p = arena_try(&b->arena, text.n);
    if (!p) {
        b->ev.cut = true;
        return SLICE("");
    }
    memcpy(p, text.p, text.n);
    return slice_of(p, text.n);
}

/* The number of a field when it is one and not above max. */
static bool fact_number(const struct value *v, uint64_t max, uint64_t *ret)
{
    uint64_t n;

    if (value_u64(v, &n) < 0 || n > max)
        return false;
    *ret = n;
    return true;
}

static void fact_text(struct event *ev, size_t i, struct slice *fact)
{
    if (!fact->p)
        *fact = event_text(ev, i);
}

/* The first field of a name counts: a record that says it twice does not get to choose. */
static void key_read(struct event *ev, size_t i)
{
    uint64_t n;

    switch (ev->field[i].id) {
    case FIELD_PROVIDER_NAME:
        fact_text(ev, i, &ev->provider);
        break;
    case FIELD_CHANNEL:
        fact_text(ev, i, &ev->channel);
        break;
    case FIELD_EVENTID:
        if (!ev->has_event_id && fact_number(&ev->field[i].value, UINT32_MAX, &n)) {
            ev->event_id = (uint32_t)n;
            ev->has_event_id = true;
        }
        break;
    default:
        break;
    }
}

static void fact_read(struct event *ev, size_t i)
{
    const struct value *v = &ev->field[i].value;
    uint64_t n;

    switch (ev->field[i].id) {
    case FIELD_COMPUTER:
        fact_text(ev, i, &ev->computer);
        break;
    case FIELD_SECURITY_USERID:
        fact_text(ev, i, &ev->user_sid);
        break;
    case FIELD_LEVEL:
        if (fact_number(v, UINT8_MAX, &n))
            ev->level = (uint8_t)n;
        break;
    case FIELD_VERSION:
        if (fact_number(v, UINT8_MAX, &n))
            ev->version = (uint8_t)n;
        break;
    case FIELD_EVENTRECORDID:
        if (!ev->has_record_id && fact_number(v, UINT64_MAX, &n)) {
            ev->record_id = n;
            ev->has_record_id = true;
        }
        break;
    case FIELD_TIMECREATED:
        if (ev->time_created == 0 && value_filetime(v, &n) == EV_OK)
            ev->time_created = n;
        break;
    default:
        key_read(ev, i);
    }
}

struct event *event_builder_key(struct event_builder *b)
{
    struct event *ev = &b->ev;

    ev->field = b->field;
    for (size_t i = 0; i < ev->n; i++)
        if (ev->field[i].part == EVENT_SYSTEM)
            key_read(ev, i);
    return ev;
}

struct event *event_builder_finish(struct event_builder *b)
{
    struct event *ev = &b->ev;

    ev->field = b->field;
    for (size_t i = 0; i < ev->n; i++)
        if (ev->field[i].part == EVENT_SYSTEM)
            fact_read(ev, i);
    return ev;
}
