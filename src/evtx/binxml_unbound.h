/* binxml_unbound.h - a template instance without its definition -> calls.
 *
 * What remains of such a record is its list of values. Where those of System stand is the same in all
 * templates of records (doc/evtx-format.md, Unbound records); they are told as the System that they
 * are when all of their types and sizes are right, the others by the number of their slot inside an
 * element <UnboundData>, which is the mark that something is missing.
 * Rank: base/, binxml.h, binxml_impl.h. */
#ifndef EVTX_BINXML_UNBOUND_H
#define EVTX_BINXML_UNBOUND_H

#include "evtx/binxml_impl.h"

/* Tells what is known of the instance whose token is at `start`; c stands behind its values, which are
 * NULL when there is no list of them. own: where its definition should be, before them. EV_EFORMAT,
 * and nothing told, when it is that of a record and its values cannot be believed. */
int binxml_unbound(struct binxml *b, struct binxml_cur *c, const struct binxml_cur *start, bool own,
                   const struct binxml_values *vs);

#endif
