/* test_correlation.c - correlation documents and old aggregations as the loader reads them: faults,
 * spellings, defaults. What they do with events is test_correlate's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"
#include "rule/correlation.h"

static void load(struct loaded *l, const char *correlation)
{
    struct buf b;
    buf_init(&b, LIMIT_MIB(1));
    buf_printf(&b, "title: t\ncorrelation: %s\n", correlation);
    loaded_text(l, buf_view(&b));
    buf_release(&b);
}

static void timespans(void **state)
{
    uint64_t t = 0;
    (void)state;
    assert_int_equal(timespan_parse(SLICE("1s"), &t), EV_OK);
    assert_int_equal(t, 10000000);
    assert_int_equal(timespan_parse(SLICE("5m"), &t), EV_OK);
    assert_int_equal(t, 3000000000);
    assert_int_equal(timespan_parse(SLICE("2h"), &t), EV_OK);
    assert_int_equal(t, 72000000000);
    assert_int_equal(timespan_parse(SLICE("1d"), &t), EV_OK);
    assert_int_equal(t, 864000000000);
    assert_int_equal(timespan_parse(SLICE("1w"), &t), EV_OK);
    assert_int_equal(t, 6048000000000);
    assert_int_equal(timespan_parse(SLICE("1M"), &t), EV_OK);
    assert_int_equal(t, 26297460000000);
    assert_int_equal(timespan_parse(SLICE("1y"), &t), EV_OK);
    assert_int_equal(t, 315569520000000);
    static const char *const bad[] = { "",   "5",  "m",    "5 m", "-5m",
                                       "5x", "0s", "1.5h", "5mm", "99999999999999y" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(timespan_parse(slice_str(bad[i]), &t), EV_ESYNTAX);
}

static const struct {
    const char *correlation, *message;
} faults[] = {
    { "x", "correlation is text: write a map" },
    { "{rules: a, timespan: 5m, condition: {gte: 1}}", "add \"type: event_count\"" },
    { "{type: often, rules: a, timespan: 5m}", "unknown type \"often\"" },
    { "{type: event_count, rules: a, condition: {gte: 1}}", "add \"timespan: 5m\"" },
    { "{type: event_count, rules: a, timespan: soon, condition: {gte: 1}}", "such as 5m" },
    { "{type: event_count, timespan: 5m, condition: {gte: 1}}", "add \"rules:\"" },
    { "{type: event_count, rules: [[a]], timespan: 5m, condition: {gte: 1}}", "\"rules\" takes" },
    { "{type: event_count, rules: a, timespan: 5m}", "add a condition" },
    { "{type: event_count, rules: a, timespan: 5m, condition: {field: F}}", "add a condition" },
    { "{type: event_count, rules: a, timespan: 5m, condition: {gte: many}}", "take a number" },
    { "{type: event_count, rules: a, timespan: 5m, condition: {above: 1}}", "a condition has lt" },
    { "{type: event_count, rules: a, timespan: 5m, condition: [1]}", "a condition is a map" },
    { "{type: event_count, rules: a, timespan: 5m, condition: a and a}", "in words belongs" },
    { "{type: event_count, rules: a, group-by: {x: y}, timespan: 5m, condition: {gte: 1}}",
      "\"group-by\" takes" },
    { "{type: value_count, rules: a, timespan: 5m, condition: {gte: 1}}", "needs \"field:\"" },
    { "{type: value_sum, rules: a, timespan: 5m, condition: {gte: 1, field: [x, y]}}",
      "only value_count" },
    { "{type: value_percentile, rules: a, timespan: 5m, condition: {lte: 1, field: x}}",
      "needs \"percentile:\"" },
    { "{type: value_percentile, rules: a, timespan: 5m, condition: {lte: 1, field: x, "
      "percentile: 101}}",
      "at most 100" },
    { "{type: temporal, rules: [a, b], timespan: 5m, condition: a and c}", "\"c\" is not" },
    { "{type: temporal, rules: [a, b], timespan: 5m, condition: a | count() > 1}",
      "\"|\" is not possible" },
    { "{type: temporal, rules: [a, b], aliases: {x: y}, timespan: 5m}", "an alias is a map" },
    { "{type: temporal, rules: [a, b], group-by: x, aliases: {x: {c: y}}, timespan: 5m}",
      "an alias names rules" },
};

static void faults_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct loaded l;
        load(&l, faults[i].correlation);
        assert_int_equal(l.rs->n, 0);
        assert_int_equal(l.rs->refused[REFUSAL_SYNTAX] + l.rs->refused[REFUSAL_UNSUPPORTED], 1);
        if (strstr(loaded_messages(&l), faults[i].message) == NULL)
            fail_msg("%s: %s", faults[i].correlation, loaded_messages(&l));
        loaded_free(&l);
    }
}

static const struct correlation *first(struct loaded *l, const char *correlation)
{
    load(l, correlation);
    if (l->rs->n != 1)
        fail_msg("%s: %s", correlation, loaded_messages(l));
    return l->rs->rule[0]->correlation;
}

static void defaults_and_spellings(void **state)
{
    struct loaded l;
    (void)state;
    const struct correlation *c = first(&l, "{type: temporal, rules: [a, b, a], timespan: 5m}");
    assert_int_equal(c->nref, 2); /* named twice, there once */
    assert_int_equal(c->nbound, 1);
    assert_int_equal(c->bound[0].op, BOUND_GTE);
    assert_true(c->bound[0].number == 2);
    assert_false(c->closes || c->generate);
    loaded_free(&l);
    c = first(&l, "{type: temporal_extended, rules: [a, b], timespan: 5m, generate: true, "
                  "condition: a and not b}");
    assert_int_equal(c->type, CORRELATION_TEMPORAL);
    assert_true(c->closes && c->generate);
    loaded_free(&l);
    c = first(&l, "{type: event_count, rules: a, timespan: 5m, condition: {gte: 1, lt: 5}}");
    assert_int_equal(c->nbound, 2);
    assert_true(c->closes);
    loaded_free(&l);
    c = first(&l, "{type: event_count, rules: [a, b], group-by: [x, y], timespan: 5m, "
                  "aliases: {x: {a: F, b: G}}, condition: {gte: 1}}");
    assert_true(slice_eq(c->key_field[0], SLICE("F")));
    assert_true(slice_eq(c->key_field[1], SLICE("G")));
    assert_true(slice_eq(c->key_field[2], SLICE("y")));
    loaded_free(&l);
}

