/* duplicates.h - rows of the same record in several places become one.
 *
 * Rows come in the total order, so those of one record and rule follow each other; the first stays
 * and names the other places. (Shadow copies, backups and exports hold the same record many times.)
 * Rank: base/, codec.h. */
#ifndef DETECT_DUPLICATES_H
#define DETECT_DUPLICATES_H

#include "detect/order.h"
#include "detect/spool.h"

struct duplicates;

/* keep: every row goes on as it is. The rest is order_finish's business. */
struct duplicates *duplicates_new(const struct ruleset *rs, bool keep, order_row_fn *row,
                                  void *ctx);
void duplicates_free(struct duplicates *d);
/* The next encoded row; borrowed for the call. What row returned where negative, EV_EFORMAT. */
int duplicates_put(struct duplicates *d, const struct spool_row *row, struct ev_err *err);
/* Records that followed one of the same computer, channel, EventRecordID and time but other content. */
uint64_t duplicates_changed(const struct duplicates *d);
/* Hands out the last row. *ret_folded: rows that became a place of another one. */
int duplicates_end(struct duplicates *d, uint64_t *ret_folded, struct ev_err *err);

#endif
