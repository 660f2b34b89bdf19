/* event_builder.h - fields in, an event view out; every decoder of this folder fills it.
 *
 * What all decoders must agree on stands here and nowhere else: how System attributes are named,
 * which empty elements are fields, and how the facts of struct event (provider, channel, time ...)
 * follow from the System fields.
 * Rank: base/, event/. */
#ifndef EVTX_EVENT_BUILDER_H
#define EVTX_EVENT_BUILDER_H

#include "base/arena.h"
#include "event/event.h"

struct event_builder {
    struct event ev;
    struct field *field; /* ev.n of them, reused from event to event */
    size_t room;
    const struct names *names;
    struct arena arena; /* lifetime: one event */
    bool started;       /* event_builder_start was called: fields are not what they were */
};

void event_builder_init(struct event_builder *b);
void event_builder_release(struct event_builder *b);

/* Forgets the last event. names is borrowed until the next start. */
void event_builder_start(struct event_builder *b, const struct names *names);

/* The two halves of it, for who asks whether the record is wanted in between: the texts of the last
 * event are given back; the event is made empty. */
static inline void event_builder_drop_texts(struct event_builder *b)
{
    if (b->arena.used)
        arena_reset(&b->arena);
}
void event_builder_blank(struct event_builder *b, const struct names *names);

/* Adds a field; name and value are borrowed until the next start. Beyond LIMIT_EVENT_FIELDS the
 * field is dropped and ev.cut set. The second form is for callers that know the id. */
void event_builder_add(struct event_builder *b, enum event_part part, struct slice name,
                       struct value value);
void event_builder_add_id(struct event_builder *b, enum event_part part, struct slice name,
                          uint32_t id, struct value value);

/* Room for n more fields behind those that are there. False when the event would have too many. */
bool event_builder_grow(struct event_builder *b, size_t n);
static inline bool event_builder_reserve(struct event_builder *b, size_t n)
{
    return b->room - b->ev.n >= n || event_builder_grow(b, n);
}

/* True when an element without text and without child elements is a field of its own: one that was
 * written with attributes (namespace declarations and Data's Name do not count) is not, nor are
 * System's carriers of attributes (Provider, TimeCreated, Correlation, Execution, Security). */
bool event_builder_keeps_empty(enum event_part part, struct slice name, bool attributes);

/* "Element_Attribute", made in the arena; absent when it is full (ev.cut is set then). */
struct slice event_builder_join(struct event_builder *b, struct slice element,
                                struct slice attribute);

/* A copy in the arena; the empty slice when it is full (ev.cut is set then). Text that the arena
 * cannot hold is cut to nothing, never to a part, so that no rule matches on half a value. */
struct slice event_builder_copy(struct event_builder *b, struct slice text);

/* Reads provider, channel and EventID out of the System fields that are there so far. */
struct event *event_builder_key(struct event_builder *b);

/* Reads all facts out of the System fields. The event is borrowed until the next start. */
struct event *event_builder_finish(struct event_builder *b);

#endif
