#include "scan/scan.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/stopwatch.h"
#include "scan/script.h"

static void *thread_main(void *ctx)
{
    worker_run(ctx);
    return NULL;
}

/* Worker 0 is the calling thread, so that one thread needs none. */
static void run_workers(struct worker *w, unsigned n)
{
    pthread_t *thread = xcalloc(n, sizeof *thread);
    unsigned started = 0;
    while (started + 1 < n &&
           pthread_create(&thread[started], NULL, thread_main, &w[started + 1]) == 0)
        started++;
    worker_run(&w[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

static int finding_order(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static void summarise_images(struct dispenser *d, struct summary *sum)
{
    struct arena *a = &sum->arena;

    while (dispenser_image(d, sum->nimage))
        sum->nimage++;
    sum->image = arena_zalloc(a, sum->nimage, sizeof *sum->image);
    for (size_t i = 0; i < sum->nimage; i++) {
        const struct image_integrity *from = dispenser_image(d, i);
        struct image_integrity *to = &sum->image[i];

        *to = *from;
        to->path = arena_dup(a, from->path);
        to->fault = arena_dup(a, from->fault);
        to->file = arena_zalloc(a, from->nfile, sizeof *to->file);
        for (size_t k = 0; k < from->nfile; k++) {
            to->file[k] = from->file[k];
            to->file[k].path = arena_dup(a, from->file[k].path);
        }
    }
}

void scan_summarise_files(struct dispenser *d, struct summary *sum)
{
    sum->nfile = dispenser_files(d);
    sum->file = arena_zalloc(&sum->arena, sum->nfile, sizeof *sum->file);
    for (size_t i = 0; i < sum->nfile; i++) {
        const struct scan_file *f = dispenser_file(d, i);
        const struct input *from = &f->in;
        struct summary_file *to = &sum->file[i];
        to->path = arena_dup(&sum->arena, slice_str(from->path));
        to->fate = from->fate;
        to->reason = arena_dup(&sum->arena, from->reason);
        to->size = from->size;
        to->inside = from->of_container;
        to->image = from->kind == PROBE_DISK_IMAGE;
        to->has_sha256 = from->has_sha256;
        memcpy(to->sha256, from->sha256, sizeof to->sha256);
        memcpy(to->time, from->time, sizeof to->time);
        to->counts = f->counts;
        to->nfinding = f->findings.n;
        to->finding = arena_zalloc(&sum->arena, f->findings.n, sizeof *to->finding);
        if (f->findings.n) {
            memcpy(to->finding, f->findings.v, f->findings.n * sizeof *to->finding);
            qsort(to->finding, to->nfinding, sizeof *to->finding, finding_order);
        }
        accounting_add(&sum->total, &f->counts);
    }
    summarise_images(d, sum);
}

static struct rule_counts *summarise_workers(struct worker *w, unsigned n,
                                             const struct ruleset *rules, struct summary *sum)
{
    struct rule_counts *count = arena_zalloc(&sum->arena, rules->n, sizeof *count);
    for (unsigned i = 0; i < n; i++) {
        const struct rule_counts *more = scratch_counts(w[i].scratch);
        for (size_t r = 0; r < rules->n; r++) {
            count[r].hits += more[r].hits;
            count[r].undecided += more[r].undecided;
            count[r].regex_limit += more[r].regex_limit;
            count[r].candidates += more[r].candidates;
            count[r].suppressed += more[r].suppressed;
            sum->suppressed += more[r].suppressed;
            sum->undecided += more[r].undecided;
            sum->regex_limit += more[r].regex_limit;
        }
        sum->hidden_level += w[i].hidden[ROW_HIDDEN_LEVEL];
        sum->hidden_rule += w[i].hidden[ROW_HIDDEN_RULE];
        sum->hidden_verdict += w[i].hidden[ROW_HIDDEN_VERDICT];
        sum->hidden_time += w[i].hidden[ROW_HIDDEN_TIME];
        sum->filtered += w[i].filtered;
        sum->fed += w[i].fed;
        sum->oversize += w[i].oversize;
        sum->script_blocks += w[i].blocks;
        sum->script_incomplete += w[i].incomplete;
        if (i > 0)
            tally_merge(&w[0].tally, &w[i].tally);
    }
    tally_summarise(&w[0].tally, sum);
    sum->rules = rules;
    sum->rule_count = count;
    return count;
}

/* How many process rules are worth nothing where command lines are not audited. */
static void summarise_rules(const struct ruleset *rules, struct summary *sum)
{
    struct arena a;
    arena_init(&a, LIMIT_RULE_FILE_ARENA);
    for (size_t i = 0; i < rules->n; i++) {
        struct slices missing;
        if (!slice_eq(rules->rule[i]->category, SLICE("process_creation")))
            continue;
        sum->process_rules++;
        sum->blind_rules += rule_classify(rules->rule[i], SHAPE_4688_NO_COMMAND_LINE, &a,
                                          &missing) == CLASS_CANNOT_FIRE;
        arena_reset(&a);
    }
    arena_release(&a);
}

static void profile_workers(const struct worker *w, unsigned n, struct profile *p)
{
    for (unsigned i = 0; i < n; i++) {
        for (int k = 0; k < PROFILE_STAGES; k++)
            p->ns[k] += w[i].ns[k];
        p->events += w[i].decoded;
        const struct match_profile *m = scratch_profile(w[i].scratch);
        if (m && !p->match.rule)
            match_profile_init(&p->match, m->nrule, m->nfield);
        if (m)
            match_profile_add(&p->match, m);
    }
}

/* The first fault in worker order; an interruption only when there is no other. */
static int first_fault(const struct worker *w, unsigned n, struct ev_err *err)
{
    int rc = EV_OK;
    for (unsigned i = 0; i < n; i++) {
        if (w[i].rc == EV_OK || (rc != EV_OK && w[i].rc == EV_EINTR))
            continue;
        if (rc == EV_OK || rc == EV_EINTR) {
            rc = w[i].rc;
            if (err && w[i].err.rc < 0)
                *err = w[i].err;
        }
    }
    return rc;
}

static int correlated_row(void *ctx, const struct detection *d)
{
    return worker_add_row(ctx, d);
}

/* Over all that was found; rows go through the first worker's filter and counts. */
static int correlate(struct correlator *c, struct worker *w, struct ev_err *err)
{
    struct ev_err mine = { 0 };
    int rc = correlator_finish(c, correlated_row, w, &mine);
    if (rc < 0 && err)
        *err = w->err.rc < 0 ? w->err : mine;
    return rc;
}

static void count_correlations(const struct correlator *c, const struct ruleset *rules,
                               struct rule_counts *count, struct summary *sum)
{
    for (size_t i = 0; c && i < rules->n; i++) {
        if (!rules->rule[i]->correlation)
            continue;
        struct correlation_counts n = correlator_counts(c, rules->rule[i]);
        count[i].hits = n.rows;
        count[i].capped = n.undecided;
        sum->capped += n.undecided;
    }
    sum->untimed = c ? correlator_untimed(c) : 0;
}

/* --- one run --- */

struct run {
    const struct scan_options *o;
    struct dispenser *dispenser;
    struct script *script;
    struct reorder *reorder; /* NULL: rows go into an order */
    struct worker *worker;   /* o->threads of them */
};

static void opened(void *ctx, size_t input, uint64_t jobs)
{
    reorder_input(ctx, input, jobs);
}

static void run_init(struct run *run, const struct scan_options *o, struct inputs *in,
                     struct order *order, struct scan_progress *progress)
{
    *run = (struct run){ .o = o,
                         .dispenser = dispenser_new(in, o->decoder, &o->reader),
                         .script = script_new(o->rules, o->memory, o->tmpdir),
                         .worker = xcalloc(o->threads, sizeof *run->worker) };
    if (o->row) {
        const struct reorder_options ro = { o->row_memory, o->row, o->row_ctx };
        run->reorder = reorder_new(o->rules, &ro);
        dispenser_watch(run->dispenser, opened, run->reorder);
    }
    for (unsigned i = 0; i < o->threads; i++) {
        run->worker[i] = (struct worker){ .matcher = o->matcher,
                                          .filter = o->filter,
                                          .dispenser = run->dispenser,
                                          .order = order,
                                          .reorder = run->reorder,
                                          .script = run->script,
                                          .correlator = o->correlator,
                                          .render = o->render,
                                          .progress = progress,
                                          .timed = o->profile != NULL,
                                          .stop = o->stop,
                                          .stop_ctx = o->stop_ctx };
        worker_init(&run->worker[i]);
    }
}

static void run_release(struct run *run)
{
    for (unsigned i = 0; i < run->o->threads; i++)
        worker_release(&run->worker[i]);
    free(run->worker);
    script_free(run->script);
    reorder_free(run->reorder);
    dispenser_free(run->dispenser);
}

/* Blocks of several parts, when all parts are there; in turn they come last. */
static int match_blocks(struct run *run, struct summary *sum, struct ev_err *err)
{
    struct worker *w = &run->worker[0];
    struct ev_err mine = { 0 };
    int rc = run->reorder ? reorder_rest(run->reorder, err) : EV_OK;

    if (rc == EV_OK && run->reorder)
        rc = reorder_begin(run->reorder, REORDER_LAST, 0, &w->job, err);
    if (rc < 0)
        return rc;
    w->err = (struct ev_err){ 0 };
    rc = script_blocks(run->script, worker_block, w, &sum->script_lost, &mine);
    script_free(run->script); /* before correlations need memory and disk */
    run->script = NULL;
    if (rc == EV_OK && run->reorder) {
        rc = reorder_end(run->reorder, &w->job, &mine);
        w->job.rows = (struct buf){ 0 };
    }
    if (w->err.rc < 0)
        mine = w->err;
    if (rc < 0 && err && mine.rc < 0)
        *err = mine;
    return rc;
}

/* What needs all that was read: script blocks in parts, then correlations. */
static int finish(struct run *run, struct summary *sum, struct ev_err *err)
{
    struct profile *p = run->o->profile;
    uint64_t from = p ? stopwatch_now() : 0;
    int rc = match_blocks(run, sum, err);

    if (p)
        from = stopwatch_lap(from, &p->ns[STAGE_BLOCKS]);
    if (rc >= 0 && run->o->correlator)
        rc = correlate(run->o->correlator, &run->worker[0], err);
    if (p)
        stopwatch_lap(from, &p->ns[STAGE_CORRELATE]);
    return rc;
}

int scan_run(const struct scan_options *o, struct inputs *in, struct order *order,
             struct scan_progress *progress, struct summary *sum, struct ev_err *err)
{
    struct run run;

    run_init(&run, o, in, order, progress);
    run_workers(run.worker, o->threads);
    int rc = first_fault(run.worker, o->threads, err);
    sum->interrupted = rc == EV_EINTR;
    sum->recover = o->reader.recover;
    if (rc == EV_OK || rc == EV_EINTR) {
        int late = finish(&run, sum, err);
        rc = late < 0 ? late : rc;
    }
    scan_summarise_files(run.dispenser, sum);
    struct rule_counts *count = summarise_workers(run.worker, o->threads, o->rules, sum);
    count_correlations(o->correlator, o->rules, count, sum);
    summarise_rules(o->rules, sum);
    if (o->profile) {
        profile_workers(run.worker, o->threads, o->profile);
        o->profile->count = count;
    }
    run_release(&run);
    return rc;
}
