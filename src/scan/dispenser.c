#include "scan/dispenser.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"

struct dispenser {
    struct inputs *in;
    const struct decoder *decoder;
    const struct reader_options *options;
    VEC(struct scan_file *) file;      /* inputs looked at and what lies in them, in order */
    size_t next;                       /* input not looked at yet */
    struct container *container;       /* the archive or image that is being read; NULL: none */
    struct scan_file *holder;          /* its entry */
    uint64_t members, troubles;        /* logs found in it, messages */
    VEC(struct image_integrity) image; /* disks that were hashed, in order; by who pulls only */
    struct arena image_arena;          /* their texts; likewise */
    bool pulling;                      /* a worker waits for its next log */
    size_t first_open;                 /* files before this one have no jobs left */
    size_t first_undone;               /* files before this one are done */
    size_t opening;                    /* workers inside open_next */
    size_t findings;                   /* kept word for word, of all files */
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
    in->container.sums = true; /* file_settle() */
    arena_init(&d->image_arena, LIMIT_INPUT_ARENA);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->opened, NULL);
    return d;
}

void dispenser_watch(struct dispenser *d, dispenser_opened_fn *opened, void *ctx)
{
    d->watch = opened;
    d->watch_ctx = ctx;
}

/* Under the lock, or alone: nothing more of f is read. */
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
    for (size_t i = 0; i < d->file.n; i++) {
        file_close(d->file.v[i]);
        vec_release(&d->file.v[i]->findings);
        free(d->file.v[i]);
    }
    vec_release(&d->file);
    vec_release(&d->image);
    arena_release(&d->image_arena);
    container_free(d->container);
    pthread_cond_destroy(&d->opened);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* Under the lock: the next entry of the list; NULL when there are too many. */
static struct scan_file *file_add(struct dispenser *d, const struct input *in)
{
    struct scan_file *f = xcalloc(1, sizeof *f);
    f->in = *in;
    f->index = d->file.n;
    if (vec_push(&d->file, 2 * (size_t)LIMIT_INPUT_FILES, f))
        return f;
    free(f);
    return NULL;
}

/* All of a source, for the manifest. */
static bool hash(struct dispenser *d, const struct source *s, uint8_t ret[32])
{
    struct digests all = { 0 };
    uint64_t size;

    if (source_digest(s, DIGEST_SHA256, d->in->stop, d->in->stop_ctx, &all, &size, NULL) < 0)
        return false;
    memcpy(ret, all.sha256, sizeof all.sha256);
    return true;
}

static int file_open(struct dispenser *d, struct scan_file *f, struct ev_err *err)
{
    int rc = EV_OK;

    f->decoder = f->in.kind == PROBE_EVENT_XML ? &decoder_xml : d->decoder;
    if (!f->source)
        rc = source_open_file(f->in.path, &f->source, err);
    else if (d->in->hash && !f->in.of_container) /* standard input: nobody can hash it later */
        f->in.has_sha256 = hash(d, f->source, f->in.sha256);
    if (rc == EV_OK)
        rc = f->decoder->open(f->source, d->options, &f->reader, err);
    if (rc == EV_OK)
        f->jobs = f->decoder->jobs(f->reader);
    return rc;
}

/* Called under the lock: remembers why a file was not, or not wholly, read. */
static void file_failed(struct dispenser *d, struct scan_file *f, const struct ev_err *err)
{
    char text[1200];
    f->in.fate = FILE_UNREADABLE;
    f->in.reason = arena_dup(&d->in->arena, slice_str(ev_err_format(err, text, sizeof text)));
}

/* Under the lock: all of f was read. */
static void file_settle(struct dispenser *d, struct scan_file *f)
{
    struct ev_err err = { 0 };

    if (f->source && source_settle(f->source, &err) < 0)
        f->altered = arena_dup(&d->in->arena, slice_str(err.text));
    file_close(f);
}

/* Under the lock: nothing of f will be read. */
static void leave_alone(struct dispenser *d, struct scan_file *f)
{
    f->tried = true;
    if (!d->watch)
        return;
    d->opening++;
    pthread_mutex_unlock(&d->lock);
    d->watch(d->watch_ctx, f->index, 0);
    pthread_mutex_lock(&d->lock);
    d->opening--;
    pthread_cond_broadcast(&d->opened);
}

