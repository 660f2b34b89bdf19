/* cmd_rules_test.c - `evtriage rules test`: rules against the events that stand beside them. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
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
            printf("%.*s:%u: failed: %.*s: expected %s, got %s\n", SLICE_ARG(r->file), test->line,
                   SLICE_ARG(test->name), test->expect_match ? "match" : "no match",
                   hit ? "match" : "no match");
        else if (verbose)
            printf("%.*s:%u: passed: %.*s\n", SLICE_ARG(r->file), test->line,
                   SLICE_ARG(test->name));
    }
}

int rules_test(const struct options *o, struct loaded *l)
{
    struct testing t = { .l = l };
    const struct match_options mo = { 0 };
    struct ev_err err = { 0 };

    if (matcher_build(l->rules, &mo, &t.matcher, &err) < 0) {
        talk_error(&err);
        return EXIT_FAILED;
    }
    t.scratch = scratch_new(t.matcher);
    arena_init(&t.arena, LIMIT_EVENT_ARENA);
    for (size_t i = 0; i < l->rules->n; i++)
        if (rules_listed(o, l->rules->rule[i]))
            test_rule(&t, l->rules->rule[i], o->verbose);
    arena_release(&t.arena);
    scratch_free(t.scratch);
    matcher_free(t.matcher);
    loaded_print_messages(l, MESSAGE_ERROR);
    const size_t refused = loaded_refused(l);
    if (!o->quiet)
        printf("%zu tests passed, %zu failed; %zu rules without tests, %zu refused\n", t.passed,
               t.failed, t.untested, refused);
    return t.failed || refused ? EXIT_FAULTS : EXIT_DONE;
}
