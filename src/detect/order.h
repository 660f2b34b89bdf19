/* order.h - rows by time, in bounded memory.
 *
 * Encoded detections go in as they are found, in any order; beyond the memory budget, sorted runs
 * go to unlinked files in tmpdir and are merged at the end. The same record in several places
 * becomes one row (also_in) unless duplicates are kept. The output does not depend on the order of
 * input.
 * Rank: base/, detection.h. */
#ifndef DETECT_ORDER_H
#define DETECT_ORDER_H

#include "detect/detection.h"

struct order_options {
    size_t memory;        /* bytes for everything that grows here; at least 64 KiB are taken, and
                           * more while single rows are larger than the budget's shares */
    const char *tmpdir;   /* NULL: $TMPDIR or /tmp */
    bool keep_duplicates; /* a row for each place */
    unsigned threads;     /* more than 1: another one merges while rows are taken */
};

struct order;

struct order *order_new(const struct ruleset *rs, const struct order_options *o);
void order_free(struct order *o); /* removes what is left on disk */
/* Copies one encoded detection (detection_encode). Thread safe. EV_EIO when the temporary file
 * cannot be written, and then for every further row; EV_EFORMAT when it is no detection. */
int order_add(struct order *o, struct slice encoded, struct ev_err *err);

/* The text that rows of one event share. The caller sets text, all else 0, before the first of them;
 * rows added one after another keep it once. */
struct order_common {
    struct slice text;
    uint64_t block; /* order's: where the text is already */
    uint32_t at;
};
/* The same as order_add for a row with such a text; *c belongs to one thread. */
int order_add_common(struct order *o, struct slice encoded, struct order_common *c,
                     struct ev_err *err);

typedef int order_row_fn(void *ctx, const struct detection *d);
/* Calls row for each row in order; a negative return ends it. *ret_duplicates: rows folded into
 * another one's also_in. d and all it holds are borrowed until row returns. May be called once. */
int order_finish(struct order *o, order_row_fn *row, void *ctx, uint64_t *ret_duplicates,
                 struct ev_err *err);
/* After that: records with rows in two versions, of the same computer, channel, EventRecordID and time
 * but with other content. */
uint64_t order_changed(const struct order *o);

#endif
