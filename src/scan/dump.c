#include "scan/dump.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"
#include "event/rows.h"

#define FLUSH LIMIT_KIB(256) /* written from here on if it is this job's turn; stays in the cache */

struct dumper {
    const struct dump_options *o;
    struct dispenser *dispenser;
    struct scan_progress *progress;
    struct reader_worker *reader;
    struct render *render;
    struct buf text;
    VEC(struct finding) findings; /* of the job that runs */
    struct scan_file *file;
    uint64_t job;
    struct dump_counts counts;
    int rc; /* first fault that ends the run */
    struct ev_err err;
};

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    struct dumper *d = ctx;

    (void)provider;
    (void)written;
    return filter_key(d->o->filter, channel, event_id);
}

/* Writes what is there when it is this job's turn; with wait, when it comes. A job without events
 * waits too: it may not be over before those ahead of it. */
static int flush(struct dumper *d, bool wait)
{
    if (!dispenser_turn(d->dispenser, d->file, d->job, wait) || d->text.n == 0)
        return EV_OK;
    d->rc = d->o->write(d->o->write_ctx, buf_view(&d->text), &d->err);
    buf_clear(&d->text);
    return d->rc;
}

static int render(struct dumper *d, struct event *ev)
{
    const char *path = source_path(d->file->source);

    switch (d->o->format) {
    case DUMP_XML:
        return render_xml(d->render, d->reader, ev, &d->text);
    case DUMP_JSONL:
        return render_json(d->render, d->reader, ev, slice_str(path), &d->text);
    case DUMP_ROWS:
        return rows_put(ev, slice_str(path), &d->text) == EV_OK ? EV_OK : READER_UNREADABLE;
    default:
        return render_csv(d->render, ev, slice_str(path), &d->text);
    }
}

static bool stopped(void *ctx)
{
    const struct dumper *d = ctx;

    return d->o->stop && d->o->stop(d->o->stop_ctx);
}

static int event(void *ctx, struct event *ev)
{
    struct dumper *d = ctx;
    uint64_t time = ev->time_created ? ev->time_created : ev->place.written;
    int rc;

    if (stopped(d))
        return EV_EINTR;
    if (!filter_computer(d->o->filter, ev->computer) || !filter_time(d->o->filter, time)) {
        d->counts.filtered++;
        return EV_OK;
    }
    rc = render(d, ev);
    if (rc != EV_OK)
        return rc;
    d->counts.events++;
    if (d->text.n < FLUSH)
        return EV_OK;
    return flush(d, d->text.n >= LIMIT_DUMP_HOLD);
}

static void finding(void *ctx, const struct finding *f)
{
    struct dumper *d = ctx;

    (void)vec_push(&d->findings, LIMIT_FINDINGS, *f);
}

static void run_jobs(struct dumper *d)
{
    const struct reader_visitor v = { .want = want,
                                      .event = event,
                                      .finding = finding,
                                      .ctx = d,
                                      .stop = stopped,
                                      .facts_only = d->o->format == DUMP_XML,
                                      .lazy = d->o->format == DUMP_JSONL };

    while (d->rc == EV_OK && dispenser_take(d->dispenser, &d->file, &d->job)) {
        struct accounting counts = { 0 };
        struct ev_err err = { 0 };
        uint64_t events = d->counts.events;
        int rc;

        if (stopped(d)) {
            d->rc = EV_EINTR;
            break;
        }
        d->findings.n = 0;
        atomic_store_explicit(&d->progress->file, dispenser_path(d->dispenser, d->file),
                              memory_order_relaxed);
        rc = d->file->decoder->run(d->file->reader, d->job, d->reader, &v, &counts, &err);
        if (d->rc == EV_OK && rc == EV_EINTR)
            d->rc = rc;
        if (d->rc == EV_OK || d->rc == EV_EINTR)
            (void)(flush(d, true) < 0);
        atomic_fetch_add_explicit(&d->progress->bytes, counts.bytes, memory_order_relaxed);
        atomic_fetch_add_explicit(&d->progress->events, counts.records, memory_order_relaxed);
        atomic_fetch_add_explicit(&d->progress->rows, d->counts.events - events,
                                  memory_order_relaxed);
        dispenser_done(d->dispenser, d->file, &counts, d->findings.v, d->findings.n,
                       d->rc == EV_OK ? rc : EV_OK, &err);
    }
    if (d->rc != EV_OK)
        dispenser_stop(d->dispenser);
}

static void *thread_main(void *ctx)
{
    run_jobs(ctx);
    return NULL;
}

static void run_all(struct dumper *d, unsigned n)
{
    pthread_t *thread = xcalloc(n, sizeof *thread);
    unsigned started = 0;

    while (started + 1 < n &&
           pthread_create(&thread[started], NULL, thread_main, &d[started + 1]) == 0)
        started++;
    run_jobs(&d[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

static void dumper_init(struct dumper *d)
{
    d->reader = reader_worker_new();
    d->render = render_new(&d->o->render);
    buf_init(&d->text, LIMIT_DUMP_HOLD + 2 * LIMIT_OUT_ROW);
}

static void dumper_release(struct dumper *d)
{
    reader_worker_free(d->reader);
    render_free(d->render);
    buf_release(&d->text);
    vec_release(&d->findings);
}

/* Adds up what the workers did; the first fault that is not the interruption itself. */
static int collect(struct dumper *d, unsigned n, struct dump_counts *counts, struct ev_err *err)
{
    int rc = EV_OK;

    for (unsigned i = 0; i < n; i++) {
        counts->events += d[i].counts.events;
        counts->filtered += d[i].counts.filtered;
        counts->replaced += render_replaced(d[i].render);
        if (d[i].rc == EV_OK || (rc != EV_OK && (rc != EV_EINTR || d[i].rc == EV_EINTR)))
            continue;
        rc = d[i].rc;
        if (err)
            *err = d[i].err;
    }
    return rc;
}

int dump_run(const struct dump_options *o, struct inputs *in, struct scan_progress *progress,
             struct summary *sum, struct dump_counts *counts, struct ev_err *err)
{
    struct dispenser *dispenser = dispenser_new(in, o->decoder, &o->reader);
    struct dumper *d = xcalloc(o->threads, sizeof *d);
    int rc;

    for (unsigned i = 0; i < o->threads; i++) {
        d[i] = (struct dumper){ .o = o, .dispenser = dispenser, .progress = progress };
        dumper_init(&d[i]);
    }
    run_all(d, o->threads);
    *counts = (struct dump_counts){ 0 };
    rc = collect(d, o->threads, counts, err);
    scan_summarise_files(dispenser, sum);
    sum->interrupted = rc == EV_EINTR;
    for (unsigned i = 0; i < o->threads; i++)
        dumper_release(&d[i]);
    free(d);
    dispenser_free(dispenser);
    return rc;
}
