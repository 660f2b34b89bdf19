/* render_direct.c - a record without templates -> XML, when it is of the usual shape.
 * May include: base/, event/, this folder. */
#include "evtx/render_direct.h"

#include "base/limits.h"
#include "evtx/render_name.h"
#include "evtx/render_string.h"

enum {
    NAME_MAX = 48,
    /* An element has 11 bytes at least and two names, an attribute 13 and one, a text 2 bytes for each
     * 6 written. */
    GROWTH = 10,
    ATTRIBUTES = 16
};

struct out {
    struct render_direct *names;
    struct render_state *state;
    struct native_job *j;
    const uint8_t *p;
    uint32_t at, end;
    uint8_t *to;
    unsigned depth;
    struct {
        const uint8_t *name; /* in what was written */
        uint32_t n;
    } open[LIMIT_BINXML_DEPTH], seen[ATTRIBUTES];
};

static bool make_name(struct out *o, struct render_direct_name *slot, uint32_t at)
{
    uint32_t n = (uint32_t)o->j->chunk.n, units;
    struct buf text;
    bool fine;

    if (at > n || n - at < 8)
        return false;
    units = binxml_u16(o->p + at + 6);
    if (units == 0 || n - at - 8 < 2 * units || units > NAME_MAX)
        return false;
    buf_init(&text, NAME_MAX);
    fine = render_name((struct binxml_name){ o->p + at + 8, units }, &text) == 0 && !text.full;
    if (fine) {
        *slot = (struct render_direct_name){ .at = at,
                                             .generation = o->j->nw->templates.generation,
                                             .skip = 10 + 2 * units,
                                             .n = (uint32_t)text.n };
        memcpy(slot->text, text.p, text.n);
    }
    buf_release(&text);
    return fine;
}

/* The name that an offset at o->at points to; NULL when that is for the walk. */
static inline const struct render_direct_name *take_name(struct out *o)
{
    struct render_direct_name *slot;
    uint32_t at;

    if (o->end - o->at < 4)
        return NULL;
    at = binxml_u32(o->p + o->at);
    o->at += 4;
    slot = &o->names->name[(at * 2654435761u) >> 23];
    if ((slot->at != at || slot->generation != o->j->nw->templates.generation) &&
        !make_name(o, slot, at))
        return NULL;
    if (at != o->at)
        return slot;
    if (o->end - o->at < slot->skip)
        return NULL;
    o->at += slot->skip;
    return slot;
}

static inline uint8_t peek(const struct out *o)
{
    return o->at < o->end ? o->p[o->at] & (uint8_t)~TOKEN_MORE : TOKEN_EOF;
}

/* Stands on TOKEN_VALUE. *ret_n: its bytes, which begin at the place returned. */
static inline const uint8_t *take_text(struct out *o, uint32_t *ret_n)
{
    const uint8_t *p = o->p + o->at;
    uint32_t n;

    if (o->end - o->at < 4 || p[1] != VALUE_UTF16)
        return NULL;
    n = 2u * binxml_u16(p + 2);
    if (o->end - o->at - 4 < n)
        return NULL;
    o->at += 4 + n;
    *ret_n = n;
    return p + 4;
}

static void put_name(struct out *o, const struct render_direct_name *name)
{
    o->to = render_copy(o->to, name->text, name->n);
}

/* XML allows a name once in a tag. */
static bool is_new(struct out *o, unsigned attributes, const struct render_direct_name *name)
{
    for (unsigned i = 0; i < attributes; i++)
        if (o->seen[i].n == name->n && memcmp(o->seen[i].name, name->text, name->n) == 0)
            return false;
    if (attributes == ATTRIBUTES)
        return false;
    o->seen[attributes].name = o->to;
    o->seen[attributes].n = name->n;
    return true;
}

/* All attributes of a start tag: names with one text each. */
static bool take_attributes(struct out *o)
{
    for (unsigned i = 0; peek(o) == TOKEN_ATTRIBUTE; i++) {
        const struct render_direct_name *name;
        const uint8_t *text;
        uint32_t n;

        o->at++;
        name = take_name(o);
        if (!name || peek(o) != TOKEN_VALUE)
            return false;
        *o->to++ = ' ';
        if (!is_new(o, i, name))
            return false;
        put_name(o, name);
        memcpy(o->to, "='", 2);
        o->to += 2;
        text = take_text(o, &n);
        if (!text)
            return false;
        o->to = render_utf16_attribute(o->state, o->to, text, n);
        *o->to++ = '\'';
    }
    return true;
}

static bool take_element(struct out *o)
{
    bool attributes = o->p[o->at] & TOKEN_MORE;
    const struct render_direct_name *name;

    if (o->end - o->at < 5 || o->depth == LIMIT_BINXML_DEPTH)
        return false;
    o->at += 5;
    name = take_name(o);
    if (!name || (attributes && o->end - o->at < 4))
        return false;
    o->at += attributes ? 4 : 0;
    *o->to++ = '<';
    o->open[o->depth].name = o->to;
    o->open[o->depth].n = name->n;
    put_name(o, name);
    if (!take_attributes(o))
        return false;
    if (peek(o) == TOKEN_CLOSE_EMPTY) {
        memcpy(o->to, "/>", 2);
        o->to += 2;
    } else if (peek(o) == TOKEN_CLOSE_START) {
        *o->to++ = '>';
        o->depth++;
    } else {
        return false;
    }
    o->at++;
    return true;
}

static void take_end(struct out *o)
{
    o->at++;
    o->depth--;
    memcpy(o->to, "</", 2);
    memcpy(o->to + 2, o->open[o->depth].name, o->open[o->depth].n);
    o->to += 2 + o->open[o->depth].n;
    *o->to++ = '>';
}

/* The root element with all that is in it. */
static bool take_root(struct out *o)
{
    do {
        const uint8_t *text;
        uint32_t n;

        switch (peek(o)) {
        case TOKEN_ELEMENT:
            if (!take_element(o))
                return false;
            break;
        case TOKEN_VALUE:
            text = o->depth ? take_text(o, &n) : NULL;
            if (!text)
                return false;
            o->to = render_utf16_text(o->state, o->to, text, n);
            break;
        case TOKEN_END:
            if (o->depth == 0)
                return false;
            take_end(o);
            break;
        default:
            return false;
        }
    } while (o->depth > 0);
    return true;
}

bool render_direct(struct render_direct *d, struct render_state *state, struct native_job *j,
                   uint32_t at, uint32_t end, struct buf *out)
{
    uint64_t replaced = state->replaced;
    struct out o = {
        .names = d, .state = state, .j = j, .p = j->chunk.p, .at = at + 4, .end = end
    };

    if (end - at < 9 || binxml_u32(o.p + at) != 0x0001010fu || peek(&o) != TOKEN_ELEMENT)
        return false;
    o.to = buf_reserve(out, (size_t)GROWTH * (end - at) + LIMIT_KIB(1));
    if (!o.to)
        return false;
    if (take_root(&o) && peek(&o) == TOKEN_EOF && o.at < end &&
        (size_t)(o.to - out->p) - out->n <= LIMIT_RENDER_XML) {
        out->n = (size_t)(o.to - out->p);
        return true;
    }
    state->replaced = replaced;
    return false;
}
