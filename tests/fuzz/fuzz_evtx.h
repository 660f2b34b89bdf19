/* fuzz_evtx.h - bytes through the native decoder twice: with compiled templates and without.
 *
 * For fuzz targets only. Besides the sanitizers it checks that both ways come to the same events and
 * findings, and that every record is in one class. */
#ifndef FUZZ_EVTX_H
#define FUZZ_EVTX_H

#include <stdlib.h>

#include "evtx/native_impl.h"

struct fuzz_run {
    uint64_t hash, events;
    struct accounting counts;
    bool some; /* want not all */
};

static void fuzz_mix(struct fuzz_run *r, struct slice s)
{
    r->hash = slice_hash(s, r->hash + s.n);
}

static int fuzz_event(void *ctx, struct event *ev)
{
    struct fuzz_run *r = ctx;

    r->events++;
    fuzz_mix(r, slice_of(&ev->place.offset, sizeof ev->place.offset));
    fuzz_mix(r, slice_of(&ev->event_id, sizeof ev->event_id));
    fuzz_mix(r, slice_of(&ev->time_created, sizeof ev->time_created));
    fuzz_mix(r, slice_of(&ev->record_id, sizeof ev->record_id));
    fuzz_mix(r, slice_of(&ev->level, sizeof ev->level));
    fuzz_mix(r, ev->provider);
    fuzz_mix(r, ev->channel);
    fuzz_mix(r, ev->computer);
    fuzz_mix(r, ev->user_sid);
    for (size_t i = 0; i < ev->n; i++) {
        fuzz_mix(r, slice_of(&ev->field[i].part, 1));
        fuzz_mix(r, ev->field[i].name);
        fuzz_mix(r, slice_of(&ev->field[i].id, sizeof ev->field[i].id));
        fuzz_mix(r, event_text(ev, i));
    }
    return EV_OK;
}

/* Filled in, a record shows its key even where the rest of it is broken; walked, it may not. So the
 * two are compared with all records wanted. */
static bool fuzz_want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                      uint64_t written)
{
    const struct fuzz_run *r = ctx;

    (void)provider, (void)channel, (void)written;
    return !r->some || event_id % 4 != 3;
}

static void fuzz_finding(void *ctx, const struct finding *f)
{
    fuzz_mix(ctx, slice_of(&f->offset, sizeof f->offset));
}

static void fuzz_once(struct slice bytes, const struct names *names, bool recover, bool walk_only,
                      struct fuzz_run *run)
{
    struct reader_options o = { .names = names, .recover = recover };
    const struct reader_visitor v = {
        .want = fuzz_want, .event = fuzz_event, .finding = fuzz_finding, .ctx = run
    };
    struct reader_worker *w = reader_worker_new();
    struct source *src = source_open_memory(bytes, "fuzz");
    struct reader *r = NULL;

    w->native = native_worker_new();
    w->native->walk_only = walk_only;
    if (decoder_native.open(src, &o, &r, NULL) == EV_OK) {
        for (uint64_t i = 0; i < decoder_native.jobs(r); i++)
            (void)decoder_native.run(r, i, w, &v, &run->counts, NULL);
        decoder_native.close(r);
    }
    source_free(src);
    reader_worker_free(w);
}

static void fuzz_adds_up(const struct accounting *c)
{
    if (c->records != c->events + c->skipped + c->unreadable ||
        c->recovered != c->recovered_events + c->recovered_skipped + c->recovered_unbound)
        abort();
}

static void fuzz_bytes(struct slice bytes, bool recover)
{
    struct names *names = names_new();
    struct fuzz_run fast = { .hash = 1 }, slow = { .hash = 1 }, some = { .some = true };

    fuzz_once(bytes, names, recover, false, &fast);
    fuzz_once(bytes, names, recover, true, &slow);
    fuzz_once(bytes, names, false, false, &some);
    names_free(names);
    if (fast.events != slow.events || fast.hash != slow.hash ||
        fast.counts.unreadable != slow.counts.unreadable)
        abort();
    fuzz_adds_up(&fast.counts);
    fuzz_adds_up(&some.counts);
}

#endif
