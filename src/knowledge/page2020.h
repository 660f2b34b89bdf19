/* page2020.h - the page that Atomic Threat Coverage made of a rule in March 2020.
 *
 * Byte for byte, with that year's names, exports and slips (notes/sigma.md 4.1 to 4.4): the page
 * from which this project began.
 * Rank: base/, legacy_export.h. */
#ifndef KNOWLEDGE_PAGE2020_H
#define KNOWLEDGE_PAGE2020_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the page of the rule file with that text. EV_ESYNTAX where it is no YAML, EV_ELIMIT. */
int page2020(struct slice rule, struct buf *out, struct ev_err *err);

/* bytes as Python shows them (repr), without the quotes: what the pages print of an export. */
void page2020_repr(struct slice bytes, struct buf *out);

#endif
