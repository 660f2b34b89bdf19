/* ew_event.c - see ew_event.h. */
#include "ew_event.h"

#include "ew_text.h"

#include <stdio.h>

enum slot {
    S_LEVEL = 0,
    S_OPCODE = 1,
    S_TASK = 2,
    S_ID = 3,
    S_QUALIFIERS = 4,
    S_KEYWORDS = 5,
    S_TIME = 6,
    S_ACTIVITY = 7,
    S_PID = 8,
    S_TID = 9,
    S_RECORD = 10,
    S_VERSION = 11,
    S_USER = 12,
    S_RELATED_A = 13,
    S_PROVIDER = 14,
    S_GUID = 15,
    S_CHANNEL = 16,
    S_BODY_A = 17,
    S_RELATED_B = 18,
    S_BODY_B = 19
};

struct builder {
    struct ew_arena *a;
    const struct ew_event *ev;
    struct ew_node *system;
    bool failed;
};

void ew_event_init(struct ew_event *ev)
{
    *ev = (struct ew_event){ .qualifiers = -1, .pid = -1, .tid = -1 };
    ev->keywords = 0x8020000000000000U;
    ev->provider = ew_str("Microsoft-Windows-Security-Auditing");
    ev->guid = ew_str("{54849625-5478-4994-a5ba-3e3b0328c30d}");
    ev->channel = ew_str("Security");
    ev->computer = ew_str("host.example");
    ev->source = ev->user = ev->activity = ev->related = ew_str("");
}

/* A substitution of the System part; empty text makes it NULL. */
static struct ew_node *slot(struct builder *b, enum slot index, const char *type,
                            struct ew_str text)
{
    struct ew_value v = { 0 };
    struct ew_node *n;
    uint8_t declared;

    if (!ew_value_parse(b->a, ew_str(type), text.n > 0 ? text : ew_str("0"), &v) && text.n > 0)
        b->failed = true;
    declared = v.declared;
    if (text.n == 0)
        ew_value_parse(b->a, ew_str("null"), text, &v);
    v.declared = declared;
    v.optional = true;
    n = ew_node_value(b->a, &v);
    n->slot = (uint16_t)index;
    return n;
}

static struct ew_node *number_slot(struct builder *b, enum slot index, const char *type,
                                   uint64_t value)
{
    char text[32];

    snprintf(text, sizeof text, "0x%llx", (unsigned long long)value);
    return slot(b, index, type, ew_str(text));
}

static struct ew_node *maybe_slot(struct builder *b, enum slot index, const char *type,
                                  int64_t value)
{
    return value < 0 ? slot(b, index, type, ew_str(""))
                     : number_slot(b, index, type, (uint64_t)value);
}

/* SIDs and GUIDs parse from no number, so their NULL is made apart. */
static struct ew_node *id_slot(struct builder *b, enum slot index, const char *type,
                               struct ew_str text)
{
    struct ew_value v = { .type = EW_NULL, .declared = EW_GUID, .optional = true };
    struct ew_node *n;

    if (text.n > 0)
        return slot(b, index, type, text);
    if (ew_str_eq(ew_str(type), "sid"))
        v.declared = EW_SID;
    n = ew_node_value(b->a, &v);
    n->slot = (uint16_t)index;
    return n;
}

static struct ew_node *element(struct builder *b, const char *name, struct ew_node *content)
{
    struct ew_node *n = ew_node_new(b->a, EW_ELEMENT, ew_str(name));

    if (content != NULL)
        ew_node_add(n, content);
    ew_node_add(b->system, n);
    return n;
}

static void attr(struct builder *b, struct ew_node *n, const char *name, struct ew_node *value)
{
    struct ew_node *attribute = ew_node_new(b->a, EW_ATTRIBUTE, ew_str(name));

    ew_node_add(attribute, value);
    ew_node_add_attr(n, attribute);
}

static void add_provider(struct builder *b, bool literal)
{
    struct ew_node *n = element(b, "Provider", NULL);

    if (!literal) {
        attr(b, n, "Name", slot(b, S_PROVIDER, "str", b->ev->provider));
        attr(b, n, "Guid", id_slot(b, S_GUID, "guid", b->ev->guid));
        return;
    }
    ew_node_text_attr(b->a, n, "Name", b->ev->provider);
    if (b->ev->guid.n > 0)
        ew_node_text_attr(b->a, n, "Guid", b->ev->guid);
    if (b->ev->source.n > 0)
        ew_node_text_attr(b->a, n, "EventSourceName", b->ev->source);
}

