/* evtx_run.h - a decoder run over bytes in memory, its events as text.
 *
 * For tests only: static functions, so that each test program stands alone. */
#ifndef EVTX_RUN_H
#define EVTX_RUN_H

#include <stdio.h>

#include "../../testdata/writer/ew_damage.h"
#include "../../testdata/writer/ew_script.h"
#include "base/buf.h"
#include "base/limits.h"
#include "evtx/reader.h"

struct evtx_run {
    struct names *names;
    struct reader_worker *worker;
    struct buf events;   /* a line per event, then a line per field: "part name=text" */
    struct buf findings; /* a line per finding: "kind offset number: text" */
    struct accounting counts;
    bool recover;
    uint32_t want_id;          /* 0: all */
    int fail_after;            /* the event call that returns EV_EINTR; 0: none */
    uint64_t happened;         /* events */
    struct record_place place; /* of the last event */
    uint64_t time_created, record_id;
    bool cut, unbound;
};

static void evtx_run_init(struct evtx_run *t)
{
    *t = (struct evtx_run){ .names = names_new(), .worker = reader_worker_new() };
    buf_init(&t->events, LIMIT_MIB(256));
    buf_init(&t->findings, LIMIT_MIB(16));
}

static void evtx_run_release(struct evtx_run *t)
{
    names_free(t->names);
    reader_worker_free(t->worker);
    buf_release(&t->events);
    buf_release(&t->findings);
}

/* One of these for each test: cmocka_unit_test_setup_teardown(test, evtx_run_setup, evtx_run_teardown). */
static inline int evtx_run_setup(void **state)
{
    static struct evtx_run t;

    evtx_run_init(&t);
    *state = &t;
    return 0;
}

static inline int evtx_run_teardown(void **state)
{
    evtx_run_release(*state);
    return 0;
}

static int evtx_run_event(void *ctx, struct event *ev)
{
    struct evtx_run *t = ctx;

    t->place = ev->place;
    t->time_created = ev->time_created;
    t->record_id = ev->record_id;
    t->cut = ev->cut;
    t->unbound = ev->unbound;
    buf_printf(&t->events, "event %u level %u version %u %s\n", ev->event_id, ev->level,
               ev->version, origin_name(ev->place.origin));
    for (size_t i = 0; i < ev->n; i++) {
        struct slice text = event_text(ev, i);

        buf_printf(&t->events, "%u ", ev->field[i].part);
        buf_slice(&t->events, ev->field[i].name);
        buf_byte(&t->events, '=');
        buf_slice(&t->events, text);
        buf_byte(&t->events, '\n');
    }
    return (int)++t->happened == t->fail_after ? EV_EINTR : EV_OK;
}

static void evtx_run_finding(void *ctx, const struct finding *f)
{
    struct evtx_run *t = ctx;

    buf_printf(&t->findings, "%s %llu %llu: %s\n", finding_name(f->kind),
               (unsigned long long)f->offset, (unsigned long long)f->record_number, f->text);
}

static bool evtx_run_want(void *ctx, struct slice provider, struct slice channel, uint32_t id,
                          uint64_t written)
{
    const struct evtx_run *t = ctx;

    (void)provider, (void)channel, (void)written;
    return id == t->want_id;
}

/* Opens, runs all jobs, closes. The texts end with a NUL that does not count. */
static int evtx_run_source(struct evtx_run *t, const struct decoder *d, struct source *src,
                           struct ev_err *err)
{
    struct reader_options o = { .names = t->names, .recover = t->recover };
    struct reader_visitor v = { .want = t->want_id ? evtx_run_want : NULL,
                                .event = evtx_run_event,
                                .finding = evtx_run_finding,
                                .ctx = t };
    struct reader *r = NULL;
    int rc;

    buf_clear(&t->events);
    buf_clear(&t->findings);
    t->counts = (struct accounting){ 0 };
    t->happened = 0;
    rc = d->open(src, &o, &r, err);
    if (rc < 0)
        return rc;
    for (uint64_t i = 0; rc >= 0 && i < d->jobs(r); i++)
        rc = d->run(r, i, t->worker, &v, &t->counts, err);
    d->close(r);
    buf_byte(&t->events, 0);
    buf_byte(&t->findings, 0);
    t->events.n--;
    t->findings.n--;
    return rc;
}

static inline int evtx_run_bytes(struct evtx_run *t, const struct decoder *d, struct slice bytes,
                                 struct ev_err *err)
{
    struct source *src = source_open_memory(bytes, "test.evtx");
    int rc = evtx_run_source(t, d, src, err);

    source_free(src);
    return rc;
}

static inline bool evtx_run_has(const struct buf *b, const char *line)
{
    return slice_find(buf_view(b), slice_str(line)) != SIZE_MAX;
}

/* Every record is in exactly one class. */
static bool evtx_run_adds_up(const struct accounting *c)
{
    return c->records == c->events + c->skipped + c->unreadable &&
           c->recovered == c->recovered_events + c->recovered_skipped + c->recovered_unbound;
}

#endif
