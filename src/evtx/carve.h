/* carve.h - chunks and records in bytes that have no order.
 *
 * A raw image, the space where a chunk should be and is not, a log whose header is gone: whatever
 * begins like a chunk and is plausible is read as one wherever it lies, and between chunks whatever
 * begins like a record. Streaming, one buffer. Everything found is of class recovered, origin carved.
 * Rank: base/, input/, event/, native_impl.h. */
#ifndef EVTX_CARVE_H
#define EVTX_CARVE_H

#include "evtx/native_impl.h"

/* Carves the bytes from..to of the job's source. grid: where chunks were once expected to begin, as
 * an offset; UINT64_MAX: nowhere. Negative when the source cannot be read or the visitor stopped. */
int carve_range(struct native_job *j, uint64_t from, uint64_t to, uint64_t grid,
                struct ev_err *err);

#endif
