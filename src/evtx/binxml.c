/* binxml.c - the walk over tokens.
 * May include: base/, event/value.h, binxml.h, binxml_impl.h. */
#include "evtx/binxml_impl.h"

#include "base/limits.h"
#include "evtx/template_scan.h"

/* Which item of an array the element at hand shows; NULL value of none: no array. */
struct item {
    struct value value;
    bool set;
};

static int take_name(struct binxml *b, struct binxml_cur *c, struct binxml_name *ret)
{
    uint32_t at, units;

    if (!binxml_has(c, 4))
        return binxml_fail(b, c, "a name is cut off");
    at = binxml_u32(c->p + c->at);
    if (at > c->n || c->n - at < 8)
        return binxml_fail(b, c, "a name lies outside the chunk");
    units = binxml_u16(c->p + at + 6);
    if (c->n - at - 8 < 2 * units)
        return binxml_fail(b, c, "a name reaches out of the chunk");
    *ret = (struct binxml_name){ c->p + at + 8, units };
    if (units == 0)
        return binxml_fail(b, c, "a name is empty");
    if (b->strict && !binxml_name_has_hash(*ret))
        return binxml_fail(b, c, "a name does not have its hash");
    c->at += 4;
    if (at == c->at) {
        if (!binxml_has(c, 10 + 2 * units))
            return binxml_fail(b, c, "a name reaches out of its element");
        c->at += 10 + 2 * units;
    }
    return EV_OK;
}

/* u16 count of UTF-16 units and the units. */
static int take_text(struct binxml *b, struct binxml_cur *c, struct value *ret)
{
    uint32_t n;

    if (!binxml_has(c, 2) || !binxml_has(c, 2 + 2u * binxml_u16(c->p + c->at)))
        return binxml_fail(b, c, "a text reaches out of its element");
    n = 2u * binxml_u16(c->p + c->at);
    *ret = (struct value){ c->p + c->at + 2, n, VALUE_UTF16 };
    c->at += 2 + n;
    return EV_OK;
}

static int tell_text(struct binxml *b, const struct value *v, bool literal)
{
    return b->mute ? EV_OK : b->sink->text(b->sink_ctx, v, literal);
}

struct slice binxml_entity(struct binxml_name name)
{
    static const struct {
        char name[8];
        char text[2];
    } known[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };
    char ascii[8] = "";

    for (uint32_t i = 0; name.units < sizeof ascii && i < name.units; i++)
        ascii[i] = name.p[2 * i + 1] ? '?' : (char)name.p[2 * i];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(ascii, known[i].name) == 0)
            return slice_of(known[i].text, 1);
    return SLICE("");
}

static int entity(struct binxml *b, struct binxml_cur *c)
{
    struct binxml_name name;
    struct slice text;
    int rc = take_name(b, c, &name);

    if (rc < 0)
        return rc;
    text = binxml_entity(name);
    if (text.n)
        return tell_text(b, &(struct value){ text.p, 1, VALUE_UTF8 }, true);
    /* Nobody declares others: it is shown as it stands. */
    rc = tell_text(b, &(struct value){ (const uint8_t *)"&", 1, VALUE_UTF8 }, true);
    if (rc == EV_OK)
        rc = tell_text(b, &(struct value){ name.p, 2 * name.units, VALUE_UTF16 }, true);
    if (rc == EV_OK)
        rc = tell_text(b, &(struct value){ (const uint8_t *)";", 1, VALUE_UTF8 }, true);
    return rc;
}

int binxml_nested(struct binxml *b, const struct binxml_cur *at, const struct binxml_values *vs,
                  const struct value *v)
{
    struct binxml_cur c = { vs->base, vs->size, 0, 0 };
    int rc;

    if (b->instances == LIMIT_TEMPLATE_DEPTH)
        return binxml_limit(b, at, "XML values are nested too deep");
    c.at = (uint32_t)(v->p - vs->base);
    c.end = c.at + v->n;
    b->instances++;
    rc = binxml_document(b, &c, NULL, false);
    b->instances--;
    return rc;
}

int binxml_array_text(struct binxml *b, const struct binxml_cur *c, struct value v)
{
    const struct value comma = { (const uint8_t *)", ", 2, VALUE_UTF8 };
    struct value item;
    bool more = false;
    int rc = EV_OK;

    while (rc == EV_OK && binxml_array_next(&v, &item)) {
        rc = binxml_step(b, c);
        if (rc == EV_OK && more)
            rc = tell_text(b, &comma, false);
        if (rc == EV_OK)
            rc = tell_text(b, &item, false);
        more = true;
    }
    return rc;
}

