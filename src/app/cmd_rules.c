/* cmd_rules.c - `evtriage rules`: check, list, test. */
#include <stdio.h>

#include "app/command.h"
#include "app/load.h"
#include "app/rule_event.h"
#include "app/talk.h"
#include "base/escape.h"
#include "base/limits.h"
#include "scan/filter.h"

/* --- rules check --- */

static int rules_check(const struct options *o, struct loaded *l)
{
    loaded_print_messages(l, MESSAGE_WARNING);
    const size_t refused = loaded_refused(l);
    size_t warnings = 0;
    for (size_t i = 0; i < l->rules->nmessage; i++)
        warnings += l->rules->message[i].kind == MESSAGE_WARNING;
    if (!o->quiet)
        printf("%zu rules usable, %zu refused, %zu warnings, in %zu files\n", l->rules->n, refused,
               warnings, l->rules->nfile);
    return refused ? EXIT_FAULTS : EXIT_DONE;
}

/* --- rules list --- */

static const char *text_or_dash(struct slice s)
{
    return s.n ? (const char *)s.p : "-";
}

static bool listed(const struct options *o, const struct rule *r)
{
    if (o->has_level && r->level < o->level)
        return false;
    if (o->rule.n && !filter_names_rule(o->rule.v, o->rule.n, r))
        return false;
    return !(o->exclude_rule.n && filter_names_rule(o->exclude_rule.v, o->exclude_rule.n, r));
}

static int shape_parse(const char *text, enum shape *ret)
{
    for (int s = 0; s < SHAPE_COUNT; s++)
        if (strcmp(text, shape_name((enum shape)s)) == 0) {
            *ret = (enum shape)s;
            return EV_OK;
        }
    return EV_ENOTFOUND;
}

static void print_class_row(const struct rule *r, enum shape shape, struct arena *a)
{
    struct slices missing = { 0 };
    enum rule_class c = rule_classify(r, shape, a, &missing);
    printf("%.*s\t%s\t", SLICE_ARG(r->id), rule_class_name(c));
    for (size_t i = 0; i < missing.n; i++)
        printf("%s%.*s", i ? "," : "", SLICE_ARG(missing.v[i]));
    printf("\t%.*s\n", SLICE_ARG(r->title));
    arena_reset(a);
}

/* One line a process creation rule: how much of it that source can decide. */
static int list_classes(const struct options *o, const struct loaded *l)
{
    enum shape shape;
    struct arena a;

    if (shape_parse(o->source, &shape) < 0) {
        talk("--source: \"%s\" is no source; sources are Sysmon/1, Security/4688, "
             "Security/4688-no-command-line, Security/4688-no-parent",
             o->source);
        return EXIT_USAGE;
    }
    arena_init(&a, LIMIT_RULE_ARENA);
    printf("rule_id\tclass\tmissing_fields\ttitle\n");
    for (size_t i = 0; i < l->rules->n; i++) {
        const struct rule *r = l->rules->rule[i];
        if (slice_eq(r->category, SLICE("process_creation")) && listed(o, r))
            print_class_row(r, shape, &a);
    }
    arena_release(&a);
    return EXIT_DONE;
}

static int rules_list(const struct options *o, struct loaded *l)
{
    const bool tsv = o->format && strcmp(o->format, "tsv") == 0;

    if (o->format && !tsv && strcmp(o->format, "table") != 0) {
        talk("--format: \"%s\" is no format of rules list; formats are table, tsv", o->format);
        return EXIT_USAGE;
    }
    if (o->source)
        return list_classes(o, l);
    if (tsv)
        printf("rule_id\tlevel\tstatus\tcategory\tservice\ttitle\tfile\n");
    for (size_t i = 0; i < l->rules->n; i++) {
        const struct rule *r = l->rules->rule[i];
        if (!listed(o, r))
            continue;
        if (tsv)
            printf("%.*s\t%s\t%s\t%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARG(r->id), level_name(r->level),
                   status_name(r->status), SLICE_ARG(r->category), SLICE_ARG(r->service),
                   SLICE_ARG(r->title), SLICE_ARG(r->file));
        else
            printf("%-36s  %-13s  %s\n", text_or_dash(r->id), level_name(r->level),
                   text_or_dash(r->title));
    }
    return EXIT_DONE;
}

/* --- rules test --- */

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

static int rules_test(const struct options *o, struct loaded *l)
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
        if (listed(o, l->rules->rule[i]))
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

struct action {
    const char *name;
    int (*run)(const struct options *o, struct loaded *l);
};

int cmd_rules(const struct options *o)
{
    const struct action actions[] = { { "check", rules_check },
                                      { "list", rules_list },
                                      { "test", rules_test } };
    struct loaded l = { 0 };
    struct ev_err err = { 0 };
    const struct action *a = NULL;

    for (size_t i = 0; o->argument.n && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(o->argument.v[0], actions[i].name) == 0)
            a = &actions[i];
    if (!a) {
        talk("rules needs one of check, list, test; try `evtriage rules --help`");
        return EXIT_USAGE;
    }
    int code;
    if (rules_load(o, o->argument.v + 1, o->argument.n - 1, &l, &err) < 0) {
        talk_error(&err);
        code = EXIT_USAGE;
    } else {
        code = a->run(o, &l);
    }
    loaded_release(&l);
    return code;
}
