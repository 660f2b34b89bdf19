/* xml_split.h - a stream of XML cut into the <Event> elements that it holds.
 *
 * Exports come as <Events>, as bare events one after the other, as several documents in a row, with
 * lines of text between them, in UTF-8 or UTF-16. One damaged event must not take the others with
 * it, so the cut is made before the parse, by tags alone: from <Event to its </Event>, comments,
 * CDATA and nested Event elements minded. Memory is bounded by LIMIT_EVENT_XML.
 * Rank: base/, input/. */
#ifndef EVTX_XML_SPLIT_H
#define EVTX_XML_SPLIT_H

#include "base/err.h"
#include "base/slice.h"
#include "input/source.h"

struct xml_piece {
    struct slice text;  /* UTF-8, from <Event on; borrowed until the next call */
    uint64_t line;      /* where it begins, from 1 */
    const char *broken; /* why it is no whole element; NULL: it is */
};

struct xml_split;

/* Borrows src. Reads at offsets from 0 on where src can do that, else its stream. */
struct xml_split *xml_split_new(struct source *src);
void xml_split_free(struct xml_split *s);

/* The next event: 1, or 0 at the end. EV_EIO when the source cannot be read. */
int xml_split_next(struct xml_split *s, struct xml_piece *ret, struct ev_err *err);

/* Bytes read so far. */
uint64_t xml_split_bytes(const struct xml_split *s);

#endif
