#include "scan/dispenser.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"

struct dispenser {
    struct inputs *in;
    const struct decoder *decoder;
    const struct reader_options *options;
    struct scan_file *file; /* one per input */
    size_t next;            /* input not looked at yet */
    size_t first_open;      /* files before this one have no jobs left */
    size_t first_undone;    /* files before this one are done */
    size_t opening;         /* workers inside open_next */
    size_t findings;        /* kept word for word, of all files */
    bool stopped;
    dispenser_opened_fn *watch; /* NULL: nobody asks */
    void *watch_ctx;
    pthread_mutex_t lock;
    pthread_cond_t opened; /* a file was opened or a job done */
};

struct dispenser *dispenser_new(struct inputs *in, const struct decoder *decoder,
                                const struct reader_options *o)
{
    struct dispenser *d = xcalloc(1, sizeof *d);
    d->in = in;
    d->decoder = decoder;
    d->options = o;
    d->file = xcalloc(in->list.n ? in->list.n : 1, sizeof *d->file);
    for (size_t i = 0; i < in->list.n; i++)
        d->file[i].input = i;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->opened, NULL);
    return d;
}

void dispenser_watch(struct dispenser *d, dispenser_opened_fn *opened, void *ctx)
{
    d->watch = opened;
    d->watch_ctx = ctx;
}

static void file_close(struct scan_file *f)
{
    if (f->reader)
        f->decoder->close(f->reader);
    f->reader = NULL;
    source_free(f->source);
    f->source = NULL;
}

void dispenser_free(struct dispenser *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->in->list.n; i++) {
        file_close(&d->file[i]);
        vec_release(&d->file[i].findings);
    }
    free(d->file);
    pthread_cond_destroy(&d->opened);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

static int file_open(struct dispenser *d, struct scan_file *f, struct ev_err *err)
{
    struct input *in = &d->in->list.v[f->input];
    int rc = EV_OK;

    f->decoder = in->kind == PROBE_EVENT_XML ? &decoder_xml : d->decoder;
    f->source = in->source;
    in->source = NULL;
    if (!f->source)
        rc = source_open_file(in->path, &f->source, err);
    if (rc == EV_OK)
        rc = f->decoder->open(f->source, d->options, &f->reader, err);
    if (rc == EV_OK)
        f->jobs = f->decoder->jobs(f->reader);
    return rc;
}

/* Called under the lock: remembers why a file was not, or not wholly, read. */
static void file_failed(struct dispenser *d, struct scan_file *f, const struct ev_err *err)
{
    struct input *in = &d->in->list.v[f->input];
    char text[1200];
    in->fate = FILE_UNREADABLE;
    in->reason = arena_dup(&d->in->arena, slice_str(ev_err_format(err, text, sizeof text)));
}

/* Opens the next file that is to be read, without the lock while the decoder works. */
static void open_next(struct dispenser *d)
{
    struct scan_file *f = &d->file[d->next++];
    struct ev_err err = { 0 };

    if (d->in->list.v[f->input].fate != FILE_READ) {
        f->tried = true;
        return;
    }
    d->opening++;
    pthread_mutex_unlock(&d->lock);
    int rc = file_open(d, f, &err);
    uint64_t jobs = rc == EV_OK ? f->jobs : 0;
    if (d->watch)
        d->watch(d->watch_ctx, f->input, jobs);
    pthread_mutex_lock(&d->lock);
    d->opening--;
    f->tried = true;
    if (rc != EV_OK)
        file_failed(d, f, &err);
    if (rc != EV_OK || jobs == 0)
        file_close(f);
    pthread_cond_broadcast(&d->opened);
}

static struct scan_file *open_file_with_job(struct dispenser *d)
{
    while (d->first_open < d->next && !d->opening &&
           d->file[d->first_open].next >= d->file[d->first_open].jobs)
        d->first_open++;
    for (size_t i = d->first_open; i < d->next; i++)
        if (d->file[i].reader && d->file[i].next < d->file[i].jobs)
            return &d->file[i];
    return NULL;
}

bool dispenser_take(struct dispenser *d, struct scan_file **ret_file, uint64_t *ret_job)
{
    bool found = false;

    pthread_mutex_lock(&d->lock);
    while (!d->stopped) {
        struct scan_file *f = open_file_with_job(d);
        if (f) {
            *ret_file = f;
            *ret_job = f->next++;
            found = true;
            break;
        }
        if (d->next < d->in->list.n)
            open_next(d);
        else if (d->opening)
            pthread_cond_wait(&d->opened, &d->lock);
        else
            break;
    }
    pthread_mutex_unlock(&d->lock);
    return found;
}

void dispenser_done(struct dispenser *d, struct scan_file *f, const struct accounting *counts,
                    const struct finding *finding, size_t nfinding, int rc,
                    const struct ev_err *err)
{
    pthread_mutex_lock(&d->lock);
    accounting_add(&f->counts, counts);
    for (size_t i = 0; i < nfinding && d->findings < LIMIT_RUN_FINDINGS; i++)
        if (vec_push(&f->findings, LIMIT_FINDINGS, finding[i]))
            d->findings++;
    if (rc < 0 && rc != EV_EINTR)
        file_failed(d, f, err);
    if (++f->done == f->jobs)
        file_close(f);
    pthread_cond_broadcast(&d->opened);
    pthread_mutex_unlock(&d->lock);
}

static bool is_first(struct dispenser *d, const struct scan_file *f, uint64_t job)
{
    while (d->first_undone < f->input && d->file[d->first_undone].tried &&
           d->file[d->first_undone].done == d->file[d->first_undone].jobs)
        d->first_undone++;
    return d->first_undone == f->input && f->done == job;
}

bool dispenser_turn(struct dispenser *d, const struct scan_file *f, uint64_t job, bool wait)
{
    bool first;

    pthread_mutex_lock(&d->lock);
    while (!(first = is_first(d, f, job)) && wait && !d->stopped)
        pthread_cond_wait(&d->opened, &d->lock);
    pthread_mutex_unlock(&d->lock);
    return first;
}

void dispenser_stop(struct dispenser *d)
{
    pthread_mutex_lock(&d->lock);
    d->stopped = true;
    pthread_cond_broadcast(&d->opened);
    pthread_mutex_unlock(&d->lock);
}

const char *dispenser_path(const struct dispenser *d, const struct scan_file *f)
{
    return d->in->list.v[f->input].path;
}

const struct scan_file *dispenser_file(const struct dispenser *d, size_t input)
{
    return &d->file[input];
}
