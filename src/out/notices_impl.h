/* notices_impl.h - what the files of notices.h share.
 * Rank: base/, notices.h. */
#ifndef OUT_NOTICES_IMPL_H
#define OUT_NOTICES_IMPL_H

#include "base/buf.h"
#include "base/vec.h"
#include "out/notices.h"

enum { NOTICES_NAMED = 3 }; /* examples named in one sentence */

struct notices {
    const struct summary *sum;
    struct arena *arena;
    VEC(struct notice) v;
};

/* Adds the text as one sentence and clears the buffer. */
void notices_say(struct notices *l, enum notice_kind kind, struct buf *text);
/* "1 rule", "2,000 rules" */
void notices_count(struct buf *b, uint64_t n, const char *one, const char *many);

/* The sentences about rules. */
void notices_rules(struct notices *l, struct buf *b);

#endif
