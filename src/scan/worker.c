#include "scan/worker.h"

#include "base/limits.h"

void worker_init(struct worker *w)
{
    w->reader = reader_worker_new();
    w->scratch = scratch_new(w->matcher);
    buf_init(&w->row, LIMIT_DETECTION);
    tally_init(&w->tally);
}

void worker_release(struct worker *w)
{
    reader_worker_free(w->reader);
    scratch_free(w->scratch);
    buf_release(&w->row);
    tally_release(&w->tally);
    vec_release(&w->findings);
}

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    struct worker *w = ctx;
    tally_record(&w->tally, channel, event_id, written);
    atomic_fetch_add_explicit(&w->progress->events, 1, memory_order_relaxed);
    return filter_key(w->filter, channel, event_id) &&
           matcher_wants(w->matcher, provider, channel, event_id);
}

static int add_row(struct worker *w, struct event *ev, const struct hit *hit)
{
    const uint64_t time = ev->time_created ? ev->time_created : ev->place.written;
    enum row_fate fate = filter_row(w->filter, hit, time);
    if (fate != ROW_SHOWN) {
        w->hidden[fate]++;
        return EV_OK;
    }
    struct detection d;
    const char *path = source_path(w->file->source);
    detection_make(ev, hit, slice_str(path), &d);
    buf_clear(&w->row);
    detection_encode(&d, &w->row);
    if (w->row.full) {
        w->oversize++;
        return EV_OK;
    }
    atomic_fetch_add_explicit(&w->progress->rows, 1, memory_order_relaxed);
    return order_add(w->order, buf_view(&w->row), &w->err);
}

static int event(void *ctx, struct event *ev)
{
    struct worker *w = ctx;
    struct hits hits;

    if (w->stop && w->stop(w->stop_ctx))
        return EV_EINTR;
    if (!filter_computer(w->filter, ev->computer)) {
        w->filtered++;
        return EV_OK;
    }
    tally_event(&w->tally, ev);
    matcher_run(w->matcher, w->scratch, ev, &hits);
    for (size_t i = 0; i < hits.n; i++) {
        int rc = add_row(w, ev, &hits.v[i]);
        if (rc < 0) {
            w->rc = rc;
            return rc;
        }
    }
    return EV_OK;
}

static void finding(void *ctx, const struct finding *f)
{
    struct worker *w = ctx;
    (void)vec_push(&w->findings, LIMIT_FINDINGS, *f);
}

void worker_run(struct worker *w)
{
    const struct reader_visitor v = { want, event, finding, w };
    uint64_t job;

    while (w->rc == EV_OK && dispenser_take(w->dispenser, &w->file, &job)) {
        struct accounting counts = { 0 };
        struct ev_err err = { 0 };
        w->findings.n = 0;
        int rc = w->file->decoder->run(w->file->reader, job, w->reader, &v, &counts, &err);
        if (w->rc == EV_OK && rc == EV_EINTR)
            w->rc = rc;
        atomic_fetch_add_explicit(&w->progress->bytes, counts.bytes, memory_order_relaxed);
        dispenser_done(w->dispenser, w->file, &counts, w->findings.v, w->findings.n,
                       w->rc == EV_OK ? rc : EV_OK, &err);
    }
    if (w->rc != EV_OK)
        dispenser_stop(w->dispenser);
}