/* Under the lock: opens f without it. */
static void open_unlocked(struct dispenser *d, struct scan_file *f)
{
    struct ev_err err = { 0 };

    d->opening++;
    pthread_mutex_unlock(&d->lock);
    int rc = file_open(d, f, &err);
    uint64_t jobs = rc == EV_OK ? f->jobs : 0;
    if (d->watch)
        d->watch(d->watch_ctx, f->index, jobs);
    pthread_mutex_lock(&d->lock);
    d->opening--;
    f->tried = true;
    if (rc != EV_OK)
        file_failed(d, f, &err);
    if (rc != EV_OK || jobs == 0)
        file_settle(d, f);
    pthread_cond_broadcast(&d->opened);
}

/* Under the lock: starts on an archive or image. */
static void open_container(struct dispenser *d, struct scan_file *f)
{
    struct ev_err err = { 0 };
    struct container *e = NULL;

    d->pulling = true;
    d->opening++;
    pthread_mutex_unlock(&d->lock);
    int rc = container_open(f->in.path, f->in.inside, f->source, &d->in->container, &e, &err);
    pthread_mutex_lock(&d->lock);
    d->opening--;
    d->pulling = false;
    if (rc < 0)
        file_failed(d, f, &err);
    d->container = e;
    d->holder = f;
    d->members = d->troubles = 0;
    pthread_cond_broadcast(&d->opened);
}

/* What was in it, once all of it was looked at. */
static void close_container(struct dispenser *d, int rc, const struct ev_err *err)
{
    struct scan_file *f = d->holder;
    const unsigned long long passed = container_passed(d->container);

    if (rc < 0 && rc != EV_EINTR) {
        file_failed(d, f, err);
    } else if (!d->members && !d->troubles) {
        f->in.fate = FILE_NOT_A_LOG;
        f->in.reason =
            arena_printf(&d->in->arena, "%s without event logs; %llu files in it were looked at",
                         f->in.kind == PROBE_ARCHIVE ? "an archive" : "a disk image", passed);
    } else {
        f->in.reason = arena_printf(&d->in->arena, "%llu event logs, %llu other files",
                                    (unsigned long long)d->members, passed);
    }
    container_free(d->container);
    d->container = NULL;
    d->holder = NULL;
}

/* Under the lock: a log inside, or why there is none. */
static struct scan_file *member_add(struct dispenser *d, const struct container_member *m,
                                    struct source *source)
{
    struct input in = { .path = arena_str(&d->in->arena, slice_str(m->path)),
                        .inside = "",
                        .kind = PROBE_EVTX,
                        .fate = source ? FILE_READ : FILE_UNREADABLE,
                        .of_container = true };
    struct scan_file *f;

    memcpy(in.time, m->time, sizeof in.time);
    if (source)
        source_size(source, &in.size);
    else
        in.reason = arena_dup(&d->in->arena, slice_str(m->trouble));
    f = file_add(d, &in);
    if (f)
        f->source = source;
    else
        source_free(source);
    return f;
}

/* Under the lock: a disk was looked at as a whole; of differs, a finding of the item that it is in. */
static void image_add(struct dispenser *d, const struct image_integrity *m)
{
    struct finding f = { .kind = FINDING_IMAGE };
    char text[IMAGE_SENTENCE];

    (void)vec_push(&d->image, LIMIT_INPUT_FILES, *m);
    if (m->state != IMAGE_DIFFERS && m->state != IMAGE_UNREAD)
        return;
    image_sentence(m, text);
    (void)snprintf(f.text, sizeof f.text, "%s", text);
    d->holder->counts.finding[FINDING_IMAGE]++;
    if (vec_push(&d->holder->findings, LIMIT_FINDINGS, f))
        d->findings++;
}

static bool images_wanted(const struct dispenser *d)
{
    return d->in->image_check.verify || d->in->image_check.hash;
}

/* Without the lock, the only one that pulls: the files of the image at hand, which is read through. */
static void image_end(struct dispenser *d)
{
    struct image_integrity none = { 0 }, *m = &none;
    const char *path = d->holder->in.path;

    if (d->holder->in.kind != PROBE_DISK_IMAGE || !images_wanted(d) || strcmp(path, "-") == 0)
        return;
    for (size_t i = 0; i < d->image.n; i++)
        if (slice_eq(d->image.v[i].path, slice_str(path)) && !d->image.v[i].file)
            m = &d->image.v[i];
    if (image_check_files(&d->in->image_check, d->container, path, &d->image_arena, m, NULL) ==
            EV_OK &&
        m == &none)
        (void)vec_push(&d->image, LIMIT_INPUT_FILES, none);
}

