/* template.h - template definitions compiled to a list of fields to fill in.
 *
 * Almost every record is two instances, one for System and one for what is inside EventData or
 * UserData, of templates whose elements hold one value each. Such a template becomes a flat list of
 * operations with the names' ids already looked up; filling in is one pass over it. What is not of
 * that shape is marked so, and read by the token walk (binxml.h), which knows everything.
 *
 * Compiled templates are kept across chunks and files. A definition is recognised by its GUID and by
 * all its tokens, names and literals compared in full: GUIDs and name hashes can be forged, and a
 * forged definition must not speak for the genuine one of the next file.
 * Rank: base/, event/, binxml.h, template_scan.h, event_builder.h. */
#ifndef EVTX_TEMPLATE_H
#define EVTX_TEMPLATE_H

#include "base/map.h"
#include "evtx/event_builder.h"
#include "evtx/template_image.h"
#include "evtx/template_scan.h"

/* Where an instance of it stands. */
enum template_level {
    TEMPLATE_RECORD, /* the record: its root is Event */
    TEMPLATE_BODY,   /* inside Event: its root is EventData, UserData ... */
    TEMPLATE_USER    /* inside UserData */
};

enum template_op_kind {
    OP_DROP,    /* element: leave out the next `skip` operations if value `slot` is NULL */
    OP_LITERAL, /* field whose text stands in the template */
    OP_VALUE,   /* field: content of an element */
    OP_ATTRIBUTE,
    OP_CHILDLESS, /* empty field if all values whose slots field.value lists are NULL */
    OP_BODY       /* XML value inside Event */
};

enum {
    OP_FIRST = 1,          /* first attribute of its element */
    OP_KEEPS_EMPTY = 2,    /* a field also without text */
    OP_HAS_ATTRIBUTES = 4, /* ... unless an attribute of its element was written */
    OP_DROPS = 8           /* the element is left out if value `slot` is NULL */
};

/* What struct event takes from System fields. */
enum template_fact {
    FACT_NONE,
    FACT_PROVIDER,
    FACT_CHANNEL,
    FACT_COMPUTER,
    FACT_USER,
    FACT_EVENT_ID,
    FACT_LEVEL,
    FACT_VERSION,
    FACT_RECORD_ID,
    FACT_TIME,
    FACT_COUNT
};

struct template_op {
    uint8_t kind, flags;
    uint8_t fact; /* enum template_fact */
    uint16_t slot, skip;
    struct field field; /* name, id, part; of a literal also value and text */
};

/* A token as it is compared. */
struct template_token {
    uint8_t token, type;
    uint16_t number;
    uint32_t units;
    const uint8_t *text; /* 2 * units bytes */
};

struct template
{
    struct template *next; /* of its bucket */
    uint8_t guid[16];
    enum template_level level;
    bool simple; /* op is valid */
    const struct template_token *token;
    uint32_t tokens;
    struct template_images *images; /* its definition as it lay in chunks */
    const struct template_op *op;
    uint32_t ops;
    const struct template_op *fact[FACT_COUNT]; /* the first of each, or NULL */
    struct render_memo *render;                 /* render_program.h */
    struct native_plans *plans;                 /* native_plan.h */
};

#define TEMPLATE_BUCKETS 1024
#define TEMPLATE_PLACES 256

struct template_cache {
    struct arena arena; /* all templates; released together when full */
    struct template *bucket[TEMPLATE_BUCKETS];
    const struct names *names; /* whose ids the operations hold */
    bool full;
    /* Places of this chunk; valid when generation is ours. */
    struct template_place {
        uint32_t key, generation;
        const struct template *template;
    } place[TEMPLATE_PLACES];
    uint32_t generation;
};

void template_cache_init(struct template_cache *c);
void template_cache_release(struct template_cache *c);

/* A new chunk: places are forgotten, and all templates when names changed or the cache is full.
 * Pointers from before are then invalid. */
void template_cache_chunk(struct template_cache *c, const struct names *names);

/* The template of the definition at `at` in the chunk. NULL when the bytes are no definition or the
 * cache is full. Valid until template_cache_chunk. */
const struct template *template_find_slow(struct template_cache *c, struct slice chunk, uint32_t at,
                                          enum template_level level);

static inline const struct template *template_find(struct template_cache *c, struct slice chunk,
                                                   uint32_t at, enum template_level level)
{
    uint32_t key = at << 2 | level;
    const struct template_place *p = &c->place[(key * 2654435761u) >> 24];

    if (p->key == key && p->generation == c->generation)
        return p->template;
    return template_find_slow(c, chunk, at, level);
}

/* Compiles the definition; what is not simple comes back so. NULL when the arena is full or the
 * bytes are no definition. */
struct template *template_compile(struct arena *a, const struct names *names, struct slice chunk,
                                  uint32_t at, enum template_level level);

#endif
