/* test_lazy.c - fields that are filled in when somebody asks are those that come at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "evtx/native_impl.h"
#include "input/walk.h"

struct read {
    const struct names *names;
    struct reader_worker *worker;
    bool lazy, data, mixed; /* mixed: some events the other way */
    unsigned skip;          /* every so many events are not asked for */
    uint64_t events;
    struct buf text, findings;
    struct accounting counts;
};

static int on_event(void *ctx, struct event *ev)
{
    struct read *r = ctx;
    const bool data = r->data != (r->mixed && r->events % 5 == 4);
    size_t i = 0;
    int rc;

    r->events++;
    if (r->skip && r->events % r->skip == 0)
        return EV_OK;
    rc = r->lazy ? reader_fields(r->worker, ev, data) : EV_OK;
    if (rc != EV_OK)
        return rc;
    buf_printf(&r->text, "%llu %llu %u %llu %d ", (unsigned long long)ev->place.offset,
               (unsigned long long)ev->place.record_number, ev->event_id,
               (unsigned long long)ev->time_created, ev->unbound);
    buf_slice(&r->text, ev->provider);
    buf_slice(&r->text, ev->channel);
    buf_slice(&r->text, ev->computer);
    if (!data)
        buf_printf(&r->text, " %u %u %llu", ev->level, ev->version,
                   (unsigned long long)ev->record_id);
    while (data && i < ev->n && ev->field[i].part == EVENT_SYSTEM)
        i++;
    event_texts(ev, i);
    for (; i < ev->n; i++) {
        buf_printf(&r->text, "\n %u %u ", ev->field[i].part, ev->field[i].id);
        buf_slice(&r->text, ev->field[i].name);
        buf_byte(&r->text, '=');
        buf_slice(&r->text, event_text(ev, i));
    }
    buf_byte(&r->text, '\n');
    return EV_OK;
}

static void on_finding(void *ctx, const struct finding *f)
{
    struct read *r = ctx;

    buf_printf(&r->findings, "%s %llu\n", finding_name(f->kind), (unsigned long long)f->offset);
}

static void read_log(struct read *r, struct source *src)
{
    const struct reader_options o = { .names = r->names, .recover = true };
    const struct reader_visitor v = {
        .event = on_event, .finding = on_finding, .ctx = r, .lazy = r->lazy
    };
    struct reader *reader = NULL;

    buf_clear(&r->text);
    buf_clear(&r->findings);
    r->counts = (struct accounting){ 0 };
    r->events = 0;
    if (decoder_native.open(src, &o, &reader, NULL) < 0)
        return;
    for (uint64_t i = 0; i < decoder_native.jobs(reader); i++)
        assert_int_equal(decoder_native.run(reader, i, r->worker, &v, &r->counts, NULL), EV_OK);
    decoder_native.close(reader);
}

struct pair {
    struct read now, later;
    uint64_t events;
};

static void compare_text(const char *path, const struct buf *now, const struct buf *later)
{
    size_t i = 0;

    while (i < now->n && i < later->n && now->p[i] == later->p[i])
        i++;
    if (i < now->n || i < later->n)
        fail_msg("%s, byte %zu: %.100s is not %.100s", path, i,
                 (const char *)now->p + (i > 40 ? i - 40 : 0),
                 (const char *)later->p + (i > 40 ? i - 40 : 0));
}

static int on_log(void *ctx, const char *path)
{
    struct pair *p = ctx;
    struct source *src = NULL;
    const char *dot = strrchr(path, '.');

    if (!dot || strcmp(dot, ".evtx") != 0 || source_open_file(path, &src, NULL) < 0)
        return EV_OK;
    read_log(&p->now, src);
    read_log(&p->later, src);
    compare_text(path, &p->now.text, &p->later.text);
    if (p->now.skip == 0) {
        compare_text(path, &p->now.findings, &p->later.findings);
        assert_memory_equal(&p->now.counts, &p->later.counts, sizeof p->now.counts);
    }
    p->events += p->now.counts.events;
    source_free(src);
    return EV_OK;
}

static void read_init(struct read *r, const struct names *names)
{
    r->names = names;
    r->worker = reader_worker_new();
    buf_init(&r->text, LIMIT_MIB(256));
    buf_init(&r->findings, LIMIT_MIB(16));
}

static void read_release(struct read *r)
{
    reader_worker_free(r->worker);
    buf_release(&r->text);
    buf_release(&r->findings);
}

static void compare_all(bool data, unsigned skip, bool mixed)
{
    const char *shared = getenv("EVTRIAGE_SHARED"), *srcdir = getenv("srcdir");
    struct names *names = names_new();
    struct pair p = { .events = 0 };
    const struct walk_visitor v = { .file = on_log, .ctx = &p };
    char path[4096];

    read_init(&p.now, names);
    read_init(&p.later, names);
    p.later.lazy = true;
    p.now.data = p.later.data = data;
    p.now.skip = p.later.skip = skip;
    p.now.mixed = p.later.mixed = mixed;
    snprintf(path, sizeof path, "%s/testdata", srcdir ? srcdir : ".");
    assert_int_equal(walk_path(path, &v, NULL), EV_OK);
    if (shared) {
        snprintf(path, sizeof path, "%s/corpus", shared);
        (void)walk_path(path, &v, NULL);
    }
    print_message("# %llu events\n", (unsigned long long)p.events);
    assert_true(p.events > 1000);
    read_release(&p.now);
    read_release(&p.later);
    names_free(names);
}

static void fields_that_come_later_are_those_that_come_at_once(void **state)
{
    (void)state;
    compare_all(false, 0, false);
}

static void fields_of_the_body_alone_are_the_same(void **state)
{
    (void)state;
    compare_all(true, 0, false);
}

/* What one event leaves behind must not show in the next. */
static void events_that_nobody_asked_about_change_nothing(void **state)
{
    (void)state;
    compare_all(false, 2, true);
    compare_all(true, 3, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_that_come_later_are_those_that_come_at_once),
        cmocka_unit_test(fields_of_the_body_alone_are_the_same),
        cmocka_unit_test(events_that_nobody_asked_about_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
