/* ahead.c - merged rows in batches, which two threads pass to and fro.
 *
 * A row in a batch is both lengths and both texts; a common text that is that of the row before is not
 * there again, and says so by its length.
 * May include: base/, detect/. */
#include "detect/ahead.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"

#define BATCHES 3
#define SAME UINT32_MAX

struct head {
    uint32_t own, common;
};

struct batch {
    struct buf bytes;
    size_t last_at, last_n; /* in bytes: the common text of the last row */
    int rc;                 /* 1: more follow; else what merge_next said behind the last row */
    struct ev_err err;
};

struct ahead {
    struct merge *merge;
    size_t size; /* bytes after which a batch is full */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct batch batch[BATCHES];
    uint64_t made, taken; /* batches; under the lock */
    bool stop;            /* likewise */
    bool holds;           /* the caller is at batch[taken % BATCHES] */
    size_t at;            /* in it */
    struct slice common;  /* of the row handed out last */
};

static void batch_put(struct batch *b, const struct spool_row *row)
{
    const bool same = row->common.n && b->last_n == row->common.n &&
                      memcmp(b->bytes.p + b->last_at, row->common.p, b->last_n) == 0;
    const struct head head = { (uint32_t)row->own.n, same ? SAME : (uint32_t)row->common.n };

    buf_put(&b->bytes, &head, sizeof head);
    buf_slice(&b->bytes, row->own);
    if (same)
        return;
    b->last_at = b->bytes.n;
    b->last_n = row->common.n;
    buf_slice(&b->bytes, row->common);
}

static void batch_fill(struct batch *b, struct merge *m, size_t size)
{
    struct spool_row row;

    buf_clear(&b->bytes);
    b->last_n = 0;
    do {
        b->rc = merge_next(m, &row, &b->err);
        if (b->rc != 1)
            return;
        batch_put(b, &row);
    } while (b->bytes.n < size && !b->bytes.full);
    if (b->bytes.full)
        b->rc = ev_err_set(&b->err, EV_ENOMEM, "no memory for a row of %zu bytes",
                           row.own.n + row.common.n);
}

static void *thread_main(void *ctx)
{
    struct ahead *a = ctx;
    int rc = 1;

    for (uint64_t i = 0; rc == 1; i++) {
        struct batch *b = &a->batch[i % BATCHES];

        pthread_mutex_lock(&a->lock);
        while (!a->stop && i - a->taken == BATCHES)
            pthread_cond_wait(&a->changed, &a->lock);
        const bool stop = a->stop;
        pthread_mutex_unlock(&a->lock);
        if (stop)
            break;
        batch_fill(b, a->merge, a->size);
        rc = b->rc;
        pthread_mutex_lock(&a->lock);
        a->made = i + 1;
        pthread_cond_signal(&a->changed);
        pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

struct ahead *ahead_new(struct merge *m, size_t size)
{
    struct ahead *a = xcalloc(1, sizeof *a);

    a->merge = m;
    a->size = size;
    for (size_t i = 0; i < BATCHES; i++)
        buf_init(&a->batch[i].bytes, size + 2 * LIMIT_DETECTION + sizeof(struct head));
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    if (pthread_create(&a->thread, NULL, thread_main, a) == 0)
        return a;
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
    free(a);
    return NULL;
}

void ahead_free(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
    for (size_t i = 0; i < BATCHES; i++)
        buf_release(&a->batch[i].bytes);
    free(a);
}

/* The batch at hand is done with; waits for the next. */
static void turn_over(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    if (a->holds) {
        a->taken++;
        pthread_cond_signal(&a->changed);
    }
    while (a->made == a->taken)
        pthread_cond_wait(&a->changed, &a->lock);
    pthread_mutex_unlock(&a->lock);
    a->holds = true;
    a->at = 0;
    a->common = SLICE_ABSENT;
}

int ahead_next(struct ahead *a, struct spool_row *ret_row, struct ev_err *err)
{
    struct batch *b = &a->batch[a->taken % BATCHES];
    struct head head;

    while (!a->holds || a->at == b->bytes.n) {
        if (a->holds && b->rc != 1) {
            if (b->rc < 0 && err)
                *err = b->err;
            return b->rc;
        }
        turn_over(a);
        b = &a->batch[a->taken % BATCHES];
    }
    memcpy(&head, b->bytes.p + a->at, sizeof head);
    a->at += sizeof head;
    ret_row->own = slice_of(b->bytes.p + a->at, head.own);
    a->at += head.own;
    if (head.common != SAME) {
        a->common = slice_of(b->bytes.p + a->at, head.common);
        a->at += head.common;
    }
    ret_row->common = a->common;
    return 1;
}
