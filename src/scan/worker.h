/* worker.h - one thread's way from jobs to encoded rows.
 *
 * Everything that changes while events are matched is in here: reader buffers, matcher scratch,
 * counts. Workers share the matcher (const), the dispenser and the order or reorder (both locked).
 * Rank: base/, evtx/, match/, detect/, filter.h, tally.h, dispenser.h. */
#ifndef SCAN_WORKER_H
#define SCAN_WORKER_H

#include <stdatomic.h>

#include "detect/correlate.h"
#include "detect/profile.h"
#include "detect/render.h"
#include "scan/dispenser.h"
#include "scan/filter.h"
#include "scan/reorder.h"
#include "scan/script.h"
#include "scan/tally.h"

/* Read by a progress display while workers run. */
struct scan_progress {
    _Atomic uint64_t bytes, events, rows;
    const char *_Atomic file; /* begun last; of the inputs, NULL at first */
};

struct worker {
    const struct matcher *matcher;
    const struct filter *filter;
    struct dispenser *dispenser;
    struct order *order;     /* NULL with reorder */
    struct reorder *reorder; /* --unsorted: rows in the order of the input; else NULL */
    struct script *script;   /* parts of script blocks go there; NULL: are matched one by one */
    struct correlator *correlator; /* NULL: no correlations */
    const struct render *render;   /* rows travel as text; NULL: as they are */
    struct scan_progress *progress;
    bool timed;              /* measure ns */
    bool (*stop)(void *ctx); /* asked between events; NULL: never */
    void *stop_ctx;

    struct reader_worker *reader;
    struct scratch *scratch;
    struct buf row;
    void *rendering;            /* render's state of this thread */
    struct buf common;          /* its text of the event at hand */
    struct order_common shared; /* the same for the order */
    bool cut;                   /* the text says that fields are missing */
    struct detection base;      /* what the event at hand tells, for all its hits */
    bool base_made;
    struct reorder_job job; /* with reorder: that runs */
    struct tally tally;
    VEC(struct finding) findings; /* of the job that runs */
    struct scan_file *file;
    uint64_t hidden[ROW_HIDDEN_TIME + 1]; /* rows by enum row_fate */
    uint64_t seen, made;                  /* records and rows that progress was not told of yet */
    uint64_t fed;                         /* events that make no row, but feed a correlation */
    uint64_t filtered;                    /* events of other computers */
    uint64_t blocks, incomplete;          /* script blocks of several parts, of them not whole */
    uint64_t ns[PROFILE_STAGES];          /* with timed */
    uint64_t decoded;                     /* events that the matcher or the script blocks took */
    uint64_t oversize;                    /* rows beyond LIMIT_DETECTION, lost and reported */
    int rc;                               /* first fault that ends the run */
    struct ev_err err;
};

/* The borrowed members are set by the caller before. */
void worker_init(struct worker *w);
void worker_release(struct worker *w);
/* Puts a row into the order unless the filter hides it. Also for rows that come later
 * (correlations). Errors as order_add. */
int worker_add_row(struct worker *w, const struct detection *d);
/* Takes jobs until there are none. Sets rc and stops the dispenser on a fault that ends the run. */
void worker_run(struct worker *w);
/* Matches a script block (a script_block_fn; ctx: the worker). Of an incomplete one, rows of rules
 * that read its text are no better than unfiltered: a filter might have matched what is missing. */
int worker_block(void *ctx, const struct script_block *b);

#endif