static void add_numbers(struct builder *b, bool classic)
{
    const struct ew_event *ev = b->ev;
    struct ew_node *n = element(b, "EventID", number_slot(b, S_ID, "u16", ev->id));

    attr(b, n, "Qualifiers", maybe_slot(b, S_QUALIFIERS, "u16", ev->qualifiers));
    if (!classic)
        element(b, "Version", number_slot(b, S_VERSION, "u8", ev->version));
    element(b, "Level", number_slot(b, S_LEVEL, "u8", ev->level));
    element(b, "Task", number_slot(b, S_TASK, "u16", ev->task));
    if (!classic)
        element(b, "Opcode", number_slot(b, S_OPCODE, "u8", ev->opcode));
    element(b, "Keywords", number_slot(b, S_KEYWORDS, "hex64", ev->keywords));
}

static void add_when_and_who(struct builder *b, bool literal, bool classic)
{
    const struct ew_event *ev = b->ev;
    struct ew_buf time = { 0 };
    struct ew_node *n = element(b, "TimeCreated", NULL);

    ew_text_put_time(&time, ev->time, 7, true);
    attr(b, n, "SystemTime",
         slot(b, S_TIME, "filetime", (struct ew_str){ (char *)time.p, time.n }));
    ew_buf_release(&time);
    element(b, "EventRecordID", number_slot(b, S_RECORD, "u64", ev->record_id));
    if (!classic) {
        n = element(b, "Correlation", NULL);
        attr(b, n, "ActivityID", id_slot(b, S_ACTIVITY, "guid", ev->activity));
        attr(b, n, "RelatedActivityID",
             id_slot(b, literal ? S_RELATED_B : S_RELATED_A, "guid", ev->related));
        n = element(b, "Execution", NULL);
        attr(b, n, "ProcessID", maybe_slot(b, S_PID, "u32", ev->pid));
        attr(b, n, "ThreadID", maybe_slot(b, S_TID, "u32", ev->tid));
    }
    if (literal)
        element(b, "Channel", ew_node_text(b->a, ev->channel));
    else
        element(b, "Channel", slot(b, S_CHANNEL, "str", ev->channel));
    element(b, "Computer", ev->computer.n > 0 ? ew_node_text(b->a, ev->computer) : NULL);
    n = element(b, "Security", NULL);
    attr(b, n, "UserID", id_slot(b, S_USER, "sid", ev->user));
}

static void add_body(struct builder *b, struct ew_node *event, enum slot index)
{
    struct ew_value v = { .declared = EW_XML, .optional = true, .xml_template = true };
    struct ew_node *n, *parent = event;

    if (b->ev->user_data) {
        parent = ew_node_new(b->a, EW_ELEMENT, ew_str("UserData"));
        ew_node_add(event, parent);
    }
    /* Windows writes an empty EventData where there is nothing to say; a NULL
     * here would drop the whole Event, which depends on this value. */
    v.type = EW_XML;
    v.xml = b->ev->body;
    if (v.xml == NULL)
        v.xml = ew_node_new(b->a, EW_ELEMENT, ew_str("EventData"));
    ew_node_number(v.xml);
    n = ew_node_value(b->a, &v);
    n->slot = (uint16_t)index;
    ew_node_add(parent, n);
    if (b->ev->extra != NULL)
        ew_node_add(event, b->ev->extra);
}

struct ew_node *ew_event_tree(struct ew_arena *a, const struct ew_event *ev, size_t *ret_slots)
{
    bool literal = ev->layout == EW_SYSTEM || ev->layout == EW_CLASSIC;
    struct builder b = { a, ev, NULL, false };
    struct ew_node *event;

    *ret_slots = literal ? S_BODY_B + 1 : S_BODY_A + 1;
    if (ev->layout == EW_RAW)
        return ev->body;
    event = ew_node_new(a, EW_ELEMENT, ew_str("Event"));
    ew_node_text_attr(a, event, "xmlns",
                      ew_str("http://schemas.microsoft.com/win/2004/08/events/event"));
    b.system = ew_node_new(a, EW_ELEMENT, ew_str("System"));
    ew_node_add(event, b.system);
    add_provider(&b, literal);
    add_numbers(&b, ev->layout == EW_CLASSIC);
    add_when_and_who(&b, literal, ev->layout == EW_CLASSIC);
    add_body(&b, event, literal ? S_BODY_B : S_BODY_A);
    return b.failed ? NULL : event;
}
