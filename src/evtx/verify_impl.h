/* verify_impl.h - shared by the files of verify: chunks and their records in sequence, events.
 * Rank: base/, event/, input/, this folder. */
#ifndef EVTX_VERIFY_IMPL_H
#define EVTX_VERIFY_IMPL_H

#include "evtx/native_impl.h"
#include "evtx/verify.h"

struct verify_sequence {
    struct verification *v;
    const struct source *src;
    uint8_t *room; /* EVTX_CHUNK */
    struct verify_chunk now;
    bool open;      /* now is a chunk */
    uint64_t slack; /* records behind those of `now`, the first at slack_at */
    uint64_t slack_at;
};

void verify_sequence_init(struct verify_sequence *s, struct verification *v,
                          const struct source *src);
void verify_sequence_release(struct verify_sequence *s);

/* The span of a chunk's header, then those of its active records. */
void verify_sequence_chunk(struct verify_sequence *s, const struct span *header);
void verify_sequence_record(struct verify_sequence *s, const struct span *record);
/* A record behind them. */
void verify_sequence_slack(struct verify_sequence *s, const struct span *record);
/* After the last chunk: looks at numbers and times from chunk to chunk, in the order of numbers, for
 * a circular log begins anywhere, and at what the file header says about them. */
void verify_sequence_end(struct verify_sequence *s);

/* "between TIME and TIME"; times of 0 are named as missing. */
enum { VERIFY_BETWEEN = 128 };
const char *verify_between(uint64_t a, uint64_t b, char out[VERIFY_BETWEEN]);

#endif
