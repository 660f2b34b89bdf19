/* ew_event.h - an event: the System part in the shapes that Windows gives it, and a body.
 */
#ifndef EW_EVENT_H
#define EW_EVENT_H

#include "ew_node.h"

/* How the System part is written (notes 1.6). */
enum ew_layout {
    EW_GENERIC, /* layout A: 18 values; provider and channel are values */
    EW_SYSTEM,  /* layout B: 20 values; provider and channel are in the definition */
    EW_CLASSIC, /* as B, with the few System elements of the old event log API */
    EW_DIRECT,  /* no template, as forwarded events: every value is text */
    EW_RAW      /* no template; the body is the whole Event element */
};

struct ew_event {
    enum ew_layout layout;
    uint64_t time;      /* TimeCreated, FILETIME */
    uint64_t written;   /* time in the record header; 0: same as time */
    uint64_t number;    /* id in the record header; 0: the next one */
    uint64_t record_id; /* EventRecordID; 0: same as number */
    uint64_t keywords;
    int64_t qualifiers, pid, tid; /* -1: none */
    uint16_t id, task;
    uint8_t version, level, opcode;
    struct ew_str provider, guid, source, channel, computer; /* guid, source may be empty */
    struct ew_str user, activity, related; /* SID and GUIDs as text; may be empty */
    struct ew_node *body; /* EventData and the like; the child of UserData; NULL: empty EventData */
    bool user_data;       /* body stands inside UserData */
    struct ew_node *extra;        /* behind the body: RenderingInfo; NULL: none */
    const uint8_t *template_guid; /* NULL: made from the shape */
};

/* An event with nothing set but what a Security event has. */
void ew_event_init(struct ew_event *ev);

/* The Event element as a tree. Its values hold what the event says, slots are
 * Windows' own. *ret_slots: values that an instance has at least. NULL: a SID or
 * GUID was not understood. */
struct ew_node *ew_event_tree(struct ew_arena *a, const struct ew_event *ev, size_t *ret_slots);

#endif
