/* cmd_rules_test.c - `evtriage rules test`: rules against the events that stand beside them. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/regress.h"
#include "app/rule_event.h"
#include "app/talk.h"
#include "base/limits.h"

struct testing {
    struct matcher *matcher;
    struct scratch *scratch;
    struct arena arena;
    const struct loaded *l;
    size_t passed, failed, untested;
};

static bool rule_hits(struct testing *t, const struct rule *r, const struct rule_test *test)
{
    struct event ev;
    struct hits hits;

    arena_reset(&t->arena);
    rule_event_make(test, t->l->names, &t->arena, &ev);
    matcher_run(t->matcher, t->scratch, &ev, &hits);
    for (size_t i = 0; i < hits.n; i++)
        if (hits.v[i].rule == r && hits.v[i].verdict != VERDICT_POSSIBLE)
            return true;
    return false;
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
