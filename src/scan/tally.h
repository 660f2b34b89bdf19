/* tally.h - what a worker counts besides rows: events by channel, process creation by computer.
 *
 * One per worker, without locks; merged at the end into the summary in a fixed order.
 * Rank: base/, event/, detect/summary.h. */
#ifndef SCAN_TALLY_H
#define SCAN_TALLY_H

#include "base/map.h"
#include "base/vec.h"
#include "detect/summary.h"
#include "scan/auditing.h"

struct tally {
    struct arena arena;
    struct auditing auditing;
    struct map channel, host; /* name -> index */
    VEC(struct summary_channel) channels;
    VEC(struct summary_host) hosts;
    uint64_t first, last;
    uint64_t crowded; /* events of channels or hosts beyond the cap, counted without a name */
};

void tally_init(struct tally *t);
void tally_release(struct tally *t);
/* A record of this channel and EventID, written at that FILETIME (0: unknown). */
void tally_record(struct tally *t, struct slice channel, uint32_t event_id, uint64_t written);
/* A decoded event: process creation is counted by computer. */
void tally_event(struct tally *t, struct event *ev);
/* Adds from to to. */
void tally_merge(struct tally *to, const struct tally *from);
/* Copies the counts into sum (its arena), channels by count and name, hosts by name. */
void tally_summarise(const struct tally *t, struct summary *sum);

#endif
