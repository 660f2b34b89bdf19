/* binxml_unbound.c - a template instance without its definition -> calls.
 * May include: base/, event/, binxml.h, binxml_impl.h. */
#include "evtx/binxml_unbound.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/slice.h"

#define RECORD_MAGIC 0x2a2a
#define FILETIME_1995 UINT64_C(124331328000000000)
#define FILETIME_2100 UINT64_C(157469184000000000)

enum {
    NAME_UNITS = 24, /* of a name that is told */
    INSTANCE = 10,   /* token, 1, id, place of the definition */
    PADDING = 8,     /* a record has less behind its document */
    SLOTS = 13,      /* of System, in every template of a record */
    SLOTS_MAX = 64,  /* of a record, where they are searched for; seen: 20 */
    GENERIC = 18,    /* values of a record whose provider and channel are values, too */
    BODY = 17,       /* slot of its body */
    CLASSIC = 20,    /* values of a record of the other shape */
    CLASSIC_RELATED = 18
};

enum {
    SLOT_LEVEL,
    SLOT_OPCODE,
    SLOT_TASK,
    SLOT_EVENT_ID,
    SLOT_QUALIFIERS,
    SLOT_KEYWORDS,
    SLOT_TIME,
    SLOT_ACTIVITY,
    SLOT_PROCESS,
    SLOT_THREAD,
    SLOT_RECORD_ID,
    SLOT_VERSION,
    SLOT_USER,
    SLOT_RELATED, /* from here on of GENERIC */
    SLOT_PROVIDER,
    SLOT_GUID,
    SLOT_CHANNEL
};

#define NO_SLOT UINT32_MAX

/* Bytes that a value of this type has; 0: any number. UINT8_MAX: no such type. */
static uint8_t type_size(uint8_t type)
{
    static const uint8_t size[] = {
        [VALUE_I8] = 1,    [VALUE_U8] = 1,       [VALUE_I16] = 2,         [VALUE_U16] = 2,
        [VALUE_I32] = 4,   [VALUE_U32] = 4,      [VALUE_I64] = 8,         [VALUE_U64] = 8,
        [VALUE_F32] = 4,   [VALUE_F64] = 8,      [VALUE_BOOL] = 4,        [VALUE_GUID] = 16,
        [VALUE_SIZET] = 0, [VALUE_FILETIME] = 8, [VALUE_SYSTEMTIME] = 16, [VALUE_SID] = 0,
        [VALUE_HEX32] = 4, [VALUE_HEX64] = 8
    };

    if (type == BINXML_TYPE_XML)
        return 0;
    return type < sizeof size ? size[type] : UINT8_MAX;
}

/* Are these descriptors of values, as Windows writes them? */
static bool believable(const struct binxml_values *vs)
{
    for (uint32_t i = 0; i < vs->n; i++) {
        struct value v = binxml_value(vs, i);
        uint8_t size = type_size(v.type & (uint8_t)~BINXML_TYPE_ARRAY);

        if (vs->desc[4 * i + 3] != 0 || size == UINT8_MAX)
            return false;
        if (v.type & BINXML_TYPE_ARRAY)
            continue;
        if ((size && v.n != size) || (v.type == VALUE_UTF16 && v.n % 2) ||
            (v.type == VALUE_SIZET && v.n != 4 && v.n != 8) ||
            (v.type == VALUE_SID && (v.n < 8 || v.n != 8 + 4u * v.p[1])))
            return false;
    }
    return true;
}

/* Do the first values have the types that those of System have? */
static bool is_system(const struct binxml_values *vs)
{
    static const uint8_t type[SLOTS] = {
        [SLOT_LEVEL] = VALUE_U8,      [SLOT_OPCODE] = VALUE_U8,      [SLOT_TASK] = VALUE_U16,
        [SLOT_EVENT_ID] = VALUE_U16,  [SLOT_QUALIFIERS] = VALUE_U16, [SLOT_KEYWORDS] = VALUE_HEX64,
        [SLOT_TIME] = VALUE_FILETIME, [SLOT_ACTIVITY] = VALUE_GUID,  [SLOT_PROCESS] = VALUE_U32,
        [SLOT_THREAD] = VALUE_U32,    [SLOT_RECORD_ID] = VALUE_U64,  [SLOT_VERSION] = VALUE_U8,
        [SLOT_USER] = VALUE_SID
    };
    struct value v;

    if (vs->n < SLOTS || !believable(vs))
        return false;
    for (uint32_t i = 0; i < SLOTS; i++) {
        v = binxml_value(vs, i);
        if (v.type != type[i] &&
            (v.type != VALUE_NULL || i == SLOT_EVENT_ID || i == SLOT_TIME || i == SLOT_RECORD_ID))
            return false;
    }
    v = binxml_value(vs, SLOT_TIME);
    return binxml_u64(v.p) > FILETIME_1995 && binxml_u64(v.p) < FILETIME_2100;
}

