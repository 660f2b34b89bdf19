/* reorder.c - rows in the order of the input, whichever worker found them first.
 *
 * Finished jobs wait in a heap by input and number. Only one thread hands rows out at any time: the
 * worker at the front, or the one that ended the job before it (`advancing`); neither holds the lock
 * while a sink writes.
 * May include: base/, rule/, detect/. */
#include "scan/reorder.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"

#define STEP LIMIT_KIB(64)    /* rows of a job between two looks at the budget */
#define ARENA LIMIT_MIB(8)    /* of one decoded row; as in duplicates.c */
#define UNKNOWN UINT64_MAX    /* jobs of an input that is not open yet */
#define WAITING_MOST SIZE_MAX /* each counts in the budget */

struct reorder {
    const struct ruleset *rs;
    struct reorder_options o;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    VEC(uint64_t) jobs; /* by input */
    size_t input;       /* the front */
    uint64_t job;       /* the front */
    bool advancing;     /* a thread hands out jobs that waited */
    bool stopped;
    size_t used; /* bytes that wait */
    VEC(struct reorder_job) heap;
    struct arena arena; /* of the thread that hands out */
    int rc;             /* first failure */
    struct ev_err err;
};

struct reorder *reorder_new(const struct ruleset *rs, const struct reorder_options *o)
{
    struct reorder *r = xcalloc(1, sizeof *r);

    r->rs = rs;
    r->o = *o;
    arena_init(&r->arena, ARENA);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    return r;
}

void reorder_free(struct reorder *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->heap.n; i++)
        buf_release(&r->heap.v[i].rows);
    vec_release(&r->heap);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->moved);
    arena_release(&r->arena);
    vec_release(&r->jobs);
    free(r);
}

/* --- the heap of finished jobs --- */

static bool before(const struct reorder_job *a, const struct reorder_job *b)
{
    return a->input != b->input ? a->input < b->input : a->job < b->job;
}

static void swap(struct reorder_job *a, struct reorder_job *b)
{
    struct reorder_job t = *a;

    *a = *b;
    *b = t;
}

