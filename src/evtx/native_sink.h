/* native_sink.h - calls of the token walk -> fields of an event.
 *
 * The rules are those by which xml_event.h reads event XML, so that both decoders come to the same
 * list: System attributes are Element_Attribute, Data's Name is the field's name, what stands inside
 * a child of EventData is that field's value as XML. A value that is alone in its place stays as it
 * lies in the chunk.
 * Rank: base/, event/, binxml.h, event_builder.h. */
#ifndef EVTX_NATIVE_SINK_H
#define EVTX_NATIVE_SINK_H

#include "base/buf.h"
#include "base/limits.h"
#include "evtx/binxml.h"
#include "evtx/event_builder.h"

/* Content as it gathers: one value as it lies, or text from text_at on in the sink's buffer. */
struct sink_content {
    size_t text_at;
    struct value one;
    bool has_one, literal;
    uint16_t high; /* first half of a surrogate pair that came as a character reference */
};

struct sink_level {
    struct slice name;
    struct slice qname; /* with its prefix */
    struct sink_content content;
    bool child, attributes;
    bool inner; /* written as XML into the value of an element above */
};

/* Told once for each event: its System part is complete in ev. A negative return ends the walk. */
typedef int sink_key_fn(void *ctx, struct event *ev);

struct native_sink {
    struct event_builder *b;
    sink_key_fn *key; /* may be NULL */
    void *key_ctx;
    bool asked;  /* key was called */
    bool rooted; /* an element Event was told */

    struct buf text;
    size_t tag_end; /* length of text after the last tag */
    struct sink_level level[LIMIT_BINXML_DEPTH];
    unsigned depth;
    enum event_part part;
    struct slice name; /* of the open attribute */
    struct sink_content attribute;
    bool in_attribute;
};

extern const struct binxml_sink native_sink_calls; /* their ctx is a struct native_sink */

void native_sink_init(struct native_sink *s);
void native_sink_release(struct native_sink *s);

/* Fields go to b, which was started. With depth 1 the Event element is open already: the next
 * element is System, EventData or the like. */
void native_sink_start(struct native_sink *s, struct event_builder *b, unsigned depth);

/* Part of the event that the child of Event with this local name holds. */
enum event_part native_part(struct slice name);
/* The name without its prefix. */
struct slice native_local(struct slice name);
bool native_is_namespace(struct slice name);

#endif
