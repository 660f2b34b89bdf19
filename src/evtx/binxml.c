/* binxml.c - the walk over tokens.
 *
 * A cursor knows the chunk whose names its tokens mean and the end of its container; the chunk is the
 * record's, or that of a definition found elsewhere. Values always lie in the record.
 * May include: base/, event/value.h, binxml.h. */
#include "evtx/binxml.h"

#include "base/limits.h"
#include "evtx/template_scan.h"

struct cur {
    const uint8_t *p; /* chunk */
    uint32_t n;       /* its bytes */
    uint32_t at, end;
};

/* Which item of an array the element at hand shows; NULL value of none: no array. */
struct item {
    struct value value;
    bool set;
};

static int fail(struct binxml *b, const struct cur *c, const char *why)
{
    b->at = c->at;
    b->why = why;
    return EV_EFORMAT;
}

static int limit(struct binxml *b, const struct cur *c, const char *why)
{
    fail(b, c, why);
    return EV_ELIMIT;
}

static bool has(const struct cur *c, uint32_t n)
{
    return c->end - c->at >= n;
}

static int step(struct binxml *b, const struct cur *c)
{
    if (b->steps == 0)
        return limit(b, c, "its templates unfold to too many tokens");
    b->steps--;
    return EV_OK;
}

static int take_name(struct binxml *b, struct cur *c, struct binxml_name *ret)
{
    uint32_t at, units;

    if (!has(c, 4))
        return fail(b, c, "a name is cut off");
    at = binxml_u32(c->p + c->at);
    if (at > c->n || c->n - at < 8)
        return fail(b, c, "a name lies outside the chunk");
    units = binxml_u16(c->p + at + 6);
    if (c->n - at - 8 < 2 * units)
        return fail(b, c, "a name reaches out of the chunk");
    *ret = (struct binxml_name){ c->p + at + 8, units };
    if (units == 0)
        return fail(b, c, "a name is empty");
    if (b->strict && !binxml_name_has_hash(*ret))
        return fail(b, c, "a name does not have its hash");
    c->at += 4;
    if (at == c->at) {
        if (!has(c, 10 + 2 * units))
            return fail(b, c, "a name reaches out of its element");
        c->at += 10 + 2 * units;
    }
    return EV_OK;
}

