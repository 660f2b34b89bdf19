/* template_bind.c - walks template instances far enough to compare ids and the hashes of names.
 *
 * Layout: doc/evtx-format.md, tokens, names, template instance and definition.
 * May include: base/. */
#include "evtx/template_bind.h"

#include "base/limits.h"
#include "base/rd.h"

enum {
    RECORD_HEADER = 24,
    RECORD_TRAILER = 4,
    DEFINITION_HEADER = 24, /* next, GUID, size */
    TOKEN_TEMPLATE = 0x0c,
    TOKEN_FRAGMENT = 0x0f,
    TYPE_STRING = 0x01,
    TYPE_BINXML = 0x21
};

/* budget: tokens and name characters that may still be looked at. Instances may all point to one
 * long definition, so the size of the chunk does not bound the work. */
struct binder {
    struct slice chunk;
    size_t budget;
    bool strict;    /* ids and hashes must agree */
    bool lone_mark; /* seen: a string that is a byte order mark only */
};

static bool spend(struct binder *b, size_t n)
{
    if (n > b->budget)
        return false;
    b->budget -= n;
    return true;
}

static bool content_bound(struct binder *b, size_t at, size_t end, unsigned depth);

/* The name that the place at r points to agrees with its hash; r goes behind the place, and behind
 * the name when it stands here. */
static bool name_sound(struct binder *b, struct rd *r)
{
    struct rd name = rd_init(b->chunk);
    uint32_t place = rd_u32le(r), hash = 0;
    uint16_t want, n;

    rd_seek(&name, place);
    rd_skip(&name, 4);
    want = rd_u16le(&name);
    n = rd_u16le(&name);
    if (!spend(b, n))
        return false;
    for (uint16_t i = 0; i < n && !rd_bad(&name); i++)
        hash = hash * 65599 + rd_u16le(&name);
    if (rd_bad(&name) || (b->strict && (uint16_t)hash != want))
        return false;
    if (place == r->at)
        rd_skip(r, 10 + (size_t)n * 2);
    return !rd_bad(r);
}

static void look_for_mark(struct binder *b, const struct rd *r, size_t bytes)
{
    struct rd text = *r;
    uint16_t unit = rd_u16le(&text);

    b->lone_mark |= bytes == 2 && !rd_bad(&text) && (unit == 0xfeff || unit == 0xfffe);
}

/* One token behind its first byte; elements name the value that they depend on in definitions
 * only. */
static bool token_sound(struct binder *b, struct rd *r, uint8_t token, bool definition)
{
    size_t bytes;

    switch (token & 0x3f) {
    case 0x01: /* element: dependency, size, name, size of attributes */
        rd_skip(r, definition ? 6 : 4);
        if (!name_sound(b, r))
            return false;
        rd_skip(r, token & 0x40 ? 4 : 0);
        break;
    case 0x02:
    case 0x03:
    case 0x04:
        break;
    case 0x05: /* value: type, length, text */
        rd_skip(r, 1);
        bytes = (size_t)rd_u16le(r) * 2;
        look_for_mark(b, r, bytes);
        rd_skip(r, bytes);
        break;
    case 0x06: /* attribute */
    case 0x09: /* entity reference */
    case 0x0a: /* target of a processing instruction */
        return name_sound(b, r);
    case 0x07:
    case 0x0b: /* CDATA, processing instruction: length, text */
        rd_skip(r, (size_t)rd_u16le(r) * 2);
        break;
    case 0x08: /* character reference */
        rd_skip(r, 2);
        break;
    case 0x0d:
    case 0x0e: /* substitution: index, type */
    case TOKEN_FRAGMENT:
        rd_skip(r, 3);
        break;
    default: /* an instance inside a definition has never been seen */
        return false;
    }
    return !rd_bad(r);
}