static int substitution(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                        bool content, const struct item *item)
{
    struct value v;
    uint32_t i;
    uint8_t declared;

    if (!binxml_has(c, 3))
        return binxml_fail(b, c, "a substitution is cut off");
    if (!vs)
        return binxml_fail(b, c, "a substitution stands outside of a template");
    i = binxml_u16(c->p + c->at);
    declared = c->p[c->at + 2];
    c->at += 3;
    v = binxml_value(vs, i);
    if (b->strict && (i >= vs->n || !binxml_type_fits(declared, v.type)))
        return binxml_fail(b, c, "values do not fit the template");
    if (v.type == VALUE_NULL || b->mute)
        return EV_OK;
    if (v.type == BINXML_TYPE_XML && content)
        return binxml_nested(b, c, vs, &v);
    if (item && item->set)
        return tell_text(b, &item->value, false);
    if (v.type & BINXML_TYPE_ARRAY) {
        v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
        return binxml_array_text(b, c, v);
    }
    return tell_text(b, &v, false);
}

/* Content of attributes and elements but child elements. */
static int piece(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                 bool content, const struct item *item)
{
    uint8_t token = c->p[c->at++] & (uint8_t)~TOKEN_MORE;
    struct binxml_name name;
    struct value v;
    int rc;

    switch (token) {
    case TOKEN_VALUE:
        if (!binxml_has(c, 1) || c->p[c->at] != VALUE_UTF16)
            return binxml_fail(b, c, "a literal value is no string");
        c->at++;
        rc = take_text(b, c, &v);
        return rc < 0 ? rc : tell_text(b, &v, true);
    case TOKEN_CDATA:
        rc = take_text(b, c, &v);
        return rc < 0 ? rc : tell_text(b, &v, true);
    case TOKEN_CHAR_REF:
        if (!binxml_has(c, 2))
            return binxml_fail(b, c, "a character reference is cut off");
        c->at += 2;
        return b->mute ? EV_OK : b->sink->unit(b->sink_ctx, binxml_u16(c->p + c->at - 2));
    case TOKEN_ENTITY_REF:
        return entity(b, c);
    case TOKEN_PI_TARGET:
        return take_name(b, c, &name);
    case TOKEN_PI_DATA:
        return take_text(b, c, &v);
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        return substitution(b, c, vs, content, item);
    default:
        c->at--;
        return binxml_fail(b, c, "an unknown token");
    }
}

static int attribute(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs)
{
    struct binxml_name name;
    int rc;

    c->at++;
    rc = take_name(b, c, &name);
    if (rc == EV_OK && !b->mute)
        rc = b->sink->attribute(b->sink_ctx, name);
    while (rc == EV_OK) {
        uint8_t token = binxml_peek(c);

        if (token == TOKEN_ATTRIBUTE || token == TOKEN_CLOSE_START || token == TOKEN_CLOSE_EMPTY)
            break;
        rc = binxml_step(b, c);
        if (rc == EV_OK && !binxml_has(c, 1))
            rc = binxml_fail(b, c, "an attribute has no end");
        if (rc == EV_OK)
            rc = piece(b, c, vs, false, NULL);
    }
    if (rc == EV_OK && !b->mute)
        rc = b->sink->attribute_end(b->sink_ctx);
    return rc;
}

static int element(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs);

/* Behind the start tag, up to and with the end tag. */
static int content(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                   const struct item *item)
{
    for (;;) {
        int rc = binxml_step(b, c);

        if (rc == EV_OK && !binxml_has(c, 1))
            rc = binxml_fail(b, c, "an element has no end");
        if (rc < 0)
            return rc;
        switch (binxml_peek(c)) {
        case TOKEN_END:
            c->at++;
            return EV_OK;
        case TOKEN_ELEMENT:
            rc = element(b, c, vs);
            break;
        case TOKEN_INSTANCE:
            rc = binxml_instance(b, c);
            break;
        case TOKEN_FRAGMENT:
            if (!binxml_has(c, 4))
                return binxml_fail(b, c, "a fragment is cut off");
            c->at += 4;
            break;
        default:
            rc = piece(b, c, vs, true, item);
        }
        if (rc < 0)
            return rc;
    }
}

/* When the content is one substitution and its value an array, the element is written once for each
 * item: *rest is what of the array is left. */
static void take_item(const struct binxml *b, const struct binxml_cur *c,
                      const struct binxml_values *vs, struct value *rest, struct item *item)
{
    struct value v;

    if (b->mute || !vs || !binxml_has(c, 5) || (c->p[c->at + 4] & ~TOKEN_MORE) != TOKEN_END ||
        (binxml_peek(c) != TOKEN_NORMAL && binxml_peek(c) != TOKEN_OPTIONAL))
        return;
    if (!rest->p) {
        v = binxml_value(vs, binxml_u16(c->p + c->at + 1));
        if (!(v.type & BINXML_TYPE_ARRAY))
            return;
        v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
        *rest = v;
    }
    item->set = binxml_array_next(rest, &item->value);
}

