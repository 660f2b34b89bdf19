/* native_sink.c - calls of the token walk -> fields of an event.
 *
 * The text of all open elements lies in one buffer, as a stack: an element's text begins at its mark
 * and is cut off when it ends.
 * May include: base/, event/, binxml.h, event_builder.h. */
#include "evtx/native_sink.h"

#include "base/escape.h"
#include "base/utf16.h"

void native_sink_init(struct native_sink *s)
{
    *s = (struct native_sink){ 0 };
    buf_init(&s->text, 2 * LIMIT_EVENT_XML);
    buf_reserve(&s->text, 1024);
}

void native_sink_release(struct native_sink *s)
{
    buf_release(&s->text);
}

void native_sink_start(struct native_sink *s, struct event_builder *b, unsigned depth)
{
    buf_clear(&s->text);
    s->b = b;
    s->asked = s->rooted = false;
    s->tag_end = 0;
    s->depth = depth;
    s->part = EVENT_SYSTEM;
    s->in_attribute = false;
    memset(&s->level[0], 0, sizeof s->level[0]);
}

struct slice native_local(struct slice name)
{
    size_t i = name.n;

    while (i > 0 && name.p[i - 1] != ':')
        i--;
    return slice_sub(name, i, SIZE_MAX);
}

bool native_is_namespace(struct slice name)
{
    return slice_eq(name, SLICE("xmlns")) || slice_starts(name, SLICE("xmlns:"));
}

enum event_part native_part(struct slice name)
{
    if (slice_eq(name, SLICE("System")))
        return EVENT_SYSTEM;
    if (slice_eq(name, SLICE("EventData")))
        return EVENT_DATA;
    if (slice_eq(name, SLICE("ProcessingErrorData")))
        return EVENT_PROCESSING_ERROR;
    if (slice_eq(name, SLICE("RenderingInfo")))
        return EVENT_RENDERING;
    return EVENT_USER_DATA; /* and what later versions may add */
}

static int full(struct native_sink *s)
{
    s->b->ev.cut = true;
    return EV_ELIMIT;
}

/* Name -> UTF-8 in the event's arena. */
static int name_text(struct native_sink *s, struct binxml_name name, struct slice *ret)
{
    uint8_t *p = arena_try(&s->b->arena, utf16_utf8_room(name.units));

    if (!p)
        return full(s);
    *ret = slice_of(p, utf16_to_utf8(name.p, name.units, p));
    return EV_OK;
}

static bool blank(const struct native_sink *s, size_t from)
{
    for (size_t i = from; i < s->text.n; i++)
        if (!memchr(" \t\r\n", s->text.p[i], 4))
            return false;
    return true;
}

/* Removes the blanks that only indent tags. */
static void cut_indent(struct native_sink *s)
{
    if (s->text.n > s->tag_end && blank(s, s->tag_end))
        s->text.n = s->tag_end;
}

static void add_text(struct native_sink *s, struct slice text, bool escape, bool attribute)
{
    if (escape)
        escape_xml(text, attribute, &s->text);
    else
        buf_slice(&s->text, text);
}

/* The open place for text: attribute or innermost element. */
static struct sink_content *open_content(struct native_sink *s)
{
    if (s->in_attribute)
        return &s->attribute;
    return s->depth ? &s->level[s->depth - 1].content : NULL;
}

static bool is_inner(const struct native_sink *s)
{
    return s->depth && s->level[s->depth - 1].inner;
}

static void flush_high(struct native_sink *s, struct sink_content *c)
{
    if (c->high)
        add_text(s, SLICE("\xef\xbf\xbd"), false, false);
    c->high = 0;
}

static int flush_one(struct native_sink *s, struct sink_content *c)
{
    struct slice text;

    flush_high(s, c);
    if (!c->has_one)
        return EV_OK;
    c->has_one = false;
    text = value_text(&c->one, &s->b->arena);
    if (!text.p)
        return full(s);
    add_text(s, text, is_inner(s), s->in_attribute);
    return EV_OK;
}

