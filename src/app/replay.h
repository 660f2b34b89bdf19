/* replay.h - one file to a visitor, on this thread: for tools that are no scan.
 * Rank: evtx/, input/. */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "evtx/reader.h"

/* Reads the file with the decoder (event XML with its own). EV_EFORMAT when it is no event log; else
 * what the visitor or the reader returned. Damage is counted only. */
int replay_file(const char *path, const struct decoder *decoder, const struct reader_options *o,
                const struct reader_visitor *v, struct accounting *counts, struct ev_err *err);

#endif