/* All tokens from at to end: the body of a definition, or elements without one. */
static bool tokens_sound(struct binder *b, size_t at, size_t end, bool definition)
{
    struct rd r = rd_init(slice_sub(b->chunk, 0, end));

    rd_seek(&r, at);
    while (rd_left(&r) > 0 && !rd_bad(&r)) {
        uint8_t token = rd_u8(&r);

        if (token == 0)
            return true;
        if (!spend(b, 1) || !token_sound(b, &r, token, definition))
            return false;
    }
    return !definition && !rd_bad(&r);
}

/* The body of `size` bytes that follows a definition's header. */
static bool definition_sound(struct binder *b, const struct rd *header, uint32_t size)
{
    return !rd_bad(header) && size <= rd_left(header) &&
           tokens_sound(b, header->at, header->at + size, true);
}

/* The nested BinXML values of an instance; r stands behind the definition. */
static bool values_bound(struct binder *b, struct rd *r, unsigned depth)
{
    uint32_t n = rd_u32le(r);
    size_t descriptors = r->at, at;

    if (rd_bad(r) || n > LIMIT_RECORD_VALUES)
        return false;
    rd_skip(r, (size_t)n * 4);
    at = r->at;
    for (uint32_t i = 0; i < n && !rd_bad(r); i++) {
        struct rd d = *r;
        uint16_t size;
        uint8_t type;

        rd_seek(&d, descriptors + (size_t)i * 4);
        size = rd_u16le(&d);
        type = rd_u8(&d);
        if (type == TYPE_STRING)
            look_for_mark(b, r, size);
        rd_skip(r, size);
        if (rd_bad(r) || rd_bad(&d))
            return false;
        if (type == TYPE_BINXML && size > 0 && !content_bound(b, at, at + size, depth + 1))
            return false;
        at += size;
    }
    return !rd_bad(r);
}

/* An instance whose token was read. */
static bool instance_bound(struct binder *b, struct rd *r, unsigned depth)
{
    struct rd def = rd_init(b->chunk);
    uint32_t id, place, size;

    rd_skip(r, 1);
    id = rd_u32le(r);
    place = rd_u32le(r);
    if (rd_bad(r))
        return false;
    rd_seek(&def, place);
    rd_skip(&def, 4);
    if (rd_u32le(&def) != id && b->strict)
        return false;
    rd_skip(&def, 12);
    size = rd_u32le(&def);
    if (!definition_sound(b, &def, size))
        return false;
    if (place == r->at) { /* the definition stands here */
        rd_skip(r, DEFINITION_HEADER);
        rd_skip(r, size);
    }
    return !rd_bad(r) && values_bound(b, r, depth);
}

/* Recursion is bounded by LIMIT_TEMPLATE_DEPTH. */
static bool content_bound(struct binder *b, size_t at, size_t end, unsigned depth)
{
    struct rd r = rd_init(slice_sub(b->chunk, 0, end));
    uint8_t token;

    if (depth > LIMIT_TEMPLATE_DEPTH)
        return false;
    rd_seek(&r, at);
    token = rd_u8(&r);
    if (token == TOKEN_FRAGMENT) {
        rd_skip(&r, 3);
        token = rd_u8(&r);
    }
    if (rd_bad(&r))
        return false;
    if (token == TOKEN_TEMPLATE)
        return instance_bound(b, &r, depth);
    return tokens_sound(b, r.at - 1, end, false);
}

static bool record_walked(struct binder *b, size_t at)
{
    struct rd r = rd_init(b->chunk);
    uint32_t size;

    rd_seek(&r, at);
    rd_skip(&r, 4);
    size = rd_u32le(&r);
    if (rd_bad(&r) || size < RECORD_HEADER + RECORD_TRAILER || size > b->chunk.n - at)
        return false;
    return content_bound(b, at + RECORD_HEADER, at + size - RECORD_TRAILER, 0);
}

bool template_bound(struct slice chunk, size_t at)
{
    struct binder b = { .chunk = chunk, .budget = LIMIT_BIND_WORK, .strict = true };

    return record_walked(&b, at);
}

bool template_renderable(struct slice chunk, size_t at)
{
    struct binder b = { .chunk = chunk, .budget = LIMIT_BIND_WORK };

    return record_walked(&b, at) && !b.lone_mark;
}
