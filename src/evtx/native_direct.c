/* native_direct.c - a record without templates -> an event, when it is of the usual shape.
 *
 * Forwarded logs hold nothing else: every record spells out its elements, all values as text. The
 * usual ones are elements with one text each, System first. Whatever else stands there makes this
 * give up, and the token walk starts over: here nothing is decided that it would decide otherwise.
 * Names repeat from record to record at the same places of a chunk, so that each is made UTF-8 and
 * looked up once a chunk; whole records repeat but for their texts, which native_shape.h is for.
 * May include: base/, event/, this folder. */
#include "evtx/native_impl.h"

#include "base/utf16.h"

struct direct {
    struct native_job *j;
    const uint8_t *p;
    uint32_t at, end;
    unsigned depth; /* open elements */
    enum event_part part;
    bool systems;              /* System has ended */
    struct shape_trace *trace; /* NULL: what is met is not noted */
};

static const struct native_name *new_name(struct native_job *j, struct native_name *slot,
                                          uint32_t at, const struct native_name *element)
{
    struct native_worker *nw = j->nw;
    const uint8_t *p;
    uint32_t n = (uint32_t)j->chunk.n, units;
    struct slice s;
    uint8_t *to;

    if (at > n || n - at < 8)
        return NULL;
    p = j->chunk.p + at;
    units = binxml_u16(p + 6);
    if (units == 0 || n - at - 8 < 2 * units)
        return NULL;
    to = arena_try(&nw->name_arena, utf16_utf8_room(units) + (element ? element->local.n + 1 : 0));
    if (!to)
        return NULL;
    s = slice_of(to, utf16_to_utf8(p + 8, units, to));
    *slot = (struct native_name){ .at = at,
                                  .generation = nw->templates.generation,
                                  .element = element ? element->at : 0,
                                  .units = units,
                                  .local = native_local(s),
                                  .is_namespace = native_is_namespace(s) };
    slot->prefixed = slot->local.n != s.n;
    slot->is_name = slice_eq(s, SLICE("Name"));
    slot->is_data = slice_eq(slot->local, SLICE("Data"));
    if (element) { /* Element_Attribute */
        memmove(to + element->local.n + 1, slot->local.p, slot->local.n);
        memcpy(to, element->local.p, element->local.n);
        to[element->local.n] = '_';
        slot->joined = slice_of(to, element->local.n + 1 + slot->local.n);
        slot->local = slice_of(to + element->local.n + 1, slot->local.n);
    }
    slot->id = names_find(j->r->base.options.names, element ? slot->joined : slot->local);
    return slot;
}

/* The name that an offset at d->at points to, of an attribute of `element` in System or of anything
 * else (NULL); NULL when it is damaged. */
static inline const struct native_name *take_name(struct direct *d,
                                                  const struct native_name *element)
{
    uint32_t at, owner = element ? element->at : 0;
    const struct native_name *name;
    struct native_name *slot;

    if (d->end - d->at < 4)
        return NULL;
    at = binxml_u32(d->p + d->at);
    d->at += 4;
    name = slot = &d->j->nw->name[((at + owner * 31) * 2654435761u) >> 22];
    if (slot->at != at || slot->generation != d->j->nw->templates.generation ||
        slot->element != owner)
        name = new_name(d->j, slot, at, element);
    if (!name || at != d->at)
        return name;
    if (d->trace)
        d->trace->unfit = true;
    if (d->end - d->at < 10 + 2 * name->units)
        return NULL;
    d->at += 10 + 2 * name->units;
    return name;
}

/* One literal, and nothing behind it that would belong to it. */
static bool take_text(struct direct *d, struct value *ret)
{
    uint32_t n;

    if (d->end - d->at < 4 || (d->p[d->at] & 0xbf) != TOKEN_VALUE || d->p[d->at + 1] != VALUE_UTF16)
        return false;
    n = 2u * binxml_u16(d->p + d->at + 2);
    if (d->end - d->at - 4 < n)
        return false;
    *ret = (struct value){ d->p + d->at + 4, n, VALUE_UTF16 };
    d->at += 4 + n;
    return true;
}

/* The four bytes of a size, which nothing depends on. */
static bool take_size(struct direct *d)
{
    if (d->end - d->at < 4)
        return false;
    shape_mark(d->trace, (struct shape_mark){ d->at, d->at + 4, .kind = SHAPE_SIZE });
    d->at += 4;
    return true;
}

static uint8_t peek(const struct direct *d)
{
    return d->at < d->end ? d->p[d->at] & 0xbf : 0xff;
}

