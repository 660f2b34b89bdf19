/* test_trigger.c - what rules wait for, and how long lists become one fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "build_event.h"
#include "match/group.h"

struct bench {
    struct build build;
    struct ruleset *rules;
    struct matcher *matcher;
    struct facts facts;
    bool silent[1000];
};

static void load(struct bench *b, const char *detection)
{
    struct match_options o = { .kind = MATCHER_INDEXED };
    char text[4096];

    snprintf(text, sizeof text,
             "title: t\nlogsource:\n  product: windows\n  category: process_creation\n"
             "detection:\n%s\nlevel: low\n",
             detection);
    memset(b, 0, sizeof *b);
    build_init(&b->build);
    assert_int_equal(ruleset_load_text(slice_str(text), "t.yml", b->build.names, &b->rules, NULL),
                     EV_OK);
    assert_int_equal(b->rules->n, 1);
    assert_int_equal(matcher_build(b->rules, &o, &b->matcher, NULL), EV_OK);
    assert_true(names_count(b->build.names) < sizeof b->silent);
}

static void drop(struct bench *b)
{
    facts_release(&b->facts);
    matcher_free(b->matcher);
    ruleset_free(b->rules);
    build_release(&b->build);
}

static const char *fact_text(const struct bench *b, uint32_t fact)
{
    static char text[100];
    const struct programs *p = &b->matcher->index->programs;
    const struct pattern *pattern;

    if (fact >= p->atoms.n)
        return "set";
    pattern = p->atoms.v[fact].pattern;
    for (size_t i = 0; pattern && i < pattern->n; i++)
        if (pattern->token[i].kind == TOKEN_LITERAL) {
            snprintf(text, sizeof text, "%.*s", SLICE_ARG(pattern->token[i].literal));
            return text;
        }
    return "?";
}

/* expected: texts of the facts, joined with a blank; NULL: the rule is always looked at. */
static void waits_for(const char *detection, const char *silent, const char *expected)
{
    struct bench b;
    const struct index *ix;
    char all[500] = "";
    size_t n = 0;
    bool waits;

    load(&b, detection);
    ix = b.matcher->index;
    if (silent)
        b.silent[names_find(b.build.names, slice_str(silent))] = true;
    waits = trigger_of(&ix->programs, ix->share, 0, silent ? b.silent : NULL, &b.facts);
    assert_int_equal(waits, expected != NULL);
    for (size_t i = 0; i < b.facts.n; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? " " : "",
                              fact_text(&b, b.facts.v[i]));
    if (expected)
        assert_string_equal(all, expected);
    drop(&b);
}

static void the_rarest_part_of_an_and_is_waited_for(void **state)
{
    (void)state;
    waits_for("  s:\n    Image|endswith: '\\cmd.exe'\n    CommandLine|contains: 'xyzzyplugh'\n"
              "  condition: s",
              NULL, "xyzzyplugh");
    waits_for("  s:\n    CommandLine|contains|all:\n      - 'a'\n      - 'qwzx'\n  condition: s",
              NULL, "qwzx");
    waits_for("  s:\n    EventID: 1\n    Image|endswith: '\\cmd.exe'\n  condition: s", NULL,
              "\\cmd.exe");
}

static void all_parts_of_an_or_are_waited_for(void **state)
{
    (void)state;
    waits_for("  s:\n    CommandLine|contains:\n      - 'qwzx'\n      - 'zxqw'\n  condition: s",
              NULL, "qwzx zxqw");
    waits_for("  a:\n    Image: 'x1zz'\n  b:\n    User: 'y2zz'\n  condition: a or b", NULL,
              "x1zz y2zz");
    /* One of them cannot be waited for. */
    waits_for("  a:\n    Image: 'x1zz'\n  b:\n    User: null\n  condition: a or b", NULL, NULL);
}

static void nots_are_not_waited_for(void **state)
{
    (void)state;
    waits_for("  a:\n    Image: 'x1zz'\n  b:\n    User: 'y2zz'\n  condition: a and not b", NULL,
              "x1zz");
    waits_for("  a:\n    Image: 'x1zz'\n  condition: not a", NULL, NULL);
    waits_for("  a:\n    Image: 'x1zz'\n  condition: not not a", NULL, "x1zz");
    waits_for("  a:\n    Image: 'x1zz'\n  b:\n    User: 'y2zz'\n  condition: not (not a and not b)",
              NULL, "x1zz y2zz");
}

static void guards_of_regexes_are_waited_for(void **state)
{
    (void)state;
    waits_for("  a:\n    CommandLine|re: 'foo\\d+barbarbar'\n  condition: a", NULL, "barbarbar");
    waits_for("  a:\n    CommandLine|re: '\\d+'\n  condition: a", NULL, NULL);
    waits_for("  a:\n    CommandLine|re|i: 'qwzx'\n  condition: a", NULL, "qwzx ?");
}

/* Where a field is silent its test is unknown, and only the others can be waited for. */
static void silent_fields_are_not_waited_for(void **state)
{
    (void)state;
    waits_for("  s:\n    Image|endswith: '\\cmd.exe'\n    CommandLine|contains: 'xyzzyplugh'\n"
              "  condition: s",
              "CommandLine", "\\cmd.exe");
    waits_for("  s:\n    CommandLine|contains: 'xyzzyplugh'\n  condition: s", "CommandLine", NULL);
    waits_for("  s:\n    - Image|endswith: '\\cmd.exe'\n    - OriginalFileName: 'Cmd.Exe'\n"
              "  c:\n    CommandLine|contains: 'xyzzyplugh'\n  condition: s and c",
              "OriginalFileName", "xyzzyplugh");
}

static void long_lists_are_one_fact(void **state)
{
    char text[2000] = "  s:\n    CommandLine|contains:\n";
    size_t n = strlen(text);
    struct bench b;

    (void)state;
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "      - 'qwzx%d'\n", i);
    snprintf(text + n, sizeof text - n, "  condition: s");
    waits_for(text, NULL, "set");
    load(&b, text);
    assert_int_equal(b.matcher->index->programs.atoms.n, 40);
    assert_int_equal(b.matcher->index->programs.nfact, 41);
    drop(&b);
}

static void tables_give_the_rules_of_a_fact(void **state)
{
    struct trigger_pair pair[] = { { 7, 1 }, { 3, 9 }, { 7, 0 }, { 100000, 2 }, { 3, 4 } };
    struct trigger_table t;
    const uint32_t *rule;
    size_t n;

    (void)state;
    trigger_table_init(&t, pair, 5);
    rule = trigger_table_get(&t, 7, &n);
    assert_int_equal(n, 2);
    assert_true(rule[0] == 0 && rule[1] == 1);
    rule = trigger_table_get(&t, 100000, &n);
    assert_true(n == 1 && rule[0] == 2);
    trigger_table_get(&t, 8, &n);
    assert_int_equal(n, 0);
    trigger_table_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rarest_part_of_an_and_is_waited_for),
        cmocka_unit_test(all_parts_of_an_or_are_waited_for),
        cmocka_unit_test(nots_are_not_waited_for),
        cmocka_unit_test(guards_of_regexes_are_waited_for),
        cmocka_unit_test(silent_fields_are_not_waited_for),
        cmocka_unit_test(long_lists_are_one_fact),
        cmocka_unit_test(tables_give_the_rules_of_a_fact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