static int on_text(void *ctx, const struct value *v, bool literal)
{
    struct native_sink *s = ctx;
    struct sink_content *c = open_content(s);
    struct slice text;
    int rc;

    if (!c)
        return EV_OK;
    c->literal |= literal;
    if (binxml_value_empty(v)) {
        /* An attribute whose value has bytes, if only a NUL, is written. */
        c->literal |= v->n > 0;
        return EV_OK;
    }
    if (!c->has_one && s->text.n == c->text_at && !c->high) {
        c->one = *v;
        c->has_one = true;
        return EV_OK;
    }
    rc = flush_one(s, c);
    if (rc < 0)
        return rc;
    text = value_text(v, &s->b->arena);
    if (!text.p)
        return full(s);
    add_text(s, text, is_inner(s), s->in_attribute);
    return s->text.full ? full(s) : EV_OK;
}

static int on_unit(void *ctx, uint16_t unit)
{
    struct native_sink *s = ctx;
    struct sink_content *c = open_content(s);
    uint32_t code = unit;
    uint8_t utf8[4];
    int rc;

    if (!c)
        return EV_OK;
    c->literal = true;
    if (c->has_one) {
        rc = flush_one(s, c);
        if (rc < 0)
            return rc;
    }
    if (c->high && unit >= 0xdc00 && unit < 0xe000) {
        code = 0x10000 + ((uint32_t)(c->high - 0xd800) << 10) + (unit - 0xdc00u);
        c->high = 0;
    }
    flush_high(s, c);
    if (unit >= 0xd800 && unit < 0xdc00) {
        c->high = unit;
        return EV_OK;
    }
    if (code >= 0xdc00 && code < 0xe000)
        code = 0xfffd;
    add_text(s, slice_of(utf8, utf8_encode(code, utf8)), is_inner(s), s->in_attribute);
    return s->text.full ? full(s) : EV_OK;
}

/* The value of content that has ended; its text is taken off the buffer. */
static int take_content(struct native_sink *s, struct sink_content *c, struct value *ret)
{
    flush_high(s, c);
    if (c->has_one && s->text.n == c->text_at) {
        *ret = c->one;
        c->has_one = false;
        return EV_OK;
    }
    if (c->has_one && flush_one(s, c) < 0)
        return EV_ELIMIT;
    *ret =
        value_utf8(event_builder_copy(s->b, slice_sub(buf_view(&s->text), c->text_at, SIZE_MAX)));
    s->text.n = c->text_at;
    return EV_OK;
}

static int add(struct native_sink *s, struct slice name, struct value v)
{
    event_builder_add(s->b, s->part, name, v);
    return s->b->ev.cut ? EV_ELIMIT : EV_OK;
}

static int on_start(void *ctx, struct binxml_name qname)
{
    struct native_sink *s = ctx;
    struct sink_level *l = &s->level[s->depth];
    int rc;

    if (s->depth == LIMIT_BINXML_DEPTH)
        return full(s);
    *l = (struct sink_level){ .inner = s->depth > 2 && s->part == EVENT_DATA };
    rc = name_text(s, qname, &l->qname);
    if (rc < 0)
        return rc;
    l->name = native_local(l->qname);
    if (s->depth == 0 && !slice_eq(l->name, SLICE("Event")))
        return EV_EFORMAT;
    s->rooted = true;
    if (s->depth == 1)
        s->part = native_part(l->name);
    if (s->depth > 0) {
        s->level[s->depth - 1].child = true;
        rc = flush_one(s, &s->level[s->depth - 1].content);
        if (rc < 0)
            return rc;
    }
    cut_indent(s);
    if (l->inner) {
        buf_byte(&s->text, '<');
        buf_slice(&s->text, l->qname);
    }
    s->tag_end = s->text.n;
    l->content.text_at = s->text.n;
    s->depth++;
    return s->text.full ? full(s) : EV_OK;
}

static int on_attribute(void *ctx, struct binxml_name qname)
{
    struct native_sink *s = ctx;
    int rc = name_text(s, qname, &s->name);

    s->attribute = (struct sink_content){ .text_at = s->text.n };
    s->in_attribute = true;
    return rc;
}

/* ` name="text"` inside an element that is written as XML. */
static int inner_attribute(struct native_sink *s)
{
    struct sink_content *c = &s->attribute;
    struct slice text;
    int rc = flush_one(s, c); /* now all of it is text, escaped */

    if (rc < 0)
        return rc;
    text = event_builder_copy(s->b, slice_sub(buf_view(&s->text), c->text_at, SIZE_MAX));
    s->text.n = c->text_at;
    buf_byte(&s->text, ' ');
    buf_slice(&s->text, s->name);
    buf_str(&s->text, "=\"");
    buf_slice(&s->text, text);
    buf_byte(&s->text, '"');
    s->tag_end = s->text.n;
    return s->text.full || s->b->ev.cut ? full(s) : EV_OK;
}

