/* each_event.h - the events of one log, by the native decoder, for tests and benchmarks that want no
 * more of it. */
#ifndef EACH_EVENT_H
#define EACH_EVENT_H

#include "evtx/reader.h"
#include "input/source.h"

/* A file that cannot be opened has none. */
static inline void each_event(const char *path, struct names *names,
                              int (*fn)(void *ctx, struct event *ev), void *ctx)
{
    const struct reader_options o = { .names = names };
    const struct reader_visitor v = { .event = fn, .ctx = ctx };
    struct reader_worker *w = reader_worker_new();
    struct accounting counts = { 0 };
    struct source *src = NULL;
    struct reader *reader = NULL;

    if (source_open_file(path, &src, NULL) == EV_OK &&
        decoder_native.open(src, &o, &reader, NULL) == EV_OK) {
        for (uint64_t i = 0; i < decoder_native.jobs(reader); i++)
            decoder_native.run(reader, i, w, &v, &counts, NULL);
        decoder_native.close(reader);
    }
    source_free(src);
    reader_worker_free(w);
}

#endif
