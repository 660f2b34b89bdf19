/* libevtx_impl.h - shared by the files of the libevtx decoder: open, record, error.
 * Rank: base/, event/, reader_impl.h. */
#ifndef EVTX_LIBEVTX_IMPL_H
#define EVTX_LIBEVTX_IMPL_H

#include <libevtx.h>

#include "evtx/reader_impl.h"

struct libevtx_reader {
    struct reader base; /* first: a reader is cast to this */
    uint64_t size;
    libbfio_handle_t *handle; /* ours; libevtx only uses it */
    libevtx_file_t *file;     /* used by one thread at a time: its reader has one job */
};

/* Why libevtx failed, and where if it says so. */
struct libevtx_why {
    char text[200];
    uint64_t offset; /* of the record in the file; 0: not told */
};

/* The innermost message of the error without its function name. The error is freed. */
void libevtx_why_read(struct libevtx_why *why, libevtx_error_t **error);

/* The job: all records, active ones first. */
int libevtx_run(const struct reader *r, uint64_t job, struct reader_worker *w,
                const struct reader_visitor *v, struct accounting *counts, struct ev_err *err);

#endif
