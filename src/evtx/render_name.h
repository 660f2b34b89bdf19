/* render_name.h - names of a log as names that XML allows.
 *
 * A name of a log may be any text; of 223,903 seen all were good. What any edition of XML 1.0
 * forbids in a name becomes an underscore, an empty name becomes one.
 * Rank: base/, binxml.h. */
#ifndef EVTX_RENDER_NAME_H
#define EVTX_RENDER_NAME_H

#include "base/buf.h"
#include "evtx/binxml.h"

/* Appends the name to out. Returns how many characters were replaced. */
uint64_t render_name(struct binxml_name name, struct buf *out);

#endif
