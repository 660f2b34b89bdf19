#include "scan/worker.h"

#include "base/limits.h"
#include "base/stopwatch.h"
#include "detect/feed.h"

#define PROGRESS_STEP 256 /* records */

void worker_init(struct worker *w)
{
    w->reader = reader_worker_new();
    w->scratch = scratch_new(w->matcher);
    buf_init(&w->row, LIMIT_DETECTION);
    buf_init(&w->common, LIMIT_DETECTION);
    w->rendering = w->render ? w->render->open(w->render) : NULL;
    tally_init(&w->tally);
}

void worker_release(struct worker *w)
{
    reader_worker_free(w->reader);
    scratch_free(w->scratch);
    buf_release(&w->row);
    buf_release(&w->common);
    if (w->render)
        w->render->close(w->rendering);
    buf_release(&w->job.rows);
    tally_release(&w->tally);
    vec_release(&w->findings);
}

/* Threads that count in one place take its cache line from each other, record after record. */
static void tell_progress(struct worker *w)
{
    atomic_fetch_add_explicit(&w->progress->events, w->seen, memory_order_relaxed);
    atomic_fetch_add_explicit(&w->progress->rows, w->made, memory_order_relaxed);
    w->seen = w->made = 0;
}

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    struct worker *w = ctx;
    tally_record(&w->tally, channel, event_id, written);
    if (++w->seen == PROGRESS_STEP)
        tell_progress(w);
    return filter_key(w->filter, channel, event_id) &&
           matcher_wants(w->matcher, provider, channel, event_id);
}

/* The text that the rows of d's event share. */
static void render_event(struct worker *w, const struct detection *d)
{
    buf_clear(&w->common);
    w->render->event(w->rendering, d, &w->common);
    w->shared = (struct order_common){ .text = buf_view(&w->common) };
    w->cut = d->cut;
}

/* The row as text into w->row. False: that is too large, it has to go as it is. */
static bool encode_text(struct worker *w, const struct detection *d)
{
    if (w->cut != d->cut) /* since then memory has ended */
        render_event(w, d);
    buf_clear(&w->row);
    detection_encode_key(d, &w->row);
    const size_t key = w->row.n;
    w->render->row(w->rendering, d, &w->row);
    /* Decided by the text alone, so that copies of a record go the same way. */
    return !w->row.full && w->row.n - key <= LIMIT_ROW_TEXT && !w->common.full &&
           w->common.n <= LIMIT_ROW_TEXT;
}

/* d passed the filter, and render knows its event. */
static int add_row(struct worker *w, const struct detection *d)
{
    struct order_common none = { .text = SLICE_ABSENT }, *common = &w->shared;
    if (!w->render || !encode_text(w, d)) {
        common = &none;
        buf_clear(&w->row);
        detection_encode(d, &w->row);
    }
    if (w->row.full) {
        w->oversize++;
        return EV_OK;
    }
    w->made++;
    return w->reorder ? reorder_add(w->reorder, &w->job, buf_view(&w->row), common->text, &w->err)
                      : order_add_common(w->order, buf_view(&w->row), common, &w->err);
}

int worker_add_row(struct worker *w, const struct detection *d)
{
    const struct hit hit = { .rule = d->rule, .verdict = d->verdict };
    enum row_fate fate = filter_row(w->filter, &hit, d->timestamp);
    if (fate != ROW_SHOWN) {
        w->hidden[fate]++;
        return EV_OK;
    }
    if (w->render)
        render_event(w, d);
    return add_row(w, d);
}

/* What all hits of the event share. note: appended to the message; absent: none. */
static void make_base(struct worker *w, struct event *ev, struct slice file, struct slice note)
{
    detection_of_event(ev, file, &w->base);
    if (note.p)
        w->base.message = ARENA_JOIN(ev->arena, w->base.message, SLICE(" ("), note, SLICE(")"));
    w->base_made = true;
    if (w->render)
        render_event(w, &w->base);
}

static int add_hit(struct worker *w, struct event *ev, const struct hit *hit, struct slice file,
                   struct slice note)
{
    const uint64_t time = ev->time_created ? ev->time_created : ev->place.written;
    enum row_fate fate = filter_row(w->filter, hit, time);
    if (fate != ROW_SHOWN) { /* before all the work of a row */
        w->hidden[fate]++;
        return EV_OK;
    }
    if (!w->base_made)
        make_base(w, ev, file, note);
    struct detection d = w->base;
    detection_of_hit(ev, hit, &d);
    return add_row(w, &d);
}

