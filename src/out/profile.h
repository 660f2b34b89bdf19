/* profile.h - where the time of a run went, as tables and as JSON.
 * Rank: base/, event/, rule/, detect/, notices.h. */
#ifndef OUT_PROFILE_H
#define OUT_PROFILE_H

#include "base/buf.h"
#include "base/err.h"
#include "detect/profile.h"

/* Tables of at most width columns (0: 120): stages, dearest fields, dearest rules. EV_ENOMEM. */
int profile_text(const struct profile *p, unsigned width, struct buf *out, struct ev_err *err);
/* One object: all stages, all fields that were looked at, all rules that an event woke. */
void profile_json(const struct profile *p, struct buf *out);

#endif
