/* render_walk.c - calls of the token walk -> XML text.
 * May include: base/, event/value.h, this folder. */
#include "evtx/render_walk.h"

#include "evtx/render_name.h"

void render_walk_start(struct render_walk *w, struct render_state *state, struct buf *out,
                       const struct binxml *at)
{
    w->state = state;
    w->out = out;
    w->most = out->n + LIMIT_RENDER_XML;
    w->at = at;
    w->depth = w->attributes = 0;
    w->in_attribute = false;
    w->high = 0;
}

static int check(const struct render_walk *w)
{
    return w->out->full || w->out->n > w->most ? EV_ELIMIT : EV_OK;
}

/* Room for n more bytes, or NULL. */
static inline uint8_t *room(struct render_walk *w, size_t n)
{
    struct buf *out = w->out;

    return out->room - out->n >= n ? out->p + out->n : buf_reserve(out, n);
}

static int put_value(struct render_walk *w, const struct value *v)
{
    enum render_place place = w->in_attribute ? RENDER_ATTRIBUTE : RENDER_TEXT;
    struct slice chunk = w->at->chunk; /* padding lies behind it */
    bool padded = v->p >= chunk.p && v->p < chunk.p + chunk.n;
    uint8_t *to = room(w, render_room(v)), *end;

    if (!to)
        return EV_ELIMIT;
    end = render_value(w->state, to, v, place, padded);
    if (!end)
        return EV_ELIMIT;
    w->out->n += (size_t)(end - to);
    return check(w);
}

/* A first half without its second. */
static int flush_high(struct render_walk *w)
{
    struct value v = value_utf8(SLICE("\xef\xbf\xbd"));

    if (!w->high)
        return EV_OK;
    w->high = 0;
    w->state->replaced++;
    return put_value(w, &v);
}

static int on_start(void *ctx, struct binxml_name name)
{
    struct render_walk *w = ctx;
    int rc = w->depth ? flush_high(w) : EV_OK;

    if (rc < 0 || w->depth == LIMIT_BINXML_DEPTH)
        return EV_ELIMIT;
    w->attributes = 0;
    buf_byte(w->out, '<');
    w->name[w->depth].at = w->out->n;
    w->state->replaced += render_name(name, w->out);
    w->name[w->depth].n = w->out->n - w->name[w->depth].at;
    w->depth++;
    return check(w);
}

/* XML allows a name once in a tag. */
static bool is_new(struct render_walk *w, size_t at, size_t n)
{
    for (unsigned i = 0; i < w->attributes; i++)
        if (w->seen[i].n == n && memcmp(w->out->p + w->seen[i].at, w->out->p + at, n) == 0)
            return false;
    if (w->attributes == RENDER_ATTRIBUTES)
        return false;
    w->seen[w->attributes].at = at;
    w->seen[w->attributes++].n = n;
    return true;
}

static int on_attribute(void *ctx, struct binxml_name name)
{
    struct render_walk *w = ctx;
    size_t at;

    w->in_attribute = true;
    w->any = false;
    w->from = w->out->n;
    buf_byte(w->out, ' ');
    at = w->out->n;
    w->state->replaced += render_name(name, w->out);
    if (check(w) < 0)
        return EV_ELIMIT;
    w->doubled = !is_new(w, at, w->out->n - at);
    buf_str(w->out, "='");
    return check(w);
}

static int on_attribute_end(void *ctx)
{
    struct render_walk *w = ctx;
    int rc = flush_high(w);

    w->in_attribute = false;
    if (!w->any || w->doubled) {
        w->state->replaced += w->any;
        w->out->n = w->from;
        w->attributes -= !w->doubled;
    } else {
        buf_byte(w->out, '\'');
    }
    return rc < 0 ? rc : check(w);
}

static int on_attributes_end(void *ctx)
{
    struct render_walk *w = ctx;

    w->empty[w->depth - 1] = w->at->empty_tag;
    buf_str(w->out, w->at->empty_tag ? "/>" : ">");
    return check(w);
}

static int on_text(void *ctx, const struct value *v, bool literal)
{
    struct render_walk *w = ctx;
    int rc = flush_high(w);

    if (rc < 0 || w->depth == 0)
        return rc;
    w->any |= literal || v->n > 0;
    return put_value(w, v);
}

static int on_unit(void *ctx, uint16_t unit)
{
    struct render_walk *w = ctx;
    uint8_t pair[4] = { (uint8_t)w->high, (uint8_t)(w->high >> 8), (uint8_t)unit,
                        (uint8_t)(unit >> 8) };
    bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
    int rc = EV_OK;

    if (w->depth == 0)
        return EV_OK;
    w->any = true;
    if (w->high && low) {
        w->high = 0;
        return put_value(w, &(struct value){ pair, 4, VALUE_UTF16 });
    }
    rc = flush_high(w);
    if (rc < 0 || high) {
        w->high = unit;
        return rc;
    }
    /* A string loses trailing NULs, but a reference to one was meant. */
    if (unit == 0)
        return put_value(w, &(struct value){ pair + 2, 1, VALUE_UTF8 });
    return put_value(w, &(struct value){ pair + 2, 2, VALUE_UTF16 });
}

static int on_end(void *ctx)
{
    struct render_walk *w = ctx;
    int rc = flush_high(w);
    uint8_t *to;
    size_t n;

    w->depth--;
    if (rc < 0 || w->empty[w->depth])
        return rc;
    n = w->name[w->depth].n;
    to = room(w, n + 3);
    if (!to)
        return EV_ELIMIT;
    memcpy(to, "</", 2);
    memcpy(to + 2, w->out->p + w->name[w->depth].at, n);
    to[n + 2] = '>';
    w->out->n += n + 3;
    return check(w);
}

const struct binxml_sink render_walk_calls = {
    .start = on_start,
    .attribute = on_attribute,
    .attribute_end = on_attribute_end,
    .attributes_end = on_attributes_end,
    .text = on_text,
    .unit = on_unit,
    .end = on_end,
};