/* The event for correlations. */
static int feed(struct worker *w, struct event *ev, const struct hit *hit, struct slice file)
{
    struct detection d;
    feed_make(ev, hit, file, &d);
    buf_clear(&w->row);
    detection_encode(&d, &w->row);
    if (w->row.full) {
        w->oversize++;
        return EV_OK;
    }
    return correlator_add(w->correlator, buf_view(&w->row), &w->err);
}

/* The hit as a row, as an event of correlations, or both. */
static int take_hit(struct worker *w, struct event *ev, const struct hit *hit, struct slice file,
                    struct slice note)
{
    int rc = correlator_wants(w->correlator, hit) ? feed(w, ev, hit, file) : EV_OK;
    if (rc < 0)
        return rc;
    if (rule_shows_events(hit->rule))
        return add_hit(w, ev, hit, file, note);
    w->fed++;
    return EV_OK;
}

static bool stopped(void *ctx)
{
    const struct worker *w = ctx;

    return w->stop && w->stop(w->stop_ctx);
}

/* Does the rule test nothing but what the event's System says? What else is absent from an event that
 * has lost its template may have been there. */
static bool is_of_system(const struct rule *r, const struct event *ev)
{
    for (size_t i = 0; i < r->ntest; i++) {
        const struct test *t = r->test[i];
        size_t at = t->field.p ? event_find(ev, t->field_id, 0) : SIZE_MAX;

        if (at == SIZE_MAX || ev->field[at].part != EVENT_SYSTEM || t->kind == TEST_FIELDREF)
            return false;
    }
    return true;
}

/* Matches the event and takes what it hit. */
static int match(struct worker *w, struct event *ev, struct slice file)
{
    uint64_t from = w->timed ? stopwatch_now() : 0;
    struct hits hits;
    int rc = EV_OK;

    w->base_made = false;
    matcher_run(w->matcher, w->scratch, ev, &hits);
    if (w->timed)
        from = stopwatch_lap(from, &w->ns[STAGE_MATCH]);
    for (size_t i = 0; rc == EV_OK && i < hits.n; i++)
        if (!ev->unbound || is_of_system(hits.v[i].rule, ev))
            rc = take_hit(w, ev, &hits.v[i], file,
                          ev->unbound ? SLICE("its template is gone") : SLICE_ABSENT);
    if (w->timed)
        stopwatch_lap(from, &w->ns[STAGE_ROW]);
    return rc;
}

static int event(void *ctx, struct event *ev)
{
    struct worker *w = ctx;

    if (stopped(w))
        return EV_EINTR;
    if (!filter_computer(w->filter, ev->computer)) {
        w->filtered++;
        return EV_OK;
    }
    if (!ev->unbound)
        tally_event(&w->tally, ev);
    const char *path = source_path(w->file->source);
    bool taken = false;
    int rc = w->script && !ev->unbound ? script_take(w->script, ev, path, &w->row, &taken, &w->err)
                                       : EV_OK;
    w->decoded++;
    if (rc == EV_OK && !taken)
        rc = match(w, ev, slice_str(path));
    if (rc < 0)
        w->rc = rc;
    return rc;
}

/* The test of the rule that reads a script block's text; NULL when none does. */
static const struct test *reads_text(const struct rule *r)
{
    for (size_t i = 0; i < r->ntest; i++)
        if (!r->test[i]->field.p || r->test[i]->field_id == FIELD_SCRIPTBLOCKTEXT)
            return r->test[i];
    return NULL;
}

/* What is missing of the text might have made a filter true. */
static void hit_weaken(struct hit *hit, struct arena *a)
{
    const struct test *t = reads_text(hit->rule);
    const size_t n = hit->nuntested < LIMIT_UNTESTED ? hit->nuntested : LIMIT_UNTESTED - 1;
    struct untested *u = arena_try(a, (n + 1) * sizeof *u);

    if (!t || !u)
        return;
    if (n)
        memcpy(u, hit->untested, n * sizeof *u);
    u[n] = (struct untested){ hit->rule->selection[t->selection].name, SLICE("ScriptBlockText") };
    hit->untested = u;
    hit->nuntested = n + 1;
    if (hit->verdict == VERDICT_FULL)
        hit->verdict = VERDICT_UNFILTERED;
}

