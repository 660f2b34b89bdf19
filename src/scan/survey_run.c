/* survey_run.c - surveys of many files by many threads. */
#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"
#include "scan/survey.h"

struct surveyor {
    const struct survey_options *o;
    struct dispenser *dispenser;
    struct survey survey;
    struct scan_file *file;
    int rc;
};

static bool computer_wanted(const struct survey_options *o, struct slice computer)
{
    for (size_t i = 0; i < o->ncomputer; i++)
        if (slice_eq_nocase(computer, slice_str(o->computer[i])))
            return true;
    return o->ncomputer == 0;
}

static int on_event(void *ctx, struct event *ev)
{
    struct surveyor *w = ctx;
    if (w->o->stop && w->o->stop(w->o->stop_ctx))
        return EV_EINTR;
    if (!ev->unbound && computer_wanted(w->o, ev->computer))
        survey_event(&w->survey, w->file->index, ev);
    return EV_OK;
}

static void work(struct surveyor *w)
{
    const struct reader_visitor v = { .event = on_event, .ctx = w };
    struct reader_worker *reader = reader_worker_new();
    uint64_t job;

    while (w->rc == EV_OK && dispenser_take(w->dispenser, &w->file, &job)) {
        struct accounting counts = { 0 };
        struct ev_err err = { 0 };
        if (job == 0)
            survey_open(&w->survey, w->file->index, w->file->source);
        int rc = w->file->decoder->run(w->file->reader, job, reader, &v, &counts, &err);
        if (rc == EV_EINTR)
            w->rc = rc;
        dispenser_done(w->dispenser, w->file, &counts, NULL, 0, rc, &err);
    }
    if (w->rc != EV_OK)
        dispenser_stop(w->dispenser);
    reader_worker_free(reader);
}

static void *thread_main(void *ctx)
{
    work(ctx);
    return NULL;
}

/* Surveyor 0 is the calling thread. */
static void run_all(struct surveyor *w, unsigned n)
{
    pthread_t *thread = xcalloc(n, sizeof *thread);
    unsigned started = 0;
    while (started + 1 < n &&
           pthread_create(&thread[started], NULL, thread_main, &w[started + 1]) == 0)
        started++;
    work(&w[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

static void log_of(const struct survey *s, const struct survey_file *f, struct evidence_log *log,
                   struct arena *a)
{
    log->header = f->header;
    log->dirty = f->flags & 1;
    log->full = f->flags & 2;
    if (!f->any)
        return;
    if (f->channel != UINT32_MAX)
        log->channel = arena_dup(a, s->channel.name.v[f->channel]);
    if (f->host != UINT32_MAX)
        log->computer = arena_dup(a, s->host.name.v[f->host]);
    log->oldest = f->low_time;
    log->newest = f->high_time;
    log->oldest_number = f->low;
    log->newest_number = f->high;
    log->wrapped = f->header && f->low_chunk > f->high_chunk;
}

static void logs(struct dispenser *d, const struct survey *s, struct evidence *ret)
{
    struct arena *a = &ret->arena;
    ret->nlog = dispenser_files(d);
    ret->log = arena_zalloc(a, ret->nlog, sizeof *ret->log);
    for (size_t i = 0; i < ret->nlog; i++) {
        const struct input *from = &dispenser_file(d, i)->in;
        const struct accounting *counts = &dispenser_file(d, i)->counts;
        struct evidence_log *to = &ret->log[i];
        to->path = arena_dup(a, slice_str(from->path));
        to->fate = from->fate;
        to->reason = arena_dup(a, from->reason);
        to->size = from->size;
        to->records = counts->records;
        to->unreadable = counts->unreadable;
        for (int k = 0; k < FINDING_KINDS; k++)
            to->findings += counts->finding[k];
    }
    for (size_t i = 0; i < s->files.n; i++)
        log_of(s, &s->files.v[i], &ret->log[s->files.v[i].input], a);
}

int survey_run(const struct survey_options *o, struct inputs *in, struct evidence *ret,
               struct ev_err *err)
{
    struct dispenser *d = dispenser_new(in, o->decoder, &o->reader);
    struct surveyor *w = xcalloc(o->threads, sizeof *w);
    int rc = EV_OK;

    for (unsigned i = 0; i < o->threads; i++) {
        w[i].o = o;
        w[i].dispenser = d;
        survey_init(&w[i].survey, o->from, o->to);
    }
    run_all(w, o->threads);
    for (unsigned i = 0; i < o->threads; i++) {
        if (w[i].rc != EV_OK)
            rc = w[i].rc;
        if (i > 0) {
            survey_merge(&w[0].survey, &w[i].survey);
            survey_release(&w[i].survey);
        }
    }
    survey_summarise(&w[0].survey, ret);
    logs(d, &w[0].survey, ret);
    ret->interrupted = rc == EV_EINTR;
    survey_release(&w[0].survey);
    free(w);
    dispenser_free(d);
    return rc == EV_EINTR ? ev_err_set(err, EV_EINTR, "interrupted") : rc;
}