/* An attribute of an element that makes fields. */
static int field_attribute(struct native_sink *s, struct sink_level *l)
{
    bool data = s->part == EVENT_DATA && s->depth == 3;
    struct slice name = native_local(s->name);
    struct value v;
    int rc = take_content(s, &s->attribute, &v);

    if (rc < 0)
        return rc;
    if (data && slice_eq(s->name, SLICE("Name"))) {
        l->name = value_text(&v, &s->b->arena);
        return l->name.p ? EV_OK : full(s);
    }
    if (data && slice_eq(native_local(l->qname), SLICE("Data")))
        return EV_OK;
    l->attributes = true;
    if (s->part == EVENT_SYSTEM) {
        name = event_builder_join(s->b, native_local(l->qname), name);
        if (!name.p)
            return full(s);
    }
    return add(s, name, v);
}

static int on_attribute_end(void *ctx)
{
    struct native_sink *s = ctx;
    struct sink_level *l = &s->level[s->depth - 1];
    struct sink_content *c = &s->attribute;
    bool empty = !c->has_one && !c->literal && !c->high && s->text.n == c->text_at;
    bool part_head = s->depth == 2 && s->part > EVENT_DATA;
    int rc = EV_OK;

    if (!empty && l->inner)
        rc = inner_attribute(s);
    else if (!empty && (s->depth > 2 || part_head) && !native_is_namespace(s->name))
        rc = field_attribute(s, l);
    s->text.n = l->inner ? s->text.n : c->text_at;
    s->in_attribute = false;
    return rc;
}

static int on_attributes_end(void *ctx)
{
    struct native_sink *s = ctx;
    struct sink_level *l = &s->level[s->depth - 1];

    if (l->inner) {
        buf_byte(&s->text, '>');
        s->tag_end = s->text.n;
        l->content.text_at = s->text.n;
    }
    return s->text.full ? full(s) : EV_OK;
}

static int write_close(struct native_sink *s, struct sink_level *l)
{
    int rc = flush_one(s, &l->content);

    if (rc < 0)
        return rc;
    if (l->child)
        cut_indent(s);
    if (s->text.n == l->content.text_at && s->text.n > 0) {
        s->text.n--;
        buf_str(&s->text, "/>");
    } else {
        buf_str(&s->text, "</");
        buf_slice(&s->text, l->qname);
        buf_byte(&s->text, '>');
    }
    s->tag_end = s->text.n;
    return s->text.full ? full(s) : EV_OK;
}

/* The field that an element ends up as, if any. */
static int end_field(struct native_sink *s, struct sink_level *l)
{
    struct sink_content *c = &l->content;
    bool leaf = !l->child && s->depth > 1, field;
    struct value v;
    int rc = EV_OK;

    if (l->child || s->depth == 1)
        rc = flush_one(s, c);
    if (rc < 0)
        return rc;
    flush_high(s, c);
    if (l->child)
        cut_indent(s);
    if (c->has_one)
        field = true;
    else if (s->text.n > c->text_at)
        field = leaf || !blank(s, c->text_at);
    else
        field = leaf && event_builder_keeps_empty(s->part, l->name, l->attributes);
    if (field) {
        rc = take_content(s, c, &v);
        if (rc == EV_OK)
            rc = add(s, l->name, v);
    }
    s->text.n = s->tag_end = c->text_at;
    return rc;
}

/* System is complete: tell the key. */
static int tell_key(struct native_sink *s)
{
    struct event *ev = event_builder_finish(s->b);

    s->asked = true;
    return s->key ? s->key(s->key_ctx, ev) : EV_OK;
}

static int on_end(void *ctx)
{
    struct native_sink *s = ctx;
    struct sink_level *l = &s->level[--s->depth];
    int rc = EV_OK;

    if (l->inner)
        rc = write_close(s, l);
    else if (s->depth > 0)
        rc = end_field(s, l);
    if (rc == EV_OK && s->depth == 1 && s->part == EVENT_SYSTEM && !s->asked)
        rc = tell_key(s);
    return rc;
}

const struct binxml_sink native_sink_calls = {
    .start = on_start,
    .attribute = on_attribute,
    .attribute_end = on_attribute_end,
    .attributes_end = on_attributes_end,
    .text = on_text,
    .unit = on_unit,
    .end = on_end,
};
