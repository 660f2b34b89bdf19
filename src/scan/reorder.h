/* reorder.h - rows in the order of the input, whichever worker found them first.
 *
 * Jobs are ordered by input and number. Rows of the first unfinished job, the front, go out as they
 * come; those of later jobs wait. When more than the budget waits, their workers wait too, until the
 * front has moved on: nobody waits for a job that no worker has, because jobs are handed out in
 * order. So memory is bounded without any temporary file.
 * Rank: base/, rule/, detect/. */
#ifndef SCAN_REORDER_H
#define SCAN_REORDER_H

#include "detect/order.h"

struct reorder;

struct reorder_options {
    size_t memory;     /* bytes of rows that may wait, of all jobs */
    order_row_fn *row; /* called by one thread at a time; a negative return ends all */
    void *ctx;
};

#define REORDER_LAST SIZE_MAX /* the place behind all inputs */

/* The job that a worker is at. */
struct reorder_job {
    size_t input;
    uint64_t job;
    size_t counted; /* bytes that the budget knows of */
    size_t fresh;   /* bytes of rows added since */
    struct buf rows;
};

struct reorder *reorder_new(const struct ruleset *rs, const struct reorder_options *o);
void reorder_free(struct reorder *r);

/* An input has that many jobs; 0: none, it is not read. Once for each input, of which nobody knows
 * beforehand how many there will be. Thread safe, like all
 * that follows but reorder_rest. Failure of row is told by the next call, its words are row's own
 * affair. */
void reorder_input(struct reorder *r, size_t input, uint64_t jobs);
/* Begins a job; waits while too much waits. EV_EINTR after reorder_stop. */
int reorder_begin(struct reorder *r, size_t input, uint64_t job, struct reorder_job *ret,
                  struct ev_err *err);
/* Copies an encoded detection and the text that it shares with others of its event. What row returned,
 * EV_EFORMAT, EV_EINTR. */
int reorder_add(struct reorder *r, struct reorder_job *j, struct slice encoded, struct slice common,
                struct ev_err *err);
/* Ends the job, also one that failed; j is released. */
int reorder_end(struct reorder *r, struct reorder_job *j, struct ev_err *err);
/* Nobody waits any more: some jobs will never run. */
void reorder_stop(struct reorder *r);
/* After the last worker has ended: hands out what still waits, and opens the place behind all inputs
 * (REORDER_LAST, job 0) for rows that come last. */
int reorder_rest(struct reorder *r, struct ev_err *err);

#endif
