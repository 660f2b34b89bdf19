#include "app/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { REDRAW_MS = 200 };

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

static void draw(const struct progress *p)
{
    const double s = seconds_since(p->start);
    const double bytes = (double)count(&p->counts->bytes), total = (double)p->total;
    const double rate = s > 0 ? bytes / s : 0;
    char left[32] = "";

    if (rate > 0 && total > bytes)
        snprintf(left, sizeof left, ", %.0f s left", (total - bytes) / rate);
    fprintf(stderr, "\r\033[K%3.0f %%  %.1f of %.1f MiB, %llu events, %llu hits, %.1f MiB/s%s",
            total > 0 ? 100 * bytes / total : 0, bytes / 1048576, total / 1048576,
            (unsigned long long)count(&p->counts->events),
            (unsigned long long)count(&p->counts->rows), rate / 1048576, left);
    fflush(stderr);
}

static void *thread_main(void *ctx)
{
    struct progress *p = ctx;
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        until.tv_nsec += REDRAW_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
        if (!p->stop)
            draw(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct progress *progress_start(const struct scan_progress *counts, uint64_t total)
{
    if (!isatty(STDERR_FILENO))
        return NULL;
    struct progress *p = xcalloc(1, sizeof *p);
    p->counts = counts;
    p->total = total;
    clock_gettime(CLOCK_MONOTONIC, &p->start);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    if (pthread_create(&p->thread, NULL, thread_main, p) != 0) {
        free(p);
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
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