static void heap_push(struct reorder *r, const struct reorder_job *j)
{
    size_t at = r->heap.n;

    (void)vec_push(&r->heap, WAITING_MOST, *j);
    for (; at > 0 && before(&r->heap.v[at], &r->heap.v[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&r->heap.v[at], &r->heap.v[(at - 1) / 2]);
}

static struct reorder_job heap_pop(struct reorder *r)
{
    struct reorder_job *v = r->heap.v, first = v[0];
    size_t at = 0, child;

    v[0] = v[--r->heap.n];
    while ((child = 2 * at + 1) < r->heap.n) {
        child += child + 1 < r->heap.n && before(&v[child + 1], &v[child]);
        if (!before(&v[child], &v[at]))
            break;
        swap(&v[child], &v[at]);
        at = child;
    }
    return first;
}

/* --- handing out --- */

/* Without the lock, by the one thread that may. */
static int hand_out(struct reorder *r, struct buf *rows, struct ev_err *err)
{
    struct slice left = buf_view(rows);
    int rc = EV_OK;

    while (rc >= 0 && left.n > 0) {
        struct detection d;
        uint32_t n[2];

        memcpy(n, left.p, sizeof n);
        arena_reset(&r->arena);
        if (detection_decode(slice_sub(left, sizeof n, n[0]), r->rs, &r->arena, &d) < 0)
            return ev_err_set(err, EV_EFORMAT, "a row that waited is damaged");
        d.common = slice_sub(left, sizeof n + n[0], n[1]);
        rc = r->o.row(r->o.ctx, &d);
        left = slice_sub(left, sizeof n + n[0] + n[1], left.n);
    }
    buf_clear(rows);
    return rc < 0 ? rc : EV_OK;
}

/* Under the lock. Keeps the first failure for all. */
static void fail(struct reorder *r, int rc, const struct ev_err *err)
{
    if (r->rc < 0)
        return;
    r->rc = rc;
    r->err = *err;
}

static int told(const struct reorder *r, struct ev_err *err)
{
    if (r->rc < 0 && err && r->err.rc < 0)
        *err = r->err;
    return r->rc;
}

static bool is_front(const struct reorder *r, const struct reorder_job *j)
{
    return j->input == r->input && j->job == r->job;
}

/* Under the lock: moves the front over what is finished, and hands that out. */
static void advance(struct reorder *r)
{
    r->advancing = true;
    for (;;) {
        struct reorder_job j;
        struct ev_err err = { 0 };
        int rc;

        while (r->input < r->jobs.n && r->job >= r->jobs.v[r->input]) {
            r->input++;
            r->job = 0;
        }
        if (!r->heap.n || !is_front(r, &r->heap.v[0]))
            break;
        j = heap_pop(r);
        rc = r->rc;
        pthread_mutex_unlock(&r->lock);
        if (rc >= 0)
            rc = hand_out(r, &j.rows, &err);
        buf_release(&j.rows);
        pthread_mutex_lock(&r->lock);
        r->used -= j.counted;
        r->job++;
        if (rc < 0)
            fail(r, rc, &err);
    }
    r->advancing = false;
    pthread_cond_broadcast(&r->moved);
}

void reorder_input(struct reorder *r, size_t input, uint64_t jobs)
{
    pthread_mutex_lock(&r->lock);
    while (r->jobs.n <= input && vec_push(&r->jobs, WAITING_MOST / sizeof jobs, UNKNOWN))
        continue;
    r->jobs.v[input] = jobs;
    if (!r->advancing)
        advance(r);
    pthread_mutex_unlock(&r->lock);
}

/* Under the lock: until there is room, or j is at the front. */
static int wait_for_room(struct reorder *r, const struct reorder_job *j, struct ev_err *err)
{
    while (r->used > r->o.memory && !is_front(r, j) && !r->stopped && r->rc >= 0)
        pthread_cond_wait(&r->moved, &r->lock);
    if (r->rc >= 0 && r->stopped)
        return EV_EINTR;
    return told(r, err);
}

/* Under the lock. */
static void count(struct reorder *r, struct reorder_job *j)
{
    r->used += j->rows.room + sizeof *j - j->counted;
    j->counted = j->rows.room + sizeof *j;
    j->fresh = 0;
}

int reorder_begin(struct reorder *r, size_t input, uint64_t job, struct reorder_job *ret,
                  struct ev_err *err)
{
    struct reorder_job j = { .input = input, .job = job };
    int rc;

    buf_init(&j.rows, r->o.memory + 2 * LIMIT_DETECTION + 2 * STEP);
    pthread_mutex_lock(&r->lock);
    count(r, &j);
    rc = wait_for_room(r, &j, err);
    pthread_mutex_unlock(&r->lock);
    *ret = j;
    return rc;
}

/* The rows of j go out if it is at the front; else they are counted. */
static int settle(struct reorder *r, struct reorder_job *j, struct ev_err *err)
{
    struct ev_err mine = { 0 };
    int rc;

    pthread_mutex_lock(&r->lock);
    count(r, j);
    rc = wait_for_room(r, j, err);
    if (rc >= 0 && is_front(r, j)) {
        pthread_mutex_unlock(&r->lock);
        rc = hand_out(r, &j->rows, &mine);
        pthread_mutex_lock(&r->lock);
        count(r, j);
        if (rc < 0) {
            fail(r, rc, &mine);
            pthread_cond_broadcast(&r->moved);
        }
        rc = told(r, err);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

int reorder_add(struct reorder *r, struct reorder_job *j, struct slice encoded, struct slice common,
                struct ev_err *err)
{
    const uint32_t n[2] = { (uint32_t)encoded.n, (uint32_t)common.n };

    buf_put(&j->rows, n, sizeof n);
    buf_slice(&j->rows, encoded);
    buf_slice(&j->rows, common);
    if (j->rows.full)
        return ev_err_set(err, EV_ENOMEM, "no memory for a row of %zu bytes", encoded.n + common.n);
    j->fresh += sizeof n + encoded.n + common.n;
    return j->fresh < STEP ? EV_OK : settle(r, j, err);
}

int reorder_end(struct reorder *r, struct reorder_job *j, struct ev_err *err)
{
    int rc;

    pthread_mutex_lock(&r->lock);
    count(r, j);
    /* Not again under way: the front moves to a running job only when nobody advances. */
    heap_push(r, j);
    if (!r->advancing)
        advance(r);
    rc = told(r, err);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

void reorder_stop(struct reorder *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopped = true;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

int reorder_rest(struct reorder *r, struct ev_err *err)
{
    pthread_mutex_lock(&r->lock);
    while (r->heap.n) {
        r->input = r->heap.v[0].input;
        r->job = r->heap.v[0].job;
        advance(r);
    }
    r->input = REORDER_LAST;
    r->job = 0;
    r->stopped = false;
    pthread_mutex_unlock(&r->lock);
    return told(r, err);
}
