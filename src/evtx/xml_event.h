/* xml_event.h - the XML of one event -> event view, by libxml2's SAX interface.
 *
 * No tree is built. Prefixes are not resolved: libevtx and real logs use some that nobody declares,
 * and the event view knows local names only. There is no document type, hence no entity beyond the
 * five of XML.
 * Rank: base/, event/, event_builder.h, xml_clean.h. */
#ifndef EVTX_XML_EVENT_H
#define EVTX_XML_EVENT_H

#include "base/err.h"
#include "evtx/event_builder.h"

/* How values are written, beyond what XML says. */
enum xml_dialect {
    XML_DIALECT_WINDOWS, /* as it stands */
    XML_DIALECT_LIBEVTX  /* zero-padded hex, times of 9 digits: written as Windows does
                            (doc/decoders.md) */
};

struct xml_event; /* parser and buffers, reused from event to event */

struct xml_event *xml_event_new(void);
void xml_event_free(struct xml_event *x);

/* Parses one <Event> element into b, which was started. EV_EFORMAT when it is no such element or not
 * well-formed: err holds one sentence. EV_ELIMIT when it is too large or nested too deep. Values are
 * VALUE_UTF8. */
int xml_event_parse(struct xml_event *x, struct slice xml, enum xml_dialect dialect,
                    struct event_builder *b, struct ev_err *err);

#endif