/* Is it of the shape in which provider and channel are values? */
static bool is_generic(const struct binxml_values *vs)
{
    uint8_t related = binxml_value(vs, SLOT_RELATED).type, guid = binxml_value(vs, SLOT_GUID).type,
            body = binxml_value(vs, BODY).type;
    struct value provider = binxml_value(vs, SLOT_PROVIDER),
                 channel = binxml_value(vs, SLOT_CHANNEL);

    return vs->n == GENERIC && (related == VALUE_NULL || related == VALUE_GUID) &&
           (guid == VALUE_NULL || guid == VALUE_GUID) &&
           (body == VALUE_NULL || body == BINXML_TYPE_XML) && provider.type == VALUE_UTF16 &&
           provider.n > 0 && channel.type == VALUE_UTF16 && channel.n > 0;
}

/* name, and behind it the number of a slot, if it is one. */
static struct binxml_name make_name(const char *name, uint32_t slot, uint8_t room[2 * NAME_UNITS])
{
    char text[NAME_UNITS];
    uint32_t n = 0;

    if (slot == NO_SLOT)
        snprintf(text, sizeof text, "%s", name);
    else
        snprintf(text, sizeof text, "%s%u", name, slot);
    for (; text[n]; n++) {
        room[2 * n] = (uint8_t)text[n];
        room[2 * n + 1] = 0;
    }
    return (struct binxml_name){ room, n };
}

static int start(struct binxml *b, const struct binxml_cur *c, const char *name, uint32_t slot)
{
    uint8_t room[2 * NAME_UNITS];
    int rc = binxml_step(b, c);

    return rc < 0 ? rc : b->sink->start(b->sink_ctx, make_name(name, slot, room));
}

static int attributes_end(struct binxml *b, bool empty)
{
    b->empty_tag = empty;
    return b->sink->attributes_end(b->sink_ctx);
}

static int end(struct binxml *b)
{
    return b->sink->end(b->sink_ctx);
}

static int attribute(struct binxml *b, const char *name, const struct value *v, bool literal)
{
    uint8_t room[2 * NAME_UNITS];
    int rc;

    if (v->type == VALUE_NULL)
        return EV_OK;
    rc = b->sink->attribute(b->sink_ctx, make_name(name, NO_SLOT, room));
    if (rc == EV_OK)
        rc = b->sink->text(b->sink_ctx, v, literal);
    return rc == EV_OK ? b->sink->attribute_end(b->sink_ctx) : rc;
}

static int text(struct binxml *b, const struct binxml_cur *c, struct value v)
{
    if (v.type == VALUE_NULL)
        return EV_OK;
    /* Without its template nobody knows whether it is shown as markup. */
    if (v.type == BINXML_TYPE_XML || v.type == (BINXML_TYPE_XML | BINXML_TYPE_ARRAY))
        v.type = VALUE_BINARY;
    if (!(v.type & BINXML_TYPE_ARRAY))
        return b->sink->text(b->sink_ctx, &v, false);
    v.type &= (uint8_t)~BINXML_TYPE_ARRAY;
    return binxml_array_text(b, c, v);
}

/* An element with up to two attributes and a text, those of them that are there; at least one. */
struct part {
    const char *name;
    uint8_t text; /* slot, or 0xff */
    const char *attribute[2];
    uint8_t slot[2];
};

#define NONE 0xff

static int tell_part(struct binxml *b, const struct binxml_cur *c, const struct binxml_values *vs,
                     const struct part *p)
{
    struct value v[3] = { { 0 } };
    int rc;

    for (int i = 0; i < 2; i++)
        if (p->attribute[i] && p->slot[i] != NONE)
            v[i] = binxml_value(vs, p->slot[i]);
    if (p->text != NONE)
        v[2] = binxml_value(vs, p->text);
    if (v[0].type == VALUE_NULL && v[1].type == VALUE_NULL && v[2].type == VALUE_NULL)
        return EV_OK;
    rc = start(b, c, p->name, NO_SLOT);
    for (int i = 0; rc == EV_OK && i < 2; i++)
        rc = attribute(b, p->attribute[i], &v[i], false);
    if (rc == EV_OK)
        rc = attributes_end(b, p->text == NONE);
    if (rc == EV_OK)
        rc = text(b, c, v[2]);
    return rc == EV_OK ? end(b) : rc;
}

