/* dispenser.h - hands jobs of many files to many workers.
 *
 * A worker takes a job of a file that is already open, else opens the next file. So one huge file
 * keeps all workers busy, and so do thousands of small ones; at most one reader per worker is open
 * beyond those with jobs left. Files are opened in the order of the inputs; an archive or image is read
 * log by log, by one worker at a time, and the next input waits for its end.
 * Rank: base/, input/, evtx/, inputs.h. */
#ifndef SCAN_DISPENSER_H
#define SCAN_DISPENSER_H

#include "evtx/reader.h"
#include "scan/inputs.h"

struct scan_file {
    struct input in; /* what it is, and what became of it */
    size_t index;    /* in the order of inputs, logs of an archive or image behind it */
    struct source *source;
    struct reader *reader;
    const struct decoder *decoder;
    uint64_t jobs, next, done;
    bool tried; /* it was opened, or will never be */
    struct slice
        altered; /* why it is not what its archive says, though it was read; absent: it is */
    struct accounting counts; /* changed under the dispenser's lock only */
    VEC(struct finding) findings;
};

struct dispenser;

/* Borrows all. decoder reads event logs; event XML has its own. */
struct dispenser *dispenser_new(struct inputs *in, const struct decoder *decoder,
                                const struct reader_options *o);
void dispenser_free(struct dispenser *d);
/* Calls opened with the number of jobs (0: none) once for every entry of the list that is now open, or
 * never will be. From any worker; to be set before they start. */
typedef void dispenser_opened_fn(void *ctx, size_t index, uint64_t jobs);
void dispenser_watch(struct dispenser *d, dispenser_opened_fn *opened, void *ctx);

/* The next job; false when there is none left (or dispenser_stop was called). Blocks while another
 * worker is opening a file. Files that cannot be opened get their fate and reason here. */
bool dispenser_take(struct dispenser *d, struct scan_file **ret_file, uint64_t *ret_job);
/* A job is over: counts and findings are added to the file, which is closed after its last job. A
 * negative rc marks the file unreadable with err's text. */
void dispenser_done(struct dispenser *d, struct scan_file *f, const struct accounting *counts,
                    const struct finding *finding, size_t nfinding, int rc,
                    const struct ev_err *err);
void dispenser_stop(struct dispenser *d);
/* For whoever writes in the order of inputs and jobs: true when all before this job are done. With
 * wait, blocks until they are; false then only when the dispenser was stopped. */
bool dispenser_turn(struct dispenser *d, const struct scan_file *f, uint64_t job, bool wait);
/* As in the inputs. */
const char *dispenser_path(const struct dispenser *d, const struct scan_file *f);
/* After all workers have ended: how many entries there are, inputs and what was found in archives and
 * images, in a fixed order. */
size_t dispenser_files(struct dispenser *d);
/* One of them. */
const struct scan_file *dispenser_file(const struct dispenser *d, size_t i);
/* Likewise, disk images that inputs.image_check asked for. NULL after the last. */
const struct image_integrity *dispenser_image(const struct dispenser *d, size_t i);

#endif