/* One writing of the element; c stands behind its name. */
static int element_once(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                        struct binxml_name name, struct value *rest)
{
    struct item item = { .set = false };
    int rc = b->mute ? EV_OK : b->sink->start(b->sink_ctx, name);

    while (rc == EV_OK && binxml_peek(c) == TOKEN_ATTRIBUTE) {
        rc = binxml_step(b, c);
        if (rc == EV_OK)
            rc = attribute(b, c, vs);
    }
    if (rc < 0)
        return rc;
    if (binxml_peek(c) != TOKEN_CLOSE_START && binxml_peek(c) != TOKEN_CLOSE_EMPTY)
        return binxml_fail(b, c, "a start tag has no end");
    b->empty_tag = binxml_peek(c) == TOKEN_CLOSE_EMPTY;
    if (!b->mute)
        rc = b->sink->attributes_end(b->sink_ctx);
    if (rc == EV_OK && (c->p[c->at++] & ~TOKEN_MORE) != TOKEN_CLOSE_EMPTY) {
        take_item(b, c, vs, rest, &item);
        rc = content(b, c, vs, &item);
    }
    if (rc == EV_OK && !b->mute)
        rc = b->sink->end(b->sink_ctx);
    return rc;
}

/* c stands on the element's token. */
static int element(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs)
{
    bool attributes = c->p[c->at++] & TOKEN_MORE, drop = false;
    uint32_t size;
    struct value rest = { 0 };
    struct binxml_name name;
    struct binxml_cur body;
    int rc;

    if (b->elements == LIMIT_BINXML_DEPTH)
        return binxml_limit(b, c, "elements are nested too deep");
    if (!binxml_has(c, vs ? 6 : 4))
        return binxml_fail(b, c, "an element is cut off");
    if (vs) {
        uint32_t dependency = binxml_u16(c->p + c->at);

        /* Event depends on its body, but an event without one is still an event. */
        drop = dependency != BINXML_NO_DEPENDENCY && b->elements > 0 &&
               binxml_value(vs, dependency).type == VALUE_NULL;
        c->at += 2;
    }
    size = binxml_u32(c->p + c->at);
    c->at += 4;
    if (b->quiet && size <= c->end - c->at) {
        c->at += size;
        return EV_OK;
    }
    rc = take_name(b, c, &name);
    if (rc == EV_OK && attributes && !binxml_has(c, 4))
        rc = binxml_fail(b, c, "an attribute list is cut off");
    if (rc < 0)
        return rc;
    c->at += attributes ? 4 : 0;
    body = *c;
    /* One template may hold several roots, too. */
    drop |= b->elements == 0 && b->rooted;
    b->rooted |= !b->mute;
    b->elements++;
    b->mute += drop;
    do {
        *c = body;
        rc = binxml_step(b, c);
        if (rc == EV_OK)
            rc = element_once(b, c, vs, name, &rest);
    } while (rc == EV_OK && rest.n > 0);
    b->mute -= drop;
    b->elements--;
    return rc;
}

int binxml_document(struct binxml *b, struct binxml_cur *c, const struct binxml_values *vs,
                    bool top)
{
    unsigned mute = b->mute;
    int rc = EV_OK;

    while (rc == EV_OK && binxml_has(c, 1)) {
        uint8_t token = binxml_peek(c);

        rc = binxml_step(b, c);
        if (rc < 0)
            break;
        if (token == TOKEN_EOF) {
            c->at++;
            break;
        }
        if (token == TOKEN_FRAGMENT) {
            if (!binxml_has(c, 4))
                rc = binxml_fail(b, c, "a fragment is cut off");
            else
                c->at += 4;
            continue;
        }
        if (token == TOKEN_ELEMENT)
            rc = element(b, c, vs);
        else if (token == TOKEN_INSTANCE)
            rc = binxml_instance(b, c);
        else
            rc = piece(b, c, vs, true, NULL);
        if (top && (token == TOKEN_ELEMENT || token == TOKEN_INSTANCE))
            b->mute = mute + 1;
    }
    b->mute = mute;
    return rc;
}

int binxml_walk(struct binxml *b, uint32_t at, uint32_t end, uint32_t *ret_end)
{
    struct binxml_cur c = { b->chunk.p, (uint32_t)b->chunk.n, at, end };
    int rc;

    b->elements = b->instances = 0;
    b->mute = b->quiet;
    b->why = NULL;
    b->no_template = b->rebound = b->rooted = false;
    b->templates = b->unbound = 0;
    if (at > end || end > b->chunk.n)
        return binxml_fail(b, &c, "the record reaches out of the chunk");
    rc = binxml_document(b, &c, NULL, true);
    if (rc == EV_OK)
        *ret_end = c.at;
    return rc;
}