/* Under the lock: takes the next log out of the archive or image, and opens it. */
static void open_member(struct dispenser *d)
{
    struct image_integrity image = { 0 };
    struct container_member m = { 0 };
    struct ev_err err = { 0 };
    struct scan_file *f = NULL, *said = NULL;
    enum probe_kind kind = PROBE_EVTX;
    uint8_t sha256[32];
    bool hashed = false;

    d->pulling = true;
    d->opening++;
    pthread_mutex_unlock(&d->lock);
    int rc = container_next(d->container, &m, &err);
    if (rc > 0 && m.media) {
        int stopped = image_check_media(&d->in->image_check, &m, &d->image_arena, &image, &err);
        rc = stopped < 0 ? stopped : rc;
        m.source = NULL;
    }
    if (rc == 0)
        image_end(d);
    if (rc > 0 && m.source && source_state(m.source) != SOURCE_RAW)
        (void)probe_source(m.source, &kind, NULL);
    if (rc > 0 && m.source && d->in->hash && source_state(m.source) != SOURCE_RAW)
        hashed = hash(d, m.source, sha256);
    pthread_mutex_lock(&d->lock);
    d->opening--;
    d->pulling = false;
    d->troubles += rc > 0 && m.trouble;
    if (rc > 0 && m.media)
        image_add(d, &image);
    if (rc > 0 && m.trouble)
        said = member_add(d, &m, NULL);
    if (rc > 0 && m.source)
        f = member_add(d, &m, m.source);
    if (rc <= 0)
        close_container(d, rc, &err);
    d->pulling = true; /* until all of these are told of, in their order */
    if (said)
        leave_alone(d, said);
    if (f) {
        d->members++;
        f->in.kind = kind;
        f->in.has_sha256 = hashed;
        if (hashed)
            memcpy(f->in.sha256, sha256, sizeof sha256);
        open_unlocked(d, f);
    }
    d->pulling = false;
    pthread_cond_broadcast(&d->opened);
}

/* Opens the next file that is to be read, without the lock while the decoder works. */
static void open_next(struct dispenser *d)
{
    if (d->container) {
        open_member(d);
        return;
    }
    struct input *in = &d->in->list.v[d->next++];
    struct scan_file *f = file_add(d, in);
    if (!f)
        return;
    f->source = in->source;
    in->source = NULL;
    if (in->fate == FILE_READ) {
        open_unlocked(d, f);
        return;
    }
    if (in->fate == FILE_OPENED)
        open_container(d, f);
    leave_alone(d, f);
}

static struct scan_file *open_file_with_job(struct dispenser *d)
{
    struct scan_file *const *file = d->file.v;

    while (d->first_open < d->file.n && file[d->first_open]->tried &&
           file[d->first_open]->next >= file[d->first_open]->jobs)
        d->first_open++;
    for (size_t i = d->first_open; i < d->file.n; i++)
        if (file[i]->tried && file[i]->reader && file[i]->next < file[i]->jobs)
            return file[i];
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
        if (!d->pulling && (d->container || d->next < d->in->list.n))
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
        file_settle(d, f);
    pthread_cond_broadcast(&d->opened);
    pthread_mutex_unlock(&d->lock);
}

static bool is_first(struct dispenser *d, const struct scan_file *f, uint64_t job)
{
    while (d->first_undone < f->index && d->file.v[d->first_undone]->tried &&
           d->file.v[d->first_undone]->done == d->file.v[d->first_undone]->jobs)
        d->first_undone++;
    return d->first_undone == f->index && f->done == job;
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
    (void)d;
    return f->in.path;
}

/* What was never looked at (a run that stopped early) is in the list all the same; what was read and is not what
 * its archive says is there once more, in the order of the files, whoever finished them first. */
size_t dispenser_files(struct dispenser *d)
{
    const size_t n = d->file.n;

    for (size_t i = 0; i < n; i++) {
        const struct scan_file *f = d->file.v[i];
        struct input in = f->in;
        if (!f->altered.p)
            continue;
        in.fate = FILE_UNREADABLE;
        in.reason = f->altered;
        in.has_sha256 = false;
        d->file.v[i]->altered = SLICE_ABSENT;
        (void)file_add(d, &in);
    }
    while (d->next < d->in->list.n && file_add(d, &d->in->list.v[d->next]))
        d->next++;
    return d->file.n;
}

const struct image_integrity *dispenser_image(const struct dispenser *d, size_t i)
{
    return i < d->image.n ? &d->image.v[i] : NULL;
}

const struct scan_file *dispenser_file(const struct dispenser *d, size_t i)
{
    return d->file.v[i];
}