static int tell_system(struct binxml *b, const struct binxml_cur *c, const struct binxml_values *vs)
{
    const bool generic = is_generic(vs);
    const uint8_t related = generic ? SLOT_RELATED : vs->n == CLASSIC ? CLASSIC_RELATED : NONE;
    const struct part part[] = {
        { "Provider", NONE, { "Name", "Guid" }, { SLOT_PROVIDER, SLOT_GUID } },
        { "EventID", SLOT_EVENT_ID, { "Qualifiers" }, { SLOT_QUALIFIERS } },
        { "Version", SLOT_VERSION, { NULL }, { NONE } },
        { "Level", SLOT_LEVEL, { NULL }, { NONE } },
        { "Task", SLOT_TASK, { NULL }, { NONE } },
        { "Opcode", SLOT_OPCODE, { NULL }, { NONE } },
        { "Keywords", SLOT_KEYWORDS, { NULL }, { NONE } },
        { "TimeCreated", NONE, { "SystemTime" }, { SLOT_TIME } },
        { "EventRecordID", SLOT_RECORD_ID, { NULL }, { NONE } },
        { "Correlation", NONE, { "ActivityID", "RelatedActivityID" }, { SLOT_ACTIVITY, related } },
        { "Execution", NONE, { "ProcessID", "ThreadID" }, { SLOT_PROCESS, SLOT_THREAD } },
        { "Channel", SLOT_CHANNEL, { NULL }, { NONE } },
        { "Security", NONE, { "UserID" }, { SLOT_USER } },
    };
    int rc = start(b, c, "System", NO_SLOT);

    if (rc == EV_OK)
        rc = attributes_end(b, false);
    for (size_t i = 0; rc == EV_OK && i < sizeof part / sizeof *part; i++) {
        bool only_generic = part[i].slot[0] == SLOT_PROVIDER || part[i].text == SLOT_CHANNEL;

        if (generic || !only_generic)
            rc = tell_part(b, c, vs, &part[i]);
    }
    return rc == EV_OK ? end(b) : rc;
}

static int tell_slot(struct binxml *b, const struct binxml_cur *c, const char *name, uint32_t slot,
                     struct value v)
{
    int rc = start(b, c, name, slot);

    if (rc == EV_OK)
        rc = attributes_end(b, false);
    if (rc == EV_OK)
        rc = text(b, c, v);
    return rc == EV_OK ? end(b) : rc;
}

/* The start tag of the element that is the mark. */
static int tell_mark(struct binxml *b, const struct binxml_cur *c, const char *name,
                     const uint8_t *id, bool empty)
{
    const struct value v = { id, 4, VALUE_HEX32 };
    int rc;

    if (b->elements + 2 > LIMIT_BINXML_DEPTH)
        return binxml_limit(b, c, "elements are nested too deep");
    rc = start(b, c, "UnboundData", NO_SLOT);
    if (rc == EV_OK)
        rc = attribute(b, name, &v, false);
    return rc == EV_OK ? attributes_end(b, empty) : rc;
}

/* Values of the record itself that are neither of System nor its body, from..to. */
static int tell_rest(struct binxml *b, const struct binxml_cur *c, const uint8_t *id,
                     const struct binxml_values *vs, uint32_t from, uint32_t to)
{
    int rc;

    while (to > from && binxml_value(vs, to - 1).type == VALUE_NULL)
        to--;
    rc = tell_mark(b, c, "SystemTemplate", id, to == from);
    for (uint32_t i = from; rc == EV_OK && i < to; i++)
        if (binxml_value(vs, i).type != VALUE_NULL)
            rc = tell_slot(b, c, "SystemSlot", i, binxml_value(vs, i));
    return rc == EV_OK ? end(b) : rc;
}

/* The values of an instance inside Event, or its bytes when those are no values (NULL): from behind
 * where it says that its definition lies to the end of what it stands in. */