static bool add(struct direct *d, struct slice name, uint32_t id, struct value v)
{
    struct event_builder *b = &d->j->w->builder;

    if (b->ev.n == b->room) {
        event_builder_add_id(b, d->part, name, id, v);
        return !b->ev.cut;
    }
    b->field[b->ev.n++] =
        (struct field){ .name = name, .id = id, .part = (uint8_t)d->part, .value = v };
    return true;
}

/* Notes the field that a text at v became, or becomes when it is not empty; or, without a text, an
 * empty field. */
static void mark_field(struct direct *d, bool text, bool keeps_empty, struct slice name,
                       uint32_t id, struct value v)
{
    struct shape_mark m = { d->at, d->at, .kind = SHAPE_EMPTY, .keeps_empty = keeps_empty };

    if (!d->trace)
        return;
    m.field = (struct field){ .name = name, .id = id, .part = (uint8_t)d->part, .value = v };
    if (text) {
        m.kind = SHAPE_TEXT;
        m.at = (uint32_t)(v.p - d->p) - 2;
    }
    shape_mark(d->trace, m);
}

/* Data's Name as text, with its id. NULL when the arena is full. */
static const struct native_label *label_of(struct direct *d, const struct value *v)
{
    struct native_worker *nw = d->j->nw;
    uint64_t h = v->n;
    struct native_label *l;

    if (v->n >= 8)
        h ^= binxml_u64(v->p) * 31 ^ binxml_u64(v->p + v->n - 8);
    l = &nw->label[(h * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
    if (l->generation == nw->templates.generation && l->n == v->n &&
        memcmp(l->raw, v->p, v->n) == 0)
        return l;
    *l = (struct native_label){ .raw = v->p, .n = v->n, .text = value_text(v, &nw->name_arena) };
    if (!l->text.p)
        return NULL;
    l->id = names_find(d->j->r->base.options.names, l->text);
    l->generation = nw->templates.generation;
    return l;
}

/* The attributes of a start tag up to its end. *label: what Data's Name makes of the element. */
static bool take_attributes(struct direct *d, const struct native_name *element,
                            const struct native_label **label, bool *any)
{
    bool fields = d->depth > 1 || (d->depth == 1 && d->part > EVENT_DATA);
    bool system = d->part == EVENT_SYSTEM && fields;
    bool data = d->part == EVENT_DATA && d->depth == 2;

    while (peek(d) == TOKEN_ATTRIBUTE) {
        const struct native_name *a;
        struct value v;

        d->at++;
        a = take_name(d, system ? element : NULL);
        if (!a || !take_text(d, &v) ||
            (peek(d) != TOKEN_ATTRIBUTE && peek(d) != TOKEN_CLOSE_START &&
             peek(d) != TOKEN_CLOSE_EMPTY))
            return false;
        if (!fields || a->is_namespace)
            continue;
        if (data && a->is_name) {
            *label = label_of(d, &v);
            if (!*label)
                return false;
            continue;
        }
        if (data && element->is_data)
            continue;
        *any = true;
        mark_field(d, true, true, system ? a->joined : a->local, a->id, v);
        if (!add(d, system ? a->joined : a->local, a->id, v))
            return false;
    }
    return true;
}

/* Behind the start tag of an element that holds at most one text: up to and with its end. */
static bool take_leaf(struct direct *d, struct slice name, uint32_t id, bool any)
{
    struct value v = { (const uint8_t *)"", 0, VALUE_UTF16 };
    bool text = peek(d) == TOKEN_VALUE, keeps = event_builder_keeps_empty(d->part, name, any);

    if (text && !take_text(d, &v))
        return false;
    if (peek(d) != TOKEN_END)
        return false;
    if (text || keeps)
        mark_field(d, text, keeps, name, id, v);
    d->at++;
    if (!keeps && shape_text_empty(&v))
        return true;
    return add(d, name, id, v);
}

static bool enter(struct direct *d, const struct native_name *element)
{
    if (d->depth == 0)
        return slice_eq(element->local, SLICE("Event"));
    if (d->depth == 1)
        d->part = native_part(element->local);
    return !(d->depth == 1 && d->part == EVENT_SYSTEM && d->systems);
}

static bool take_element(struct direct *d)
{
    const struct native_name *element;
    const struct native_label *label = NULL;
    struct slice name;
    uint32_t id;
    bool any = false, list;

    list = d->p[d->at++] & TOKEN_MORE;
    if (!take_size(d))
        return false;
    element = take_name(d, NULL);
    if (!element || !enter(d, element) || (list && !take_size(d)))
        return false;
    if (!take_attributes(d, element, &label, &any))
        return false;
    name = label ? label->text : element->local;
    id = label ? label->id : element->id;
    if (peek(d) == TOKEN_CLOSE_EMPTY) {
        d->at++;
        if (d->depth <= 1)
            return d->depth == 1 && d->part != EVENT_SYSTEM;
        if (!event_builder_keeps_empty(d->part, name, any))
            return true;
        mark_field(d, false, true, name, id, value_utf8(SLICE("")));
        return add(d, name, id, value_utf8(SLICE("")));
    }
    if (peek(d) != TOKEN_CLOSE_START)
        return false;
    d->at++;
    if (d->depth >= 2 && peek(d) != TOKEN_ELEMENT)
        return take_leaf(d, name, id, any);
    /* Children: below EventData they are markup, and the depth of the rest is bounded here. */
    if (d->depth == 4 || (d->depth == 2 && d->part == EVENT_DATA))
        return false;
    d->depth++;
    return true;
}

/* The key, when System has ended. */
static int end_system(struct direct *d)
{
    struct event *ev = event_builder_key(&d->j->w->builder);
    int rc;

    d->systems = true;
    shape_mark(d->trace, (struct shape_mark){ d->at, d->at, .kind = SHAPE_SYSTEM });
    rc = native_ask(d->j, ev->provider, ev->channel, ev->event_id);
    if (rc < 0 || !d->j->v->facts_only)
        return rc;
    event_builder_finish(&d->j->w->builder);
    return NATIVE_ENOUGH;
}

/* The end of a document whose one element has `size` bytes from `at` on. */
static bool skip(const struct direct *d, uint32_t at, uint32_t size, uint32_t *ret_end)
{
    if (size >= d->end - at || d->p[at + size] != TOKEN_EOF)
        return false;
    *ret_end = at + size + 1;
    return true;
}

/* Token by token from the first element on. */
static int take_record(struct direct *d, uint32_t size, uint32_t *ret_end)
{
    uint32_t at = d->at;

    event_builder_start(&d->j->w->builder, d->j->r->base.options.names);
    do {
        uint8_t token = peek(d);

        if (token == TOKEN_ELEMENT) {
            if (!take_element(d))
                return NATIVE_SLOW;
        } else if (token == TOKEN_END && d->depth > 0) {
            d->at++;
            if (--d->depth == 1 && d->part == EVENT_SYSTEM) {
                int rc = end_system(d);

                if (rc < 0)
                    return skip(d, at + 5, size, ret_end) ? rc : NATIVE_SLOW;
            }
        } else {
            return NATIVE_SLOW;
        }
    } while (d->depth > 0);
    if (peek(d) != TOKEN_EOF || !d->systems)
        return NATIVE_SLOW;
    d->at++;
    shape_mark(d->trace, (struct shape_mark){ d->at, d->at, .kind = SHAPE_END });
    *ret_end = d->at;
    event_builder_finish(&d->j->w->builder);
    return EV_OK;
}

/* The shapes of the chunk at hand. */
static struct native_shapes *shapes_of(struct native_worker *nw)
{
    if (nw->shapes.generation != nw->templates.generation)
        nw->shapes = (struct native_shapes){ .generation = nw->templates.generation };
    return &nw->shapes;
}

int native_direct(struct native_job *j, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct native_shapes *shapes = shapes_of(j->nw);
    struct direct d = { .j = j, .p = j->chunk.p, .at = at + 4, .end = end };
    uint32_t size;
    int rc = NATIVE_SLOW;

    if (end - at < 9 || binxml_u32(d.p + at) != 0x0001010fu || peek(&d) != TOKEN_ELEMENT)
        return NATIVE_SLOW;
    size = binxml_u32(d.p + at + 5);
    /* The newest first: one that knows a whole record comes after one that knows System alone. */
    for (uint32_t i = shapes->n; rc == NATIVE_SLOW && i-- > 0;)
        rc = native_shape_read(j, &shapes->shape[i], d.at, end, ret_end);
    if (rc == NATIVE_UNWANTED || rc == NATIVE_ENOUGH)
        return skip(&d, at + 9, size, ret_end) ? rc : NATIVE_SLOW;
    if (rc == EV_OK)
        return rc;
    if (shapes->n < SHAPES) {
        d.trace = &j->nw->shape_trace;
        d.trace->n = 0;
        d.trace->unfit = false;
    }
    rc = take_record(&d, size, ret_end);
    j->w->builder.ev.padded = true;
    if (d.trace && rc != NATIVE_SLOW)
        native_shape_keep(shapes, &j->nw->name_arena, d.p, at + 4, d.trace);
    return rc;
}
