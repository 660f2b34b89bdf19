/* cmd_rules_test.c - `evtriage rules test`: rules against the events that stand beside them. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/regress.h"
#include "app/rule_event.h"
#include "app/talk.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "detect/correlate.h"
#include "detect/feed.h"

struct testing {
    struct matcher *matcher;
    struct scratch *scratch;
    struct arena arena;
    const struct loaded *l;
    size_t passed, failed, untested;
};

/* The n-th event of a test: a second after the one before, unless it has a time of its own. */
static void make_event(struct testing *t, const struct rule_test *test, size_t n, struct event *ev)
{
    const uint64_t start = UINT64_C(134171784000000000); /* 2026-03-05T10:00:00Z */
    rule_event_make(&test->event[n], t->l->names, &t->arena, ev);
    if (!ev->time_created)
        ev->time_created = start + n * FILETIME_SECOND;
    ev->has_record_id = true;
    ev->record_id = ev->place.record_number = n + 1;
}

static bool event_hits(struct testing *t, const struct rule *r, struct event *ev)
{
    struct hits hits;
    matcher_run(t->matcher, t->scratch, ev, &hits);
    for (size_t i = 0; i < hits.n; i++)
        if (hits.v[i].rule == r && hits.v[i].verdict != VERDICT_POSSIBLE)
            return true;
    return false;
}

static int ignore_row(void *ctx, const struct detection *d)
{
    (void)ctx;
    (void)d;
    return EV_OK;
}

/* Does the sequence of events make the correlation true, be it for a row or for another one? */
static bool sequence_hits(struct testing *t, const struct rule *r, const struct rule_test *test)
{
    const struct order_options oo = { .memory = LIMIT_MIB(4) };
    struct correlator *c = correlator_new(t->l->rules, &oo);
    struct buf row;
    bool ok = true;

    buf_init(&row, LIMIT_DETECTION);
    for (size_t i = 0; i < test->nevent && ok; i++) {
        struct event ev;
        struct hits hits;
        arena_reset(&t->arena);
        make_event(t, test, i, &ev);
        matcher_run(t->matcher, t->scratch, &ev, &hits);
        for (size_t k = 0; k < hits.n && ok; k++) {
            struct detection d;
            if (!correlator_wants(c, &hits.v[k]))
                continue;
            feed_make(&ev, &hits.v[k], SLICE("test"), &d);
            buf_clear(&row);
            detection_encode(&d, &row);
            ok = correlator_add(c, buf_view(&row), NULL) == EV_OK;
        }
    }
    ok = ok && c && correlator_finish(c, ignore_row, NULL, NULL) == EV_OK &&
         correlator_counts(c, r).rows > 0;
    correlator_free(c);
    buf_release(&row);
    return ok;
}

static bool rule_hits(struct testing *t, const struct rule *r, const struct rule_test *test)
{
    bool hit = false;
    if (r->correlation)
        return sequence_hits(t, r, test);
    for (size_t i = 0; i < test->nevent && !hit; i++) {
        struct event ev;
        arena_reset(&t->arena);
        make_event(t, test, i, &ev);
        hit = event_hits(t, r, &ev);
    }
    return hit;
}

static void tell_test(const struct rule *r, const struct rule_test *test, const char *what,
                      const char *got)
{
    print_slice(stdout, r->file);
    printf(":%u: %s: ", test->line, what);
    print_slice(stdout, test->name);
    printf(": expected %s%s\n", test->expect_match ? "a match" : "no match", got);
}

static void test_rule(struct testing *t, const struct rule *r, bool verbose)
{
    if (!r->nrule_test)
        t->untested++;
    for (size_t i = 0; i < r->nrule_test; i++) {
        const struct rule_test *test = &r->rule_test[i];
        const bool hit = rule_hits(t, r, test);
        const bool ok = hit == test->expect_match;
        t->passed += ok;
        t->failed += !ok;
        if (!ok)
            tell_test(r, test, "failed", hit ? ", got a match" : ", got no match");
        else if (verbose)
            tell_test(r, test, "passed", "");
    }
}

static int run_regression(const struct options *o, struct testing *t)
{
    struct regress r = { .o = o, .l = t->l, .matcher = t->matcher, .scratch = t->scratch };
    struct ev_err err = { 0 };
    int code = EXIT_DONE;

    for (size_t i = 0; i < o->regression.n && code == EXIT_DONE; i++)
        if (regress_run(&r, o->regression.v[i], &err) < 0) {
            talk_error(&err);
            code = EXIT_USAGE;
        }
    if (!o->quiet)
        printf("%zu regression tests passed, %zu failed, %zu left out\n", r.passed, r.failed,
               r.skipped);
    return code == EXIT_DONE && r.failed ? EXIT_FAULTS : code;
}

int rules_test(const struct options *o, struct loaded *l)
{
    struct testing t = { .l = l };
    const struct match_options mo = { 0 };
    struct ev_err err = { 0 };
    int code = EXIT_DONE;

    if (matcher_build(l->rules, &mo, &t.matcher, &err) < 0) {
        talk_error(&err);
        return EXIT_FAILED;
    }
    t.scratch = scratch_new(t.matcher);
    arena_init(&t.arena, LIMIT_EVENT_ARENA);
    for (size_t i = 0; i < l->rules->n; i++)
        if (rules_listed(o, l->rules->rule[i]))
            test_rule(&t, l->rules->rule[i], o->verbose);
    loaded_print_messages(l, MESSAGE_ERROR);
    const size_t refused = loaded_refused(l);
    if (!o->quiet)
        printf("%zu tests passed, %zu failed; %zu rules without tests, %zu refused\n", t.passed,
               t.failed, t.untested, refused);
    if (o->regression.n)
        code = run_regression(o, &t);
    arena_release(&t.arena);
    scratch_free(t.scratch);
    matcher_free(t.matcher);
    return code != EXIT_DONE ? code : t.failed || refused ? EXIT_FAULTS : EXIT_DONE;
}
