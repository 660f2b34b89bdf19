/* dump.h - events as they are, in the order of the files, with any number of threads.
 *
 * Each worker renders the events of a job into its own buffer. Jobs are written in order: who is
 * early holds up to DUMP_HOLD bytes and then waits for its turn, so memory is bounded by the number
 * of threads, whatever a log unfolds to.
 * Rank: base/, input/, evtx/, event/, scan.h. */
#ifndef SCAN_DUMP_H
#define SCAN_DUMP_H

#include "evtx/render.h"
#include "scan/scan.h"

enum dump_format { DUMP_XML, DUMP_JSONL, DUMP_CSV, DUMP_ROWS /* bytes of event/rows.h */ };

struct dump_options {
    enum dump_format format;
    struct render_options render;
    const struct filter *filter; /* channel, EventID, computer, from, to */
    const struct decoder *decoder;
    struct reader_options reader;
    unsigned threads; /* 1..LIMIT_THREADS */
    bool (*stop)(void *ctx);
    void *stop_ctx;
    /* Takes what is ready, by one thread at a time, in order. A negative return ends the run. */
    int (*write)(void *ctx, struct slice s, struct ev_err *err);
    void *write_ctx;
};

struct dump_counts {
    uint64_t events;   /* written */
    uint64_t filtered; /* decoded, but of another computer or time */
    uint64_t replaced; /* render_replaced */
};

/* Dumps every input. Fills sum->file and sum->total (the caller has initialised sum). Damage is no
 * failure. EV_EINTR when stopped; what was written then ends with a whole event. */
int dump_run(const struct dump_options *o, struct inputs *in, struct scan_progress *progress,
             struct summary *sum, struct dump_counts *counts, struct ev_err *err);

#endif
