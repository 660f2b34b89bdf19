/* scan.h - the pipeline: files to rows in order, with any number of threads.
 * Rank: base/, input/, evtx/, event/, rule/, match/, detect/. */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "scan/worker.h"

struct scan_options {
    const struct matcher *matcher;
    const struct ruleset *rules;
    const struct filter *filter;
    const struct decoder *decoder;
    struct correlator *correlator; /* NULL: no correlations; finished by scan_run */
    struct reader_options reader;
    unsigned threads;  /* 1..LIMIT_THREADS */
    size_t memory;     /* of the sort of script blocks' parts */
    order_row_fn *row; /* rows go there in the order of the input; NULL: into the order */
    void *row_ctx;
    size_t row_memory;           /* with row: of rows that wait for their turn */
    const char *tmpdir;          /* for it; NULL: $TMPDIR or /tmp */
    const struct render *render; /* rows are sorted as text; NULL: as they are */
    struct profile *profile; /* NULL; else the stages of this file are added to it, and the rest is
                              * filled in. The matcher measures, too (match_options.profile) */
    bool (*stop)(void *ctx);
    void *stop_ctx;
};

/* Reads every input and puts the rows, those of correlations too, into order, which is NULL when o->row
 * is set. Fills sum->file, channel, host, total, hidden
 * counts and rule_count (all in sum->arena); the caller has initialised sum. Damage in files is no
 * failure. EV_EINTR when stopped (what was found so far is in order and sum), EV_EIO when the order
 * cannot be kept. */
int scan_run(const struct scan_options *o, struct inputs *in, struct order *order,
             struct scan_progress *progress, struct summary *sum, struct ev_err *err);

/* What became of each input, after all jobs: fills sum->file and adds to sum->total. */
void scan_summarise_files(struct dispenser *d, struct summary *sum);

#endif
