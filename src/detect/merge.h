/* merge.h - many sorted runs as one.
 * Rank: base/, codec.h, spool.h. */
#ifndef DETECT_MERGE_H
#define DETECT_MERGE_H

#include "detect/codec.h"
#include "detect/spool.h"

/* Where a run lies in its spool. */
struct run {
    uint64_t at, end;
};

struct merge;

/* Opens n runs, reading `room` bytes at once from each. EV_EIO, EV_EFORMAT. */
int merge_new(const struct ruleset *rs, const struct spool *s, const struct run *run, size_t n,
              size_t room, struct merge **ret, struct ev_err *err);
void merge_free(struct merge *m);
/* 1 and the least row, borrowed until the next call; 0 at the end; EV_EIO, EV_EFORMAT. */
int merge_next(struct merge *m, struct spool_row *ret_row, struct ev_err *err);

#endif
