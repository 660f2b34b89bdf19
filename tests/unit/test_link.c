/* test_link.c - references between documents: correlations that cannot be used are named, circles
 * are found, and what is left has its places in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"
#include "rule/correlation.h"
#include "rule/link.h"

#define RULE(n)                                                                                    \
    "title: " n "\nname: " n "\nlogsource: {product: windows}\n"                                   \
    "detection: {s: {EventID: 1}, condition: s}\n---\n"
#define TEMPORAL(n, refs)                                                                          \
    "title: " n "\nname: " n "\ncorrelation: {type: temporal, rules: [" refs                       \
    "], timespan: 5m}\n---\n"

static size_t load(struct loaded *l, const char *text)
{
    loaded_text(l, slice_str(text));
    return ruleset_link(l->rs);
}

static const struct rule *named(const struct loaded *l, const char *name)
{
    for (size_t i = 0; i < l->rs->n; i++)
        if (slice_eq(l->rs->rule[i]->name, slice_str(name)))
            return l->rs->rule[i];
    return NULL;
}

static void indexes_are_in_order(const struct loaded *l)
{
    for (size_t i = 0; i < l->rs->n; i++)
        assert_int_equal(l->rs->rule[i]->index, i);
}

static void a_rule_may_stand_after_its_correlation(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(load(&l, TEMPORAL("x", "a, b") RULE("a") RULE("b")), 0);
    const struct rule *x = named(&l, "x");
    assert_int_equal(x->correlation->ref[0].nrule, 1);
    assert_ptr_equal(x->correlation->ref[1].rule[0], named(&l, "b"));
    assert_true(named(&l, "a")->feed->referred);
    assert_null(x->feed);
    loaded_free(&l);
}

static void a_missing_rule_refuses_the_correlation(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(load(&l, RULE("a") TEMPORAL("x", "a, b") RULE("c")), 1);
    assert_int_equal(l.rs->n, 2);
    assert_null(named(&l, "x"));
    assert_null(named(&l, "a")->feed); /* nobody asks for it any more */
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 1);
    assert_int_equal(l.rs->file[0].rules, 2);
    assert_int_equal(l.rs->file[0].refused, 1);
    indexes_are_in_order(&l);
    assert_string_equal(loaded_messages(&l),
                        "E 8:42 correlation: no loaded rule has the id or name \"b\": load it, or "
                        "correct the name");
    loaded_free(&l);
}

static void what_needs_a_refused_one_is_refused(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(
        load(&l, RULE("a") TEMPORAL("y", "x, a") TEMPORAL("x", "a, gone") TEMPORAL("z", "a, a")),
        2);
    assert_null(named(&l, "x"));
    assert_null(named(&l, "y"));
    assert_non_null(named(&l, "z"));
    indexes_are_in_order(&l);
    assert_non_null(strstr(loaded_messages(&l), "\"x\" was refused"));
    loaded_free(&l);
}

static void circles_are_refused(void **state)
{
    static const char *const circle[] = {
        TEMPORAL("x", "x"),
        TEMPORAL("x", "y") TEMPORAL("y", "x"),
        RULE("a") TEMPORAL("x", "a, y") TEMPORAL("y", "z") TEMPORAL("z", "a, x"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof circle / sizeof *circle; i++) {
        struct loaded l;
        assert_int_equal(load(&l, circle[i]), i + 1);
        assert_null(named(&l, "x"));
        assert_non_null(strstr(loaded_messages(&l), "cannot run in a circle"));
        loaded_free(&l);
    }
}

static void depth_is_that_of_the_longest_chain(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(
        load(&l, TEMPORAL("z", "x, y") TEMPORAL("y", "x, a") TEMPORAL("x", "a, a") RULE("a")), 0);
    assert_int_equal(named(&l, "x")->correlation->depth, 0);
    assert_int_equal(named(&l, "y")->correlation->depth, 1);
    assert_int_equal(named(&l, "z")->correlation->depth, 2);
    loaded_free(&l);
}

static void chains_have_an_end(void **state)
{
    struct loaded l;
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_KIB(64));
    buf_str(&b, RULE("c0"));
    for (int i = 20; i > 0; i--)
        buf_printf(&b,
                   "title: t\nname: c%d\ncorrelation: {type: temporal, rules: c%d, timespan: 5m}\n"
                   "---\n",
                   i, i - 1);
    loaded_text(&l, buf_view(&b));
    assert_true(ruleset_link(l.rs) > 0);
    assert_non_null(strstr(loaded_messages(&l), "more than 16 correlations of correlations"));
    indexes_are_in_order(&l);
    loaded_free(&l);
    buf_release(&b);
}

static void ids_compare_without_case_names_with(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(load(&l, "title: a\nid: ABCD\nname: Low\nlogsource: {product: windows}\n"
                              "detection: {s: {EventID: 1}, condition: s}\n---\n" TEMPORAL(
                                  "x", "abcd") TEMPORAL("y", "low")),
                     1);
    assert_non_null(named(&l, "x"));
    assert_null(named(&l, "y"));
    loaded_free(&l);
}

static void fields_that_are_asked_for_have_ids(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(
        load(&l, RULE("a") "title: x\nname: x\ncorrelation: {type: value_count, rules: a, "
                           "group-by: [Q1, Computer], timespan: 5m, condition: {gte: 2, "
                           "field: Q2}}\n---\n"
                           "title: y\ncorrelation: {type: event_count, rules: x, group-by: "
                           "[Q1, Q3], timespan: 5m, condition: {gte: 2}}\n"),
        0);
    const struct feed *f = named(&l, "a")->feed;
    assert_int_equal(f->n, 4); /* Q3 for what is above x */
    for (size_t i = 0; i < f->n; i++)
        assert_int_equal(f->id[i], names_find(l.names, f->name[i]));
    assert_int_equal(named(&l, "x")->feed->n, 2);
    loaded_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_may_stand_after_its_correlation),
        cmocka_unit_test(a_missing_rule_refuses_the_correlation),
        cmocka_unit_test(what_needs_a_refused_one_is_refused),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(depth_is_that_of_the_longest_chain),
        cmocka_unit_test(chains_have_an_end),
        cmocka_unit_test(ids_compare_without_case_names_with),
        cmocka_unit_test(fields_that_are_asked_for_have_ids),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
