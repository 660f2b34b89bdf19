#include "app/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/terminal.h"
#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"

enum { REDRAW_MS = 200, WIDTH = 80, MIB = 1 << 20 };

struct progress {
    const struct scan_progress *counts;
    uint64_t total;
    struct timespec start;
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
};

static double seconds_since(struct timespec start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9;
}

static uint64_t count(const _Atomic uint64_t *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

/* "12 s left", "3 min left", "2 h 5 min left" */
static void put_left(double seconds, struct buf *out)
{
    if (seconds < 90)
        buf_printf(out, ", %.0f s left", seconds);
    else if (seconds < 5400)
        buf_printf(out, ", %.0f min left", seconds / 60);
    else if (seconds < 1e9)
        buf_printf(out, ", %.0f h left", seconds / 3600);
}

/* The name's end in so many columns. A byte counts as a column: shorter than need be, never longer. */
static void put_file(const char *file, size_t columns, struct buf *out)
{
    struct buf text;
    struct slice s;

    buf_init(&text, 2 * LIMIT_PATH);
    escape_controls(slice_str(file), &text);
    s = buf_view(&text);
    if (s.n + 2 <= columns) {
        buf_str(out, "  ");
        buf_slice(out, s);
    } else if (columns >= 16) {
        size_t from = s.n - (columns - 5);

        while (from < s.n && (s.p[from] & 0xc0) == 0x80)
            from++;
        buf_str(out, "  ...");
        buf_slice(out, slice_sub(s, from, s.n));
    }
    buf_release(&text);
}

void progress_line(const struct progress_now *now, struct buf *out)
{
    const size_t width = now->width ? now->width : WIDTH, before = out->n;
    const double bytes = (double)now->bytes, total = (double)now->total;
    const double rate = now->seconds > 0 ? bytes / now->seconds : 0;
    const double share = total > bytes ? 100 * bytes / total : 100;

    buf_printf(out, "%3.0f %%  %.1f of %.1f MiB, %" PRIu64 " events, %" PRIu64 " hits, %.1f MiB/s",
               share, bytes / MIB, total / MIB, now->events, now->rows, rate / MIB);
    if (rate > 0 && total > bytes)
        put_left((total - bytes) / rate, out);
    if (now->file && out->n - before < width)
        put_file(now->file, width - (out->n - before), out);
    if (out->n - before > width)
        out->n = before + width;
}

static void draw(const struct progress *p)
{
    /* One column stays free: some terminals wrap when the last one is used. */
    const unsigned width = terminal_width(STDERR_FILENO);
    const struct progress_now now = {
        .bytes = count(&p->counts->bytes),
        .total = p->total,
        .events = count(&p->counts->events),
        .rows = count(&p->counts->rows),
        .seconds = seconds_since(p->start),
        .file = atomic_load_explicit(&p->counts->file, memory_order_relaxed),
        .width = width > 1 ? width - 1 : width,
    };
    struct buf line;

    buf_init(&line, 4 * LIMIT_PATH);
    progress_line(&now, &line);
    fprintf(stderr, "\r\033[K%.*s", SLICE_ARG(buf_view(&line)));
    fflush(stderr);
    buf_release(&line);
}

static void *thread_main(void *ctx)
{
    struct progress *p = ctx;

    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct timespec until;

        /* From now on, not from the last time: a run that was stopped draws once, not often. */
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += REDRAW_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        while (!p->stop && pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0)
            ;
        if (!p->stop)
            draw(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void init_locks(struct progress *p)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void release(struct progress *p)
{
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

struct progress *progress_start(const struct scan_progress *counts, uint64_t total)
{
    if (!isatty(STDERR_FILENO))
        return NULL;
    struct progress *p = xcalloc(1, sizeof *p);
    p->counts = counts;
    p->total = total;
    clock_gettime(CLOCK_MONOTONIC, &p->start);
    init_locks(p);
    if (pthread_create(&p->thread, NULL, thread_main, p) != 0) {
        release(p);
        return NULL;
    }
    return p;
}

void progress_stop(struct progress *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    fputs("\r\033[K", stderr);
    release(p);
}
