/* verify.h - everything that can be said about a log as a file: structure, sums, sequence, traces.
 *
 * The native decoder tells damage, spans and events; chunk headers are looked at once more.
 * Rank: base/, event/, input/, reader.h. */
#ifndef EVTX_VERIFY_H
#define EVTX_VERIFY_H

#include "event/places.h"
#include "evtx/reader.h"

/* Verifies the log src into v, which the caller has initialised. EV_EFORMAT when it cannot be read at
 * all, EV_EIO when the source cannot be. places: other logs of the run, to
 * compare with, after places_begin; NULL: none. stop may be NULL; EV_EINTR when it said so. */
int verify_log(struct source *src, const struct names *names, struct places *places,
               bool (*stop)(void *ctx), void *stop_ctx, struct verification *v, struct ev_err *err);

#endif