static int tell_slots(struct binxml *b, const struct binxml_cur *c, const uint8_t *id,
                      const struct binxml_values *vs)
{
    const uint8_t *from = id + INSTANCE - 2;
    int rc = tell_mark(b, c, "Template", id, false);

    for (uint32_t i = 0; rc == EV_OK && vs && i < vs->n; i++)
        if (binxml_value(vs, i).type != VALUE_NULL)
            rc = tell_slot(b, c, "Slot", i, binxml_value(vs, i));
    if (rc == EV_OK && !vs)
        rc = tell_slot(b, c, "Raw", NO_SLOT,
                       (struct value){ from, (uint32_t)(c->p + c->end - from), VALUE_BINARY });
    return rc == EV_OK ? end(b) : rc;
}

/* The whole of a record: Event, its System and its body. */
static int tell_record(struct binxml *b, const struct binxml_cur *c, const uint8_t *id,
                       const struct binxml_values *vs)
{
    const struct value namespace =
        value_utf8(SLICE("http://schemas.microsoft.com/win/2004/08/events/event"));
    struct value body = binxml_value(vs, vs->n - 1);
    uint32_t from = is_generic(vs) ? BODY : SLOTS, to = vs->n;
    int rc = start(b, c, "Event", NO_SLOT);

    if (rc == EV_OK)
        rc = attribute(b, "xmlns", &namespace, true);
    if (rc == EV_OK)
        rc = attributes_end(b, false);
    b->rooted = true;
    b->elements++;
    if (rc == EV_OK)
        rc = tell_system(b, c, vs);
    if (body.type == BINXML_TYPE_XML)
        to--;
    if (vs->n == CLASSIC && !is_generic(vs) && to == CLASSIC - 1 &&
        binxml_value(vs, CLASSIC_RELATED).type == VALUE_GUID)
        to--;
    if (rc == EV_OK)
        rc = tell_rest(b, c, id, vs, from, to);
    if (rc == EV_OK && body.type == BINXML_TYPE_XML)
        rc = binxml_nested(b, c, vs, &body);
    b->elements--;
    return rc == EV_OK ? end(b) : rc;
}

/* Nothing is behind the values but the end of the document. */
static bool ends(const struct binxml_cur *c)
{
    return c->at == c->end || c->p[c->at] == TOKEN_EOF;
}

/* Are these the values of a record, and behind them its end? */
static bool is_record(const struct binxml_cur *c, const struct binxml_values *vs)
{
    return is_system(vs) && c->at < c->end && ends(c) && c->end - c->at - 1 < PADDING;
}

/* The list of values of a record whose definition, which stood before it, was overwritten with its size:
 * it is where a list with the types of System begins that reaches up to the end. Where another record
 * begins, what follows is that one's. */
static bool search(struct binxml *b, struct binxml_cur *c, struct binxml_values *ret)
{
    for (uint32_t at = c->at; c->end - at > 4 + 4 * SLOTS; at++) {
        const uint8_t *p = c->p + at;
        struct binxml_cur values = { c->p, c->n, at, c->end };
        uint32_t n = binxml_u32(p);

        if (n == RECORD_MAGIC)
            return false;
        if (n < SLOTS || n > SLOTS_MAX || binxml_u32(p + 4 + 4 * SLOT_EVENT_ID) != 0x00060002 ||
            binxml_u32(p + 4 + 4 * SLOT_TIME) != 0x00110008)
            continue;
        if (binxml_take_values(b, &values, ret) == EV_OK && is_record(&values, ret)) {
            *c = values;
            return true;
        }
    }
    return false;
}

int binxml_unbound(struct binxml *b, struct binxml_cur *c, const struct binxml_cur *start, bool own,
                   const struct binxml_values *vs)
{
    const uint8_t *id = start->p + start->at + 2;
    struct binxml_values found;
    bool fine = vs && ends(c);

    if (b->elements == 0) {
        fine = b->instances == 0 && vs && is_record(c, vs);
        if (!fine && own && b->instances == 0) {
            c->at = start->at + INSTANCE;
            fine = search(b, c, &found);
            vs = &found;
        }
        b->no_template = true;
        if (!fine)
            return binxml_fail(b, start, "its template is gone");
    }
    b->unbound++;
    b->no_template = false;
    b->why = NULL;
    if (b->elements == 0)
        return tell_record(b, c, id, vs);
    fine = fine && believable(vs);
    if (!fine)
        c->at = c->end;
    return tell_slots(b, c, id, fine ? vs : NULL);
}