static void old_aggregations_are_read(void **state)
{
    static const struct {
        const char *condition;
        enum correlation_type type;
        size_t ngroup, nkey, nref, rules;
        bool closes;
    } old[] = {
        { "a | count() by F > 5", CORRELATION_EVENT_COUNT, 1, 1, 1, 1, false },
        { "a | count(F) > 5", CORRELATION_VALUE_COUNT, 0, 1, 1, 1, false },
        { "a or b | sum(F) by G >= 1", CORRELATION_VALUE_SUM, 1, 2, 1, 1, false },
        { "a|min(F)<1", CORRELATION_VALUE_MIN, 0, 1, 1, 1, true },
        { "a | max(F) by G, H > 1", CORRELATION_VALUE_MAX, 2, 3, 1, 1, false },
        { "a | avg(F) == 1", CORRELATION_VALUE_AVG, 0, 1, 1, 1, true },
        { "a | near b and not c", CORRELATION_TEMPORAL, 0, 0, 3, 3, true },
        { "a | near b", CORRELATION_TEMPORAL, 0, 0, 2, 2, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        struct loaded l;
        char text[300];
        snprintf(text, sizeof text,
                 "    a: {F: 1}\n    b: {F: 2}\n    c: {F: 3}\n    timeframe: 1m\n"
                 "    condition: %s\n",
                 old[i].condition);
        loaded_detection(&l, text);
        assert_int_equal(l.rs->n, old[i].rules);
        const struct correlation *c = l.rs->rule[0]->correlation;
        assert_non_null(c);
        assert_true(c->self);
        assert_int_equal(c->type, old[i].type);
        assert_int_equal(c->ngroup, old[i].ngroup);
        assert_int_equal(c->nkey, old[i].nkey);
        assert_int_equal(c->nref, old[i].nref);
        assert_int_equal(c->closes, old[i].closes);
        assert_int_equal(c->timespan, 600000000);
        loaded_free(&l);
    }
}

static void old_aggregations_have_faults(void **state)
{
    static const struct {
        const char *condition, *message;
    } bad[] = { { "a | frequency(F) > 1", "expected count, min" },
                { "a |", "expected count, min" },
                { "a | count > 1", "\"(\" is missing" },
                { "a | count(F > 1", "one field in parentheses" },
                { "a | sum() > 1", "only count can do without" },
                { "a | count() by > 1", "\"by\" needs" },
                { "a | count() != 1", "expected <" },
                { "a | count() >", "a number is missing" },
                { "a | count() > 1 or 2", "more than one comparison" },
                { "a | near nothing", "\"nothing\" is not a selection" },
                { "[a, b | count() > 1]", "among several conditions" } };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct loaded l;
        char text[300];
        snprintf(text, sizeof text,
                 "    a: {F: 1}\n    b: {F: 2}\n    timeframe: 1m\n    condition: %s\n",
                 bad[i].condition);
        loaded_detection(&l, text);
        assert_int_equal(l.rs->n, 0);
        if (strstr(loaded_messages(&l), bad[i].message) == NULL)
            fail_msg("%s: %s", bad[i].condition, loaded_messages(&l));
        loaded_free(&l);
    }
}

static void old_aggregations_without_timeframe_warn(void **state)
{
    struct loaded l;
    (void)state;
    loaded_detection(&l, "    a: {F: 1}\n    condition: a | count() > 5\n");
    assert_int_equal(l.rs->n, 1);
    assert_true(l.rs->rule[0]->correlation->timespan == TIMESPAN_ALL);
    assert_non_null(strstr(loaded_messages(&l), "without \"timeframe\""));
    loaded_free(&l);
    loaded_detection(&l, "    a: {F: 1}\n    timeframe: soon\n    condition: a | count() > 5\n");
    assert_int_equal(l.rs->n, 0);
    loaded_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timespans),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(defaults_and_spellings),
        cmocka_unit_test(old_aggregations_are_read),
        cmocka_unit_test(old_aggregations_have_faults),
        cmocka_unit_test(old_aggregations_without_timeframe_warn),
    };
    return cmocka_run_group_tests_name("correlation", tests, NULL, NULL);
}
