/* order.c - rows by time, in bounded memory.
 *
 * Two blocks of a quarter of the budget each: rows grow from a block's front, each with a note where its
 * common text lies in the block, an index of 16 bytes a row from its back. When they meet, the thread that noticed sorts the index and writes the rows to
 * the spool as one run, while the others fill the second block. The other half of the budget is the
 * sort's own scratch and, afterwards, the read buffers of the merge. Pages of a block that nothing
 * was written to cost nothing, so a small scan stays small.
 * May include: base/, detect/. */
#include "detect/order.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "detect/ahead.h"
#include "detect/duplicates.h"
#include "detect/merge.h"

#define MEMORY_MIN LIMIT_KIB(64)
#define READ_MIN LIMIT_KIB(4)
#define READ_MAX LIMIT_KIB(128)
#define FAN_MAX 1024      /* runs merged at once; more gain nothing and read in small pieces */
#define RUNS_MAX SIZE_MAX /* 16 bytes each, made from a block of at least 16 KiB */

/* A row in the block. The time decides nearly every comparison without a look at the row. */
struct entry {
    uint64_t timestamp;
    uint32_t at, n; /* of the row in the block */
};

/* Before each row. */
struct note {
    uint32_t at, n; /* of its common text in the block */
};

struct block {
    uint8_t *p; /* order.room bytes; NULL until the first row */
    size_t used, nentry;
    uint64_t number; /* of all blocks that were begun, from 1: order_common.block */
};

struct order {
    const struct ruleset *rs;
    size_t memory;
    char *tmpdir;
    bool keep_duplicates;
    unsigned threads;
    uint64_t changed; /* order_changed */
    pthread_mutex_t lock;
    pthread_cond_t spilled;
    struct block block[2];
    unsigned now;        /* the block that rows go to */
    bool spilling;       /* a thread writes the other one, without the lock: the spool is its own */
    size_t room;         /* of a block */
    uint64_t begun;      /* blocks */
    struct spool *spool; /* NULL until the first run */
    VEC(struct run) runs;
    int rc;            /* of the first failure: nothing is added afterwards */
    struct ev_err why; /* what it was */
};

struct order *order_new(const struct ruleset *rs, const struct order_options *o)
{
    struct order *order = xcalloc(1, sizeof *order);

    order->rs = rs;
    order->memory = o->memory < MEMORY_MIN ? MEMORY_MIN : o->memory;
    order->tmpdir = o->tmpdir ? xstrdup(o->tmpdir) : NULL;
    order->keep_duplicates = o->keep_duplicates;
    order->threads = o->threads;
    order->room = order->memory / 4 & ~(sizeof(struct entry) - 1);
    /* Offsets of entries are 32 bits. */
    if (order->room > LIMIT_MIB(2048))
        order->room = LIMIT_MIB(2048);
    pthread_mutex_init(&order->lock, NULL);
    pthread_cond_init(&order->spilled, NULL);
    return order;
}

void order_free(struct order *o)
{
    if (!o)
        return;
    pthread_mutex_destroy(&o->lock);
    pthread_cond_destroy(&o->spilled);
    spool_free(o->spool);
    vec_release(&o->runs);
    free(o->block[0].p);
    free(o->block[1].p);
    free(o->tmpdir);
    free(o);
}

static size_t read_size(const struct order *o)
{
    size_t n = o->memory / 64;

    return n < READ_MIN ? READ_MIN : n > READ_MAX ? READ_MAX : n;
}

/* Entries grow down from the end of the block: the last added is the first in memory. */
static struct entry *entries(const struct order *o, const struct block *b)
{
    return (struct entry *)(void *)(b->p + o->room) - b->nentry;
}

static struct slice entry_row(const struct block *b, const struct entry *e)
{
    return slice_of(b->p + e->at, e->n);
}

static struct spool_row entry_whole(const struct block *b, const struct entry *e)
{
    struct note note;

    memcpy(&note, b->p + e->at - sizeof note, sizeof note);
    return (struct spool_row){ entry_row(b, e), slice_of(b->p + note.at, note.n) };
}

struct comparing {
    const struct order *order;
    const struct block *block;
};

static int entry_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct entry *a = pa, *b = pb;
    const struct comparing *c = ctx;
    struct row_key ka, kb;
    int way;

    if (a->timestamp != b->timestamp)
        return a->timestamp < b->timestamp ? -1 : 1;
    /* order_add has read both before. */
    if (row_key_read(entry_row(c->block, a), c->order->rs, &ka) < 0 ||
        row_key_read(entry_row(c->block, b), c->order->rs, &kb) < 0)
        return 0;
    way = row_key_cmp(&ka, &kb);
    if (!way)
        way = slice_cmp(entry_row(c->block, a), entry_row(c->block, b));
    return way ? way : slice_cmp(entry_whole(c->block, a).common, entry_whole(c->block, b).common);
}

