/* test_correlate_scenarios.c - correlations by table: a few rules, a sequence of events, and the rows that must arise. Every
 * case also runs with its events in other orders: nothing may change. */
#include "correlate_run.h"

struct scenario {
    const char *name, *correlation, *events, *rows;
};

#define VALUES(condition)                                                                          \
    "{type: value_count, rules: a, timespan: 10s, condition: {field: v, " condition "}}"
#define CALC(type, condition)                                                                      \
    "{type: " type ", rules: a, timespan: 10s, condition: {field: v, " condition "}}"
#define SEEN(type) "{type: " type ", rules: [a, b], timespan: 10s}"
#define SEEN3(type) "{type: " type ", rules: [a, b, c], timespan: 10s}"
#define WORDS(type, words) "{type: " type ", rules: [a, b, c], timespan: 10s, condition: " words "}"

static const struct scenario scenarios[] = {
    /* event_count */
    { "count_reaches_gte", COUNT("gte: 3"), "0 a;1 a;2 a", "2 R 3" },
    { "count_below_gte", COUNT("gte: 3"), "0 a;1 a", "" },
    { "count_gt_needs_one_more", COUNT("gt: 3"), "0 a;1 a;2 a;3 a", "3 R 4" },
    { "count_stays_true_one_row", COUNT("gte: 3"), "0 a;1 a;2 a;3 a;4 a;5 a", "2 R 3" },
    { "count_border_is_inside", COUNT("gte: 2"), "0 a;10 a", "10 R 2" },
    { "count_beyond_border_is_outside", COUNT("gte: 2"), "0 a;10.0000001 a", "" },
    { "count_window_slides", COUNT("gte: 3"), "0 a;6 a;11 a;15 a", "15 R 3" },
    { "count_not_aligned_to_clock", COUNT("gte: 3"), "8 a;9 a;12 a", "12 R 3" },
    { "count_rearms_when_false", COUNT("gte: 3"), "0 a;1 a;2 a;20 a;21 a;22 a", "2 R 3; 22 R 3" },
    { "count_true_throughout_no_second_row", COUNT("gte: 2"), "0 a;5 a;10 a;15 a;20 a", "5 R 2" },
    { "count_false_at_an_event_rearms", COUNT("gte: 3"), "0 a;1 a;2 a;13 a;14 a;15 a",
      "2 R 3; 15 R 3" },
    { "count_of_one_rearms_after_gap", COUNT("gte: 1"), "0 a;5 a;30 a", "0 R 1; 30 R 1" },
    { "count_same_instant", COUNT("gte: 3"), "4 a;4 a;4 a", "4 R 3" },
    { "count_other_rule_is_not_counted", COUNT("gte: 2"), "0 a;1 b", "" },
    { "count_two_bounds_are_a_range", COUNT("gt: 1, gte: 3"), "0 a;1 a;2 a", "2 R 3" },
    { "count_by_group", BY_U("gte: 2"), "0 a u=x;1 a u=y;2 a u=x;3 a u=y", "2 R 2 x; 3 R 2 y" },
    { "count_groups_do_not_mix", BY_U("gte: 2"), "0 a u=x;1 a u=y;2 a u=z", "" },
    { "count_without_group_field_is_no_group", BY_U("gte: 2"), "0 a;1 a;2 a u=x;3 a u=x",
      "3 R 2 x" },
    { "count_group_ignores_case", BY_U("gte: 2"), "0 a u=Bob;1 a u=BOB", "1 R 2 BOB" },
    { "count_empty_group_value_is_a_group", BY_U("gte: 2"), "0 a u=;1 a u=", "1 R 2 " },
    { "count_by_two_fields",
      "{type: event_count, rules: a, group-by: [u, h], timespan: 10s, condition: {gte: 2}}",
      "0 a u=x h=1;1 a u=x h=2;2 a u=x h=1", "2 R 2 x,1" },
    { "count_tuples_do_not_run_together",
      "{type: event_count, rules: a, group-by: [u, h], timespan: 10s, condition: {gte: 2}}",
      "0 a u=ab h=c;1 a u=a h=bc", "" },
    { "count_over_several_rules",
      "{type: event_count, rules: [a, b], timespan: 10s, condition: {gte: 3}}", "0 a;1 b;2 a",
      "2 R 3" },
    { "count_one_record_of_two_rules_once",
      "{type: event_count, rules: [a, b], timespan: 10s, condition: {gte: 2}}", "0 a#7;0 b#7", "" },
    { "count_alias_joins_fields",
      "{type: event_count, rules: [a, b], group-by: who, timespan: 10s, condition: {gte: 2}, "
      "aliases: {who: {a: u, b: w}}}",
      "0 a u=x;1 b w=x;2 b u=x", "1 R 2 x" },
    { "count_copies_of_a_record_are_one", COUNT("gte: 2"), "0 a#5;0 a#5", "" },
    { "count_timespan_of_minutes",
      "{type: event_count, rules: a, timespan: 2m, condition: {gte: 2}}", "0 a;120 a", "120 R 2" },
    { "count_lists_the_window_only", COUNT("gte: 3"), "0 a;11 a;12 a;13 a", "13 R 3" },
    { "count_rows_of_one_group_leave_others", BY_U("gte: 2"),
      "0 a u=x;1 a u=x;2 a u=y;3 a u=x;4 a u=y", "1 R 2 x; 4 R 2 y" },
    /* judged when the window closes */
    { "lt_is_judged_at_the_end", COUNT("lt: 3"), "0 a;1 a", "1 R 2" },
    { "lt_false_no_row", COUNT("lt: 3"), "0 a;1 a;2 a", "" },
    { "lte_border", COUNT("lte: 2"), "0 a;10 a", "10 R 2" },
    { "lte_each_window_by_itself", COUNT("lte: 2"), "0 a;10.1 a", "0 R 1; 10.1 R 1" },
    { "eq_waits_for_more", COUNT("eq: 2"), "0 a;1 a;2 a", "" },
    { "eq_holds", COUNT("eq: 2"), "0 a;1 a;30 a;31 a", "1 R 2; 31 R 2" },
    { "neq_holds", COUNT("neq: 2"), "0 a;20 a;21 a", "0 R 1" },
    { "range_inside", COUNT("gte: 2, lte: 3"), "0 a;1 a;2 a", "2 R 3" },
    { "range_above", COUNT("gte: 2, lte: 3"), "0 a;1 a;2 a;3 a", "" },
    { "range_below", COUNT("gte: 2, lte: 3"), "0 a", "" },
    { "closing_windows_by_group", BY_U("eq: 1"), "0 a u=x;1 a u=y;2 a u=y", "0 R 1 x" },
    /* value_count */
    { "values_distinct", VALUES("gte: 3"), "0 a v=1;1 a v=2;2 a v=3", "2 R 3" },
    { "values_repeated_do_not_count", VALUES("gte: 3"), "0 a v=1;1 a v=2;2 a v=2;3 a v=1", "" },
    { "values_ignore_case", VALUES("gte: 2"), "0 a v=Bob;1 a v=bOB", "" },
    { "values_absent_do_not_count", VALUES("gte: 2"), "0 a v=1;1 a;2 a v=2", "2 R 2" },
    { "values_leave_with_the_window", VALUES("gte: 3"), "0 a v=1;6 a v=2;11 a v=3;12 a v=1",
      "12 R 3" },
    { "values_seen_again_stay", VALUES("gte: 2"), "0 a v=1;8 a v=1;15 a v=2", "15 R 2" },
    { "values_border", VALUES("gte: 2"), "0 a v=1;10 a v=2", "10 R 2" },
    { "values_tuples",
      "{type: value_count, rules: a, timespan: 10s, condition: {field: [v, w], gte: 2}}",
      "0 a v=1 w=1;1 a v=1 w=1;2 a v=1 w=2", "2 R 3" },
    { "values_tuples_need_all_fields",
      "{type: value_count, rules: a, timespan: 10s, condition: {field: [v, w], gte: 2}}",
      "0 a v=1 w=1;1 a v=2", "" },
    { "values_by_group",
      "{type: value_count, rules: a, group-by: u, timespan: 10s, condition: {field: v, gte: 2}}",
      "0 a u=x v=1;1 a u=y v=2;2 a u=x v=3", "2 R 2 x" },
    { "values_at_most", VALUES("lte: 1"), "0 a v=1;1 a v=1", "1 R 2" },
    /* temporal */
    { "temporal_both", SEEN("temporal"), "0 a;1 b", "1 R 2" },
    { "temporal_any_order", SEEN("temporal"), "0 b;1 a", "1 R 2" },
    { "temporal_one_is_not_enough", SEEN("temporal"), "0 a;1 a", "" },
    { "temporal_border", SEEN("temporal"), "0 a;10 b", "10 R 2" },
    { "temporal_too_far", SEEN("temporal"), "0 a;10.5 b", "" },
    { "temporal_one_record_for_both", SEEN("temporal"), "0 a#3;0 b#3", "0 R 2" },
    { "temporal_two_of_three",
      "{type: temporal, rules: [a, b, c], timespan: 10s, condition: {gte: 2}}", "0 a;1 c",
      "1 R 2" },
    { "temporal_by_group", "{type: temporal, rules: [a, b], group-by: u, timespan: 10s}",
      "0 a u=x;1 b u=y;2 b u=x", "2 R 2 x" },
    { "temporal_rearms", SEEN("temporal"), "0 a;1 b;30 b;31 a", "1 R 2; 31 R 2" },
    { "temporal_at_most", "{type: temporal, rules: [a, b], timespan: 10s, condition: {lt: 2}}",
      "0 a;20 a;21 b", "0 R 1" },
    /* temporal_ordered */
    { "ordered_in_order", SEEN("temporal_ordered"), "0 a;1 b", "1 R 2" },
    { "ordered_wrong_order", SEEN("temporal_ordered"), "0 b;1 a", "" },
    { "ordered_after_noise", SEEN("temporal_ordered"), "0 b;1 a;2 b", "2 R 3" },
    { "ordered_same_instant", SEEN("temporal_ordered"), "1 b;1 a", "1 R 2" },
    { "ordered_three", SEEN3("temporal_ordered"), "0 a;1 b;2 c", "2 R 3" },
    { "ordered_three_middle_missing", SEEN3("temporal_ordered"), "0 a;2 c", "" },
    { "ordered_three_swapped", SEEN3("temporal_ordered"), "0 a;1 c;2 b", "" },
    { "ordered_three_with_repeats", SEEN3("temporal_ordered"), "0 a;1 c;2 b;3 a;4 c", "4 R 5" },
    { "ordered_first_left_the_window", SEEN3("temporal_ordered"), "0 a;6 b;11 c", "" },
    /* conditions in words */
    { "words_and", WORDS("temporal", "a and b"), "0 a;1 b", "1 R 2" },
    { "words_or_in_parentheses", WORDS("temporal", "a and (b or c)"), "0 a;1 c", "1 R 2" },
    { "words_not_waits_for_the_window", WORDS("temporal", "a and not b"), "0 a;10 b", "" },
    { "words_not_after_the_window", WORDS("temporal", "a and not b"), "0 a;11 b", "0 R 1" },
    { "words_without_rules", "{type: temporal, timespan: 10s, condition: a and b}", "0 a;1 b",
      "1 R 2" },
    { "words_ordered", WORDS("temporal_ordered", "a and (b or c)"), "0 c;1 a", "" },
    { "words_ordered_holds", WORDS("temporal_ordered", "a and (b or c)"), "0 a;1 c", "1 R 2" },
    /* calculations */
    { "sum_reaches", CALC("value_sum", "gte: 10"), "0 a v=4;1 a v=5;2 a v=1", "2 R 3" },
    { "sum_hex_and_fractions", CALC("value_sum", "gt: 16"), "0 a v=0x10;1 a v=0.5", "1 R 2" },
    { "sum_leaves_with_the_window", CALC("value_sum", "gte: 10"), "0 a v=6;11 a v=5", "" },
    { "sum_what_is_no_number_is_left_out", CALC("value_sum", "gte: 2"), "0 a v=x;1 a v=1;2 a v=1",
      "2 R 2" },
    { "avg_turns", CALC("value_avg", "gt: 5"), "0 a v=1;1 a v=5;2 a v=30", "2 R 3" },
    { "avg_at_most", CALC("value_avg", "lt: 5"), "0 a v=1;1 a v=5", "1 R 2" },
    { "median_of_odd", CALC("value_median", "gte: 5"), "0 a v=1;1 a v=9;2 a v=5", "1 R 2" },
    { "median_of_even", CALC("value_median", "eq: 3"), "0 a v=2;1 a v=4", "1 R 2" },
    { "percentile_nearest_rank", CALC("value_percentile", "percentile: 90, eq: 9"),
      "0 a v=1;0 a v=2;0 a v=3;0 a v=4;0 a v=5;0 a v=6;0 a v=7;0 a v=8;0 a v=9;0 a v=10",
      "0 R 10" },
    { "percentile_hundred_is_the_largest", CALC("value_percentile", "percentile: 100, gte: 7"),
      "0 a v=1;1 a v=7", "1 R 2" },
};

static void scenarios_give_their_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        struct run r;
        load_one(&r, scenarios[i].correlation);
        add_events(&r, scenarios[i].events);
        check_orders(&r, scenarios[i].name, scenarios[i].rows);
        done(&r);
    }
    assert_true(sizeof scenarios / sizeof *scenarios >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_give_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