/* u16 count of UTF-16 units and the units. */
static int take_text(struct binxml *b, struct cur *c, struct value *ret)
{
    uint32_t n;

    if (!has(c, 2) || !has(c, 2 + 2u * binxml_u16(c->p + c->at)))
        return fail(b, c, "a text reaches out of its element");
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

static int entity(struct binxml *b, struct cur *c)
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

static int document(struct binxml *b, struct cur *c, const struct binxml_values *vs, bool top);

/* A value that is XML itself, in the place of content. */
static int nested(struct binxml *b, const struct cur *at, const struct binxml_values *vs,
                  const struct value *v)
{
    struct cur c = { vs->base, vs->size, 0, 0 };
    int rc;

    if (b->instances == LIMIT_TEMPLATE_DEPTH)
        return limit(b, at, "XML values are nested too deep");
    c.at = (uint32_t)(v->p - vs->base);
    c.end = c.at + v->n;
    b->instances++;
    rc = document(b, &c, NULL, false);
    b->instances--;
    return rc;
}

/* Where an array stands among other text, or in an attribute, its items are told with commas. */
static int array_text(struct binxml *b, const struct cur *c, struct value v)
{
    const struct value comma = { (const uint8_t *)", ", 2, VALUE_UTF8 };
    struct value item;
    bool more = false;
    int rc = EV_OK;

    while (rc == EV_OK && binxml_array_next(&v, &item)) {
        rc = step(b, c);
        if (rc == EV_OK && more)
            rc = tell_text(b, &comma, false);
        if (rc == EV_OK)
            rc = tell_text(b, &item, false);
        more = true;
    }
    return rc;
}

static int substitution(struct binxml *b, struct cur *c, const struct binxml_values *vs,
                        bool content, const struct item *item)
{
    struct value v;
    uint32_t i;
    uint8_t declared;

    if (!has(c, 3))
        return fail(b, c, "a substitution is cut off");
    if (!vs)
        return fail(b, c, "a substitution stands outside of a template");
    i = binxml_u16(c->p + c->at);
    declared = c->p[c->at + 2];
    c->at += 3;
    v = binxml_value(vs, i);
    if (b->strict && (i >= vs->n || !binxml_type_fits(declared, v.type)))
        return fail(b, c, "values do not fit the template");
    if (v.type == VALUE_NULL || b->mute)
        return EV_OK;
    if (v.type == BINXML_TYPE_XML && content)
        return nested(b, c, vs, &v);
    if (item && item->set)
        return tell_text(b, &item->value, false);
    if (v.type & BINXML_TYPE_ARRAY) {
        v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
        return array_text(b, c, v);
    }
    return tell_text(b, &v, false);
}

/* Content of attributes and elements but child elements. */
static int piece(struct binxml *b, struct cur *c, const struct binxml_values *vs, bool content,
                 const struct item *item)
{
    uint8_t token = c->p[c->at++] & (uint8_t)~TOKEN_MORE;
    struct binxml_name name;
    struct value v;
    int rc;

    switch (token) {
    case TOKEN_VALUE:
        if (!has(c, 1) || c->p[c->at] != VALUE_UTF16)
            return fail(b, c, "a literal value is no string");
        c->at++;
        rc = take_text(b, c, &v);
        return rc < 0 ? rc : tell_text(b, &v, true);
    case TOKEN_CDATA:
        rc = take_text(b, c, &v);
        return rc < 0 ? rc : tell_text(b, &v, true);
    case TOKEN_CHAR_REF:
        if (!has(c, 2))
            return fail(b, c, "a character reference is cut off");
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
        return fail(b, c, "an unknown token");
    }
}

static uint8_t peek(const struct cur *c)
{
    return has(c, 1) ? c->p[c->at] & (uint8_t)~TOKEN_MORE : TOKEN_EOF;
}

static int attribute(struct binxml *b, struct cur *c, const struct binxml_values *vs)
{
    struct binxml_name name;
    int rc;

    c->at++;
    rc = take_name(b, c, &name);
    if (rc == EV_OK && !b->mute)
        rc = b->sink->attribute(b->sink_ctx, name);
    while (rc == EV_OK) {
        uint8_t token = peek(c);

        if (token == TOKEN_ATTRIBUTE || token == TOKEN_CLOSE_START || token == TOKEN_CLOSE_EMPTY)
            break;
        rc = step(b, c);
        if (rc == EV_OK && !has(c, 1))
            rc = fail(b, c, "an attribute has no end");
        if (rc == EV_OK)
            rc = piece(b, c, vs, false, NULL);
    }
    if (rc == EV_OK && !b->mute)
        rc = b->sink->attribute_end(b->sink_ctx);
    return rc;
}

static int element(struct binxml *b, struct cur *c, const struct binxml_values *vs);
static int instance(struct binxml *b, struct cur *c);

/* Behind the start tag, up to and with the end tag. */
static int content(struct binxml *b, struct cur *c, const struct binxml_values *vs,
                   const struct item *item)
{
    for (;;) {
        int rc = step(b, c);

        if (rc == EV_OK && !has(c, 1))
            rc = fail(b, c, "an element has no end");
        if (rc < 0)
            return rc;
        switch (peek(c)) {
        case TOKEN_END:
            c->at++;
            return EV_OK;
        case TOKEN_ELEMENT:
            rc = element(b, c, vs);
            break;
        case TOKEN_INSTANCE:
            rc = instance(b, c);
            break;
        case TOKEN_FRAGMENT:
            if (!has(c, 4))
                return fail(b, c, "a fragment is cut off");
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
static void take_item(const struct binxml *b, const struct cur *c, const struct binxml_values *vs,
                      struct value *rest, struct item *item)
{
    struct value v;

    if (b->mute || !vs || !has(c, 5) || (c->p[c->at + 4] & ~TOKEN_MORE) != TOKEN_END ||
        (peek(c) != TOKEN_NORMAL && peek(c) != TOKEN_OPTIONAL))
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
static int element_once(struct binxml *b, struct cur *c, const struct binxml_values *vs,
                        struct binxml_name name, struct value *rest)
{
    struct item item = { .set = false };
    int rc = b->mute ? EV_OK : b->sink->start(b->sink_ctx, name);

    while (rc == EV_OK && peek(c) == TOKEN_ATTRIBUTE) {
        rc = step(b, c);
        if (rc == EV_OK)
            rc = attribute(b, c, vs);
    }
    if (rc < 0)
        return rc;
    if (peek(c) != TOKEN_CLOSE_START && peek(c) != TOKEN_CLOSE_EMPTY)
        return fail(b, c, "a start tag has no end");
    b->empty_tag = peek(c) == TOKEN_CLOSE_EMPTY;
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
static int element(struct binxml *b, struct cur *c, const struct binxml_values *vs)
{
    bool attributes = c->p[c->at++] & TOKEN_MORE, drop = false;
    uint32_t size;
    struct value rest = { 0 };
    struct binxml_name name;
    struct cur body;
    int rc;

    if (b->elements == LIMIT_BINXML_DEPTH)
        return limit(b, c, "elements are nested too deep");
    if (!has(c, vs ? 6 : 4))
        return fail(b, c, "an element is cut off");
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
    if (rc == EV_OK && attributes && !has(c, 4))
        rc = fail(b, c, "an attribute list is cut off");
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
        rc = step(b, c);
        if (rc == EV_OK)
            rc = element_once(b, c, vs, name, &rest);
    } while (rc == EV_OK && rest.n > 0);
    b->mute -= drop;
    b->elements--;
    return rc;
}

/* The definition of an instance; at: where its instance says that it lies. Another of the same id is
 * taken where that one is overwritten. When it is the instance's own that is overwritten, its size is
 * lost, too, and with it the place of the values. */
static int definition(struct binxml *b, const struct cur *c, uint32_t id, uint32_t at, bool own,
                      struct template_scan *ret)
{
    const struct slice here = slice_of(c->p, c->n);
    struct binxml_definition d;
    enum scan_names names = NAMES_BAD;

    if (at <= c->n && c->n - at >= TEMPLATE_HEADER && binxml_u32(c->p + at + 4) == id)
        names = template_scan_names(here, at);
    if (names == NAMES_GOOD && template_scan_start(ret, here, at))
        return EV_OK;
    if (!own && b->find && b->find(b->find_ctx, id, &d) &&
        template_scan_start(ret, d.chunk, d.at)) {
        b->rebound = true;
        return EV_OK;
    }
    if (names == NAMES_DOUBTFUL && !b->strict && template_scan_start(ret, here, at))
        return EV_OK;
    b->no_template = true;
    return fail(b, c, "its template is gone");
}

/* Number of values, descriptors and values; c ends behind them. */
static int take_values(struct binxml *b, struct cur *c, struct binxml_values *ret)
{
    uint32_t n, at;
    uint32_t *off;

    if (!has(c, 4))
        return fail(b, c, "a template instance is cut off");
    n = binxml_u32(c->p + c->at);
    if (n > (c->end - c->at - 4) / 4)
        return fail(b, c, "a template instance has more values than bytes");
    if (n > LIMIT_RECORD_VALUES)
        return limit(b, c, "a template instance has too many values");
    c->at += 4;
    off = arena_try(b->arena, (n + 1) * sizeof *off);
    if (!off)
        return limit(b, c, "its template instances need too much memory");
    at = c->at + 4 * n;
    for (uint32_t i = 0; i < n; i++) {
        off[i] = at;
        at += binxml_u16(c->p + c->at + 4 * i);
    }
    off[n] = at;
    if (at > c->end)
        return fail(b, c, "values reach out of the record");
    *ret = (struct binxml_values){ c->p + c->at, off, c->p, c->n, n };
    c->at = at;
    return EV_OK;
}

/* c stands on the instance's token, in the record. */
static int instance(struct binxml *b, struct cur *c)
{
    struct binxml_values vs;
    struct template_scan t;
    struct cur d, start = *c;
    uint32_t id, at;
    bool own;
    int rc;

    if (!has(c, 10))
        return fail(b, c, "a template instance is cut off");
    if (b->instances == LIMIT_TEMPLATE_DEPTH)
        return limit(b, c, "template instances are nested too deep");
    id = binxml_u32(c->p + c->at + 2);
    at = binxml_u32(c->p + c->at + 6);
    c->at += 10;
    own = at == c->at;
    if (own) {
        if (!has(c, TEMPLATE_HEADER) ||
            binxml_u32(c->p + c->at + 20) > c->end - c->at - TEMPLATE_HEADER)
            return fail(b, c, "a template reaches out of its record");
        c->at += TEMPLATE_HEADER + binxml_u32(c->p + c->at + 20);
    }
    rc = take_values(b, c, &vs);
    if (rc < 0 || b->mute)
        return rc;
    rc = definition(b, &start, id, at, own, &t);
    if (rc < 0)
        return rc;
    d = (struct cur){ t.p, t.n, t.at, t.end };
    b->templates++;
    b->instances++;
    rc = document(b, &d, &vs, false);
    b->instances--;
    return rc;
}

/* top: the record itself, of which only the first root is told. vs: the walk is in a definition. */
static int document(struct binxml *b, struct cur *c, const struct binxml_values *vs, bool top)
{
    unsigned mute = b->mute;
    int rc = EV_OK;

    while (rc == EV_OK && has(c, 1)) {
        uint8_t token = peek(c);

        rc = step(b, c);
        if (rc < 0)
            break;
        if (token == TOKEN_EOF) {
            c->at++;
            break;
        }
        if (token == TOKEN_FRAGMENT) {
            if (!has(c, 4))
                rc = fail(b, c, "a fragment is cut off");
            else
                c->at += 4;
            continue;
        }
        if (token == TOKEN_ELEMENT)
            rc = element(b, c, vs);
        else if (token == TOKEN_INSTANCE)
            rc = instance(b, c);
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
    struct cur c = { b->chunk.p, (uint32_t)b->chunk.n, at, end };
    int rc;

    b->elements = b->instances = 0;
    b->mute = b->quiet;
    b->why = NULL;
    b->no_template = b->rebound = b->rooted = false;
    b->templates = 0;
    if (at > end || end > b->chunk.n)
        return fail(b, &c, "the record reaches out of the chunk");
    rc = document(b, &c, NULL, true);
    if (rc == EV_OK)
        *ret_end = c.at;
    return rc;
}