static void sort_entries(const struct order *o, const struct block *b)
{
    struct comparing c = { o, b };

    if (b->nentry)
        qsort_r(entries(o, b), b->nentry, sizeof(struct entry), entry_cmp, &c);
}

/* Ends a run that began at `at` in the spool. */
static int end_run(struct order *o, uint64_t at, struct ev_err *err)
{
    struct run run = { .at = at };
    int rc = spool_flush(o->spool, &run.end, err);

    if (rc < 0)
        return rc;
    (void)vec_push(&o->runs, RUNS_MAX, run);
    return EV_OK;
}

static uint64_t runs_end(const struct order *o)
{
    return o->runs.n ? o->runs.v[o->runs.n - 1].end : 0;
}

static int need_spool(struct order *o, struct ev_err *err)
{
    return o->spool ? EV_OK : spool_new(o->tmpdir, read_size(o), &o->spool, err);
}

/* The rows of the block become a run. */
static int write_run(struct order *o, struct block *b, struct ev_err *err)
{
    const uint64_t at = runs_end(o);
    int rc;

    if (!b->nentry)
        return EV_OK;
    rc = need_spool(o, err);
    sort_entries(o, b);
    for (size_t i = 0; rc >= 0 && i < b->nentry; i++) {
        const struct spool_row row = entry_whole(b, &entries(o, b)[i]);

        rc = spool_put(o->spool, &row, err);
    }
    if (rc >= 0)
        rc = end_run(o, at, err);
    b->used = b->nentry = 0;
    b->number = 0;
    return rc;
}

/* Under the lock, which is given up meanwhile: others fill the second block. */
static int spill(struct order *o, struct ev_err *err)
{
    struct block *full = &o->block[o->now];
    int rc;

    o->now ^= 1;
    o->spilling = true;
    pthread_mutex_unlock(&o->lock);
    rc = write_run(o, full, err);
    pthread_mutex_lock(&o->lock);
    o->spilling = false;
    pthread_cond_broadcast(&o->spilled);
    return rc;
}

/* A row that no empty block could hold is a run of its own. */
static int spill_one(struct order *o, const struct spool_row *row, struct ev_err *err)
{
    const uint64_t at = runs_end(o);
    int rc = need_spool(o, err);

    if (rc >= 0)
        rc = spool_put(o->spool, row, err);
    return rc < 0 ? rc : end_run(o, at, err);
}

/* Does the text of c lie in b already? */
static bool is_in(const struct order_common *c, const struct block *b)
{
    return b->number && c->block == b->number;
}

static bool fits(const struct order *o, const struct block *b, size_t own,
                 const struct order_common *c)
{
    const size_t n = sizeof(struct note) + own + (is_in(c, b) ? 0 : c->text.n);

    return n <= o->room && b->used + n + (b->nentry + 1) * sizeof(struct entry) <= o->room;
}

/* Whoever comes after the first failure hears of that. */
static int failed_before(const struct order *o, struct ev_err *err)
{
    if (err)
        *err = o->why;
    return o->rc;
}

/* Under the lock: makes room for a row of n bytes and its common text in *ret, or finds that no block
 * could hold them: NULL. */
static int find_room(struct order *o, size_t n, const struct order_common *c, struct block **ret,
                     struct ev_err *err)
{
    for (;;) {
        struct block *b = &o->block[o->now];

        if (o->rc < 0)
            return failed_before(o, err);
        if (!b->p)
            b->p = try_realloc(NULL, o->room, 1);
        if (!b->p)
            return ev_err_set(err, EV_ENOMEM, "no memory for a sort of %zu bytes (--memory)",
                              o->memory);
        if (!b->number)
            b->number = ++o->begun;
        *ret = fits(o, b, n, c) ? b : NULL;
        if (*ret)
            return EV_OK;
        if (o->spilling) {
            pthread_cond_wait(&o->spilled, &o->lock);
            continue;
        }
        if (!b->nentry)
            return EV_OK;
        int rc = spill(o, err);
        if (rc < 0)
            return rc;
    }
}

static uint8_t *append(struct block *b, const void *p, size_t n)
{
    uint8_t *to = b->p + b->used;

    if (n)
        memcpy(to, p, n);
    b->used += n;
    return to;
}

static int add(struct order *o, struct slice row, struct order_common *c, struct ev_err *err)
{
    struct block *b = NULL;
    struct row_key key;
    int rc;

    if (row_key_read(row, o->rs, &key) < 0)
        return ev_err_set(err, EV_EFORMAT, "a row to sort is damaged");
    rc = find_room(o, row.n, c, &b, err);
    if (rc < 0)
        return rc;
    if (!b)
        return spill_one(o, &(struct spool_row){ row, c->text }, err);
    if (!is_in(c, b)) {
        c->block = b->number;
        c->at = (uint32_t)(append(b, c->text.p, c->text.n) - b->p);
    }
    append(b, &(struct note){ c->at, (uint32_t)c->text.n }, sizeof(struct note));
    b->nentry++;
    *entries(o, b) = (struct entry){ key.timestamp, (uint32_t)b->used, (uint32_t)row.n };
    append(b, row.p, row.n);
    return EV_OK;
}