/* A row cannot hold what can be matched. */
static void text_shorten(struct event *ev)
{
    size_t i = event_find(ev, FIELD_SCRIPTBLOCKTEXT, 0), n = LIMIT_SCRIPT_SHOWN;

    if (i == SIZE_MAX || ev->field[i].text.n <= n)
        return;
    while (n > 0 && (ev->field[i].text.p[n] & 0xc0) == 0x80)
        n--;
    ev->field[i].text = slice_sub(ev->field[i].text, 0, n);
    ev->field[i].value = value_utf8(ev->field[i].text);
    ev->cut = true;
}

/* Where a person finds what the hit is about: the part in which the last of what matched begins. */
static size_t part_of(const struct script_block *b, const struct hit *hit)
{
    size_t offset = 0;

    for (size_t i = 0; i < hit->nmatched; i++) {
        const struct matched *m = &hit->matched[i];

        if (slice_eq(m->field, SLICE("ScriptBlockText")) && m->offset > offset)
            offset = m->offset;
    }
    return script_part_at(b, offset);
}

static int take_block_hit(struct worker *w, const struct script_block *b, const struct hit *hit)
{
    size_t at = part_of(b, hit);
    int rc = EV_OK;

    if (!script_move(b, at))
        at = 0;
    const struct script_place *place = &b->place[b->part[at].first_place];
    for (size_t k = 0; rc == EV_OK && k < b->part[at].nplace; k++) {
        b->ev->place = place[k].place;
        w->base_made = false;
        rc = take_hit(w, b->ev, hit, place[k].file, b->note);
    }
    return rc;
}

int worker_block(void *ctx, const struct script_block *b)
{
    struct worker *w = ctx;
    struct hits hits;
    int rc = EV_OK;

    w->blocks++;
    w->incomplete += b->incomplete;
    matcher_run(w->matcher, w->scratch, b->ev, &hits);
    if (hits.n)
        text_shorten(b->ev);
    for (size_t i = 0; rc == EV_OK && i < hits.n; i++) {
        if (b->incomplete)
            hit_weaken(&hits.v[i], b->ev->arena);
        rc = take_block_hit(w, b, &hits.v[i]);
    }
    return rc;
}

static void finding(void *ctx, const struct finding *f)
{
    struct worker *w = ctx;
    (void)vec_push(&w->findings, LIMIT_FINDINGS, *f);
}

/* Runs one job of w->file. */
static void run_job(struct worker *w, uint64_t job)
{
    const struct reader_visitor v = {
        .want = want, .event = event, .finding = finding, .ctx = w, .stop = stopped
    };
    struct accounting counts = { 0 };
    struct ev_err err = { 0 };

    w->findings.n = 0;
    atomic_store_explicit(&w->progress->file, dispenser_path(w->dispenser, w->file),
                          memory_order_relaxed);
    const uint64_t inside = w->ns[STAGE_MATCH] + w->ns[STAGE_ROW];
    const uint64_t from = w->timed ? stopwatch_now() : 0;
    int rc = w->file->decoder->run(w->file->reader, job, w->reader, &v, &counts, &err);
    if (w->timed) {
        stopwatch_lap(from, &w->ns[STAGE_READ]);
        w->ns[STAGE_READ] -= w->ns[STAGE_MATCH] + w->ns[STAGE_ROW] - inside;
    }
    if (w->rc == EV_OK && rc == EV_EINTR)
        w->rc = rc;
    atomic_fetch_add_explicit(&w->progress->bytes, counts.bytes, memory_order_relaxed);
    tell_progress(w);
    dispenser_done(w->dispenser, w->file, &counts, w->findings.v, w->findings.n,
                   w->rc == EV_OK ? rc : EV_OK, &err);
}

/* The same with rows that go out in the order of jobs. */
static void run_job_in_turn(struct worker *w, uint64_t job)
{
    int rc = reorder_begin(w->reorder, w->file->index, job, &w->job, &w->err);

    if (rc == EV_OK) {
        run_job(w, job);
        rc = reorder_end(w->reorder, &w->job, &w->err);
        w->job.rows = (struct buf){ 0 };
    }
    if (rc < 0 && w->rc == EV_OK)
        w->rc = rc;
}

void worker_run(struct worker *w)
{
    uint64_t job;

    while (w->rc == EV_OK && dispenser_take(w->dispenser, &w->file, &job)) {
        if (stopped(w))
            w->rc = EV_EINTR;
        else if (w->reorder)
            run_job_in_turn(w, job);
        else
            run_job(w, job);
    }
    if (w->rc == EV_OK)
        return;
    dispenser_stop(w->dispenser);
    if (w->reorder)
        reorder_stop(w->reorder);
}
