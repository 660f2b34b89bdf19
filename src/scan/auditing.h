/* auditing.h - when did a computer write the command lines of its 4688?
 *
 * The policy can be switched on and off, by its owner or by an intruder. Workers see events in any
 * order, so process creations are counted by computer and hour, with the first and last time of
 * both sorts; afterwards hours without a command line join to spans. Exact to the event where the
 * policy changed once in an hour.
 * Rank: base/, event/, detect/summary.h. */
#ifndef SCAN_AUDITING_H
#define SCAN_AUDITING_H

#include "base/map.h"
#include "base/vec.h"
#include "detect/summary.h"

/* Process creations of one computer in one hour. */
struct auditing_hour {
    struct slice computer;
    uint64_t hour; /* FILETIME / an hour */
    uint64_t with, without, sysmon;
    uint64_t first_with, last_with, first_without, last_without; /* FILETIME */
};

struct auditing {
    struct arena arena; /* keys */
    struct map at;      /* computer and hour -> index */
    VEC(struct auditing_hour) hours;
    uint64_t lost; /* events beyond LIMIT_TALLY_HOURS */
};

void auditing_init(struct auditing *a);
void auditing_release(struct auditing *a);
/* Counts a process creation (Sysmon 1 or Security 4688); others are not to be given. */
void auditing_event(struct auditing *a, struct event *ev);
void auditing_merge(struct auditing *to, const struct auditing *from);
/* Gives each host of sum its spans without command lines, in order of time; in sum's arena. A span
 * has at least AUDITING_LEAST process creations. */
void auditing_summarise(const struct auditing *a, struct summary *sum);

/* A few without a command line prove nothing: Registry and the like never have one. */
enum { AUDITING_LEAST = 10 };

#endif