int order_add(struct order *o, struct slice encoded, struct ev_err *err)
{
    struct order_common none = { .text = SLICE_ABSENT };

    return order_add_common(o, encoded, &none, err);
}

int order_add_common(struct order *o, struct slice encoded, struct order_common *c,
                     struct ev_err *err)
{
    struct ev_err why = { 0 };
    int rc;

    pthread_mutex_lock(&o->lock);
    rc = add(o, encoded, c, &why);
    if (rc < 0 && o->rc == EV_OK) {
        o->rc = rc;
        o->why = why;
    }
    pthread_mutex_unlock(&o->lock);
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* Merges n runs of o->spool into `to`, as one run. */
static int merge_group(struct order *o, const struct run *run, size_t n, struct spool *to,
                       struct ev_err *err)
{
    struct merge *m = NULL;
    struct spool_row row;
    int rc = merge_new(o->rs, o->spool, run, n, read_size(o), &m, err);

    while (rc >= 0 && (rc = merge_next(m, &row, err)) == 1)
        rc = spool_put(to, &row, err);
    merge_free(m);
    return rc;
}

static size_t fan(const struct order *o)
{
    size_t n = (o->memory - 2 * read_size(o)) / read_size(o);

    return n > FAN_MAX ? FAN_MAX : n;
}

/* One pass: groups of runs become runs in a new spool. */
static int merge_pass(struct order *o, struct ev_err *err)
{
    struct spool *to = NULL;
    size_t made = 0;
    int rc = spool_new(o->tmpdir, read_size(o), &to, err);
    uint64_t at = 0;

    for (size_t i = 0; rc >= 0 && i < o->runs.n; i += fan(o)) {
        const size_t n = o->runs.n - i < fan(o) ? o->runs.n - i : fan(o);
        uint64_t end = 0;

        rc = merge_group(o, &o->runs.v[i], n, to, err);
        if (rc >= 0)
            rc = spool_flush(to, &end, err);
        o->runs.v[made++] = (struct run){ at, end };
        at = end;
    }
    if (rc < 0) {
        spool_free(to);
        return rc;
    }
    o->runs.n = made;
    spool_free(o->spool);
    o->spool = to;
    return EV_OK;
}

static int finish_memory(struct order *o, struct duplicates *d, struct ev_err *err)
{
    const struct block *b = &o->block[o->now];
    int rc = EV_OK;

    sort_entries(o, b);
    for (size_t i = 0; rc >= 0 && i < b->nentry; i++) {
        const struct spool_row row = entry_whole(b, &entries(o, b)[i]);

        rc = duplicates_put(d, &row, err);
    }
    return rc;
}

static int finish_merge(const struct order *o, struct merge *m, struct duplicates *d,
                        struct ev_err *err)
{
    struct ahead *a = o->threads > 1 ? ahead_new(m, 2 * read_size(o)) : NULL;
    struct spool_row row;
    int rc = EV_OK;

    while (rc >= 0 && (rc = a ? ahead_next(a, &row, err) : merge_next(m, &row, err)) == 1)
        rc = duplicates_put(d, &row, err);
    ahead_free(a);
    return rc;
}

static int finish_spool(struct order *o, struct duplicates *d, struct ev_err *err)
{
    struct merge *m = NULL;
    int rc = write_run(o, &o->block[o->now], err);

    for (int i = 0; i < 2; i++) {
        free(o->block[i].p);
        o->block[i] = (struct block){ 0 };
    }
    while (rc >= 0 && o->runs.n > fan(o))
        rc = merge_pass(o, err);
    if (rc >= 0)
        rc = merge_new(o->rs, o->spool, o->runs.v, o->runs.n, read_size(o), &m, err);
    if (rc >= 0)
        rc = finish_merge(o, m, d, err);
    merge_free(m);
    return rc;
}

uint64_t order_changed(const struct order *o)
{
    return o->changed;
}

int order_finish(struct order *o, order_row_fn *row, void *ctx, uint64_t *ret_duplicates,
                 struct ev_err *err)
{
    struct duplicates *d;
    int rc;

    if (o->rc < 0)
        return failed_before(o, err);
    d = duplicates_new(o->rs, o->keep_duplicates, row, ctx);
    rc = o->runs.n ? finish_spool(o, d, err) : finish_memory(o, d, err);
    if (rc >= 0)
        rc = duplicates_end(d, ret_duplicates, err);
    o->changed = duplicates_changed(d);
    duplicates_free(d);
    return rc;
}
