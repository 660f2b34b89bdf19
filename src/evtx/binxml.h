/* binxml.h - binary XML tokens -> calls, as a SAX parser does for text.
 *
 * One recursive walk over the tokens of a record, templates filled in on the way. It knows the whole
 * grammar and nothing of events; the reader's fast path (template.h) covers the shapes that real logs
 * are made of and must agree with it. Facts: doc/evtx-format.md.
 * Input is hostile: every token is bounded by its container, depth and steps are capped, no chain is
 * followed, no pointer leaves the chunk.
 * Rank: base/, event/value.h. */
#ifndef EVTX_BINXML_H
#define EVTX_BINXML_H

#include "base/arena.h"
#include "base/err.h"
#include "event/value.h"

/* Type bits beyond enum value_type. */
#define BINXML_TYPE_XML 0x21
#define BINXML_TYPE_ARRAY 0x80

#define BINXML_NO_DEPENDENCY 0xffff

#define TOKEN_MORE 0x40 /* another attribute or more text follows; the grammar needs it not */

enum binxml_token {
    TOKEN_EOF = 0x00,
    TOKEN_ELEMENT = 0x01,
    TOKEN_CLOSE_START = 0x02,
    TOKEN_CLOSE_EMPTY = 0x03,
    TOKEN_END = 0x04,
    TOKEN_VALUE = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_CDATA = 0x07,
    TOKEN_CHAR_REF = 0x08,
    TOKEN_ENTITY_REF = 0x09,
    TOKEN_PI_TARGET = 0x0a,
    TOKEN_PI_DATA = 0x0b,
    TOKEN_INSTANCE = 0x0c,
    TOKEN_NORMAL = 0x0d,
    TOKEN_OPTIONAL = 0x0e,
    TOKEN_FRAGMENT = 0x0f
};

/* A name as it stands in the chunk. */
struct binxml_name {
    const uint8_t *p; /* UTF-16LE */
    uint32_t units;
};

/* Each returns 0, or a negative code that ends the walk with it. NULL members are not allowed. */
struct binxml_sink {
    int (*start)(void *ctx, struct binxml_name name);
    int (*attribute)(void *ctx, struct binxml_name name);
    int (*attribute_end)(void *ctx);
    int (*attributes_end)(void *ctx); /* once for each element, also without attributes */
    /* A piece of the content of the open attribute or element. literal: text of the document, not
     * a value that was filled in. Never an array; VALUE_NULL only as an item of an array of
     * those. */
    int (*text)(void *ctx, const struct value *v, bool literal);
    int (*unit)(void *ctx, uint16_t unit); /* a character reference: one UTF-16 unit */
    int (*end)(void *ctx);
};

/* Where a template definition lies: its next-link at chunk.p + at. */
struct binxml_definition {
    struct slice chunk;
    uint32_t at;
};

/* A definition with this template id from elsewhere, for an instance whose own is gone. */
typedef bool binxml_find_fn(void *ctx, uint32_t id, struct binxml_definition *ret);

struct binxml {
    struct slice chunk; /* bytes of the record's chunk, from its magic on, 65,536 at most */
    const struct binxml_sink *sink;
    void *sink_ctx;
    struct arena *arena;  /* for the walk's own tables */
    binxml_find_fn *find; /* NULL: none */
    void *find_ctx;
    bool strict;    /* a recovered record: each substitution must exist and its type fit */
    uint32_t steps; /* tokens that may be unfolded; counts down */
    bool quiet;     /* only look where the document ends: no call, no template */
    bool forget;    /* for tests: no template is known */

    uint32_t at;     /* after a failure: where in the chunk of the tokens */
    const char *why; /* half a sentence */
    bool no_template, rebound;
    uint32_t templates; /* instances that were filled in */
    uint32_t unbound;   /* and that were told without their template, binxml_unbound.h */
    bool empty_tag;     /* at attributes_end: the tag is closed at once, `<a/>` */

    unsigned elements, instances, mute;
    bool rooted; /* the first root was told */
};

/* Walks the document between two offsets of the chunk. Only the first root element is told to the
 * sink, later ones are checked. *ret_end: behind the EOF token, or end when there is none.
 * EV_EFORMAT with at and why; EV_ELIMIT with why; else what the sink returned. */
int binxml_walk(struct binxml *b, uint32_t at, uint32_t end, uint32_t *ret_end);

/* The character that an entity reference of this name stands for; the empty slice when XML does not
 * know it. */
struct slice binxml_entity(struct binxml_name name);

/* One value of an instance: descriptors of n values at desc. */
struct binxml_values {
    const uint8_t *desc; /* n x {u16 size, u8 type, u8 0} */
    const uint32_t *off; /* n + 1 offsets from base */
    const uint8_t *base; /* chunk that they lie in, of size bytes */
    uint32_t size;
    uint32_t n;
};

static inline struct value binxml_value(const struct binxml_values *vs, uint32_t i)
{
    if (i >= vs->n)
        return (struct value){ 0 };
    return (struct value){ vs->base + vs->off[i], vs->off[i + 1] - vs->off[i],
                           vs->desc[4 * i + 2] };
}

/* The next item of an array value, taken off v's front; type is the array's without
 * BINXML_TYPE_ARRAY. False at the end. Each call makes v shorter. */
bool binxml_array_next(struct value *v, struct value *ret_item);

/* True when the rendered text is empty: NULL, no bytes, a string of NULs. */
bool binxml_value_empty(const struct value *v);

/* Does a value of this type go where the template says `declared`? As seen in logs: doc. */
bool binxml_type_fits(uint8_t declared, uint8_t type);

static inline uint16_t binxml_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t binxml_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t binxml_u64(const uint8_t *p)
{
    return binxml_u32(p) | (uint64_t)binxml_u32(p + 4) << 32;
}

#endif
