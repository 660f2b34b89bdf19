/* test_correlate.c - correlations by table: a few rules, a sequence of events, and the rows that must arise. Every
 * case also runs with its events in other orders: nothing may change. */
#include "detect_fake.h"

#include "base/arena.h"
#include "base/mem.h"
#include "detect/correlate.h"
#include "rule/correlation.h"
#include "rule/link.h"
#include "rule/ruleset.h"

#define START UINT64_C(130000000000000000)
#define SECOND 10000000
#define EVENTS_MOST 200

/* Events: "TIME RULE[#RECORD] [NAME=VALUE]...", separated by ";". TIME in seconds.
 * Rows: "TIME TITLE EVENTS [GROUP,...]", separated by "; ", by time and title. */
struct scenario {
    const char *name, *correlation, *events, *rows;
};

#define COUNT(condition) "{type: event_count, rules: a, timespan: 10s, condition: {" condition "}}"
#define BY_U(condition)                                                                            \
    "{type: event_count, rules: a, group-by: u, timespan: 10s, condition: {" condition "}}"
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

struct run {
    struct names *names;
    struct ruleset *rs;
    struct arena arena;
    struct detection event[EVENTS_MOST];
    size_t n;
    char *row[EVENTS_MOST];
    size_t nrow;
    struct detection last; /* the last row; slices are gone */
    struct buf text;
};

static const char base_rules[] = "title: A\nid: id-a\nname: a\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 1}, condition: s}\n---\n"
                                 "title: B\nname: b\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 2}, condition: s}\n---\n"
                                 "title: C\nname: c\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 3}, condition: s}\n---\n";

static void load(struct run *r, const char *documents)
{
    struct buf b;
    *r = (struct run){ .names = names_new() };
    arena_init(&r->arena, LIMIT_MIB(16));
    buf_init(&r->text, LIMIT_MIB(1));
    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b, base_rules);
    buf_str(&b, documents);
    assert_int_equal(ruleset_load_text(buf_view(&b), "t.yml", r->names, &r->rs, NULL), EV_OK);
    buf_release(&b);
    ruleset_link(r->rs);
}

static void load_one(struct run *r, const char *correlation)
{
    char text[2000];
    snprintf(text, sizeof text, "title: R\nname: r\ncorrelation: %s\n", correlation);
    load(r, text);
    for (size_t i = 0; i < r->rs->nmessage; i++)
        if (r->rs->message[i].kind == MESSAGE_ERROR)
            fail_msg("%.*s", SLICE_ARG(r->rs->message[i].text));
}

static void clear_rows(struct run *r)
{
    while (r->nrow > 0)
        free(r->row[--r->nrow]);
}

static void done(struct run *r)
{
    clear_rows(r);
    ruleset_free(r->rs);
    names_free(r->names);
    arena_release(&r->arena);
    buf_release(&r->text);
}

static const struct rule *rule_named(const struct run *r, struct slice name)
{
    for (size_t i = 0; i < r->rs->n; i++)
        if (slice_eq(r->rs->rule[i]->name, name))
            return r->rs->rule[i];
    fail_msg("no rule %.*s", SLICE_ARG(name));
    return NULL;
}

/* The next word of *text up to a blank, and what follows. */
static struct slice word(struct slice *text)
{
    size_t n = slice_find_byte(*text, ' ');
    struct slice w = slice_sub(*text, 0, n);
    *text = n == SIZE_MAX ? slice_sub(*text, text->n, 0) : slice_sub(*text, n + 1, SIZE_MAX);
    return w;
}

static void add_field(struct run *r, struct detection *d, struct slice pair)
{
    size_t eq = slice_find_byte(pair, '=');
    d->field[d->nfield++] = (struct detection_field){ .name = slice_sub(pair, 0, eq),
                                                      .text = slice_sub(pair, eq + 1, SIZE_MAX),
                                                      .part = EVENT_DATA };
    (void)r;
}

static void add_event(struct run *r, struct slice text)
{
    struct detection *d = &r->event[r->n++];
    struct slice time = word(&text), rule = word(&text);
    size_t hash = slice_find_byte(rule, '#');
    char number[40];
    snprintf(number, sizeof number, "%.*s", SLICE_ARG(time));
    *d = (struct detection){ .rule = rule_named(r, slice_sub(rule, 0, hash)),
                             .timestamp = START + (uint64_t)(strtod(number, NULL) * SECOND + 0.5),
                             .computer = SLICE("HOST"),
                             .channel = SLICE("Security"),
                             .source_file = SLICE("a.evtx"),
                             .has_record_id = true,
                             .record_id = 1000 + r->n };
    d->place.offset = d->record_id;
    if (hash != SIZE_MAX) {
        d->record_id = (uint64_t)rule.p[hash + 1];
        d->place.offset = r->n; /* a copy lies elsewhere */
    }
    d->hash[0] = (uint8_t)d->record_id;
    d->field = arena_zalloc(&r->arena, 8, sizeof *d->field);
    while (text.n > 0)
        add_field(r, d, word(&text));
}

static void add_events(struct run *r, const char *events)
{
    struct slice s = slice_str(events);
    while (s.n > 0) {
        size_t n = slice_find_byte(s, ';');
        assert_true(r->n < EVENTS_MOST);
        add_event(r, slice_sub(s, 0, n));
        s = n == SIZE_MAX ? SLICE("") : slice_sub(s, n + 1, SIZE_MAX);
    }
}

/* "TIME TITLE EVENTS GROUP,..." */
static int keep_row(void *ctx, const struct detection *d)
{
    struct run *r = ctx;
    struct buf b;
    buf_init(&b, 4000);
    buf_printf(&b, "%.7g %.*s %zu", (double)(d->timestamp - START) / SECOND,
               SLICE_ARG(d->rule->title), d->nevent + (size_t)d->nevent_more);
    for (size_t i = 0; i < d->rule->correlation->ngroup; i++)
        buf_printf(&b, "%c%.*s", i == 0 ? ' ' : ',', SLICE_ARG(d->field[i].text));
    buf_byte(&b, '\0');
    assert_true(r->nrow < EVENTS_MOST);
    r->row[r->nrow++] = xstrdup((const char *)b.p);
    r->last = *d;
    buf_release(&b);
    return EV_OK;
}

static int by_time(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    double tx = strtod(x, NULL), ty = strtod(y, NULL);
    return tx < ty ? -1 : tx > ty ? 1 : strcmp(x, y);
}

/* The rows of the events in the order that `at` gives. */
static const char *rows_of(struct run *r, const size_t *at)
{
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    struct correlator *c = correlator_new(r->rs, &o);
    struct buf flat;
    assert_non_null(c);
    clear_rows(r);
    buf_init(&flat, LIMIT_DETECTION);
    for (size_t i = 0; i < r->n; i++) {
        buf_clear(&flat);
        detection_encode(&r->event[at[i]], &flat);
        assert_int_equal(correlator_add(c, buf_view(&flat), NULL), EV_OK);
    }
    assert_int_equal(correlator_finish(c, keep_row, r, NULL), EV_OK);
    buf_release(&flat);
    correlator_free(c);
    if (r->nrow > 0)
        qsort(r->row, r->nrow, sizeof *r->row, by_time);
    buf_clear(&r->text);
    for (size_t i = 0; i < r->nrow; i++)
        buf_printf(&r->text, "%s%s", i > 0 ? "; " : "", r->row[i]);
    buf_byte(&r->text, '\0');
    return (const char *)r->text.p;
}

static void check_orders(struct run *r, const char *name, const char *expected)
{
    size_t at[EVENTS_MOST];
    uint32_t random = 7;
    for (size_t i = 0; i < r->n; i++)
        at[i] = i;
    for (int turn = 0; turn < 6; turn++) {
        const char *rows = rows_of(r, at);
        if (strcmp(rows, expected) != 0)
            fail_msg("%s, order %d: \"%s\" expected, \"%s\" found", name, turn, expected, rows);
        for (size_t i = r->n; i-- > 1;) { /* shuffled for the next turn */
            size_t k = fake_random(&random) % (i + 1), was = at[i];
            at[i] = at[k];
            at[k] = was;
        }
    }
}

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

/* --- chains, generate --- */

static void expect(const char *documents, const char *events, const char *rows)
{
    struct run r;
    load(&r, documents);
    add_events(&r, events);
    check_orders(&r, documents, rows);
    done(&r);
}

#define BURST                                                                                      \
    "title: S\nname: s\ncorrelation: {type: event_count, rules: a, group-by: u, "                  \
    "timespan: 10s, condition: {gte: 2}}\n---\n"

static void chain_takes_rows_as_events(void **state)
{
    (void)state;
    /* Six events: the row of S, its two events, and b. */
    expect(BURST "title: R\ncorrelation: {type: temporal_ordered, rules: [s, b], group-by: u, "
                 "timespan: 1m}\n",
           "0 a u=x;1 a u=x;5 b u=y;30 b u=x", "30 R 4 x");
}

static void chain_does_not_see_what_made_no_row(void **state)
{
    (void)state;
    expect(BURST "title: R\ncorrelation: {type: temporal, rules: [s, b], timespan: 1m}\n",
           "0 a u=x;20 a u=x;30 b u=x", "");
}

static void chain_of_three_levels(void **state)
{
    (void)state;
    expect(BURST "title: T\nname: t\ncorrelation: {type: event_count, rules: s, timespan: 1h, "
                 "condition: {gte: 2}}\n---\n"
                 "title: R\ncorrelation: {type: temporal, rules: [t, c], timespan: 1h}\n",
           "0 a u=x;1 a u=x;100 a u=y;101 a u=y;200 c", "200 R 8");
}

static void late_rows_come_in_time_order(void **state)
{
    (void)state;
    /* That there is one `a` only is known at 10; the row is of time 0, before b. */
    expect("title: S\nname: s\ncorrelation: {type: event_count, rules: a, timespan: 10s, "
           "condition: {eq: 1}}\n---\n"
           "title: R\ncorrelation: {type: temporal_ordered, rules: [s, b], timespan: 5s}\n",
           "0 a;3 b", "3 R 3");
}

static void parent_groups_by_a_field_that_is_equal_in_the_childs_events(void **state)
{
    (void)state;
    expect(BURST "title: R\ncorrelation: {type: temporal, rules: [s, b], group-by: h, "
                 "timespan: 1m}\n",
           "0 a u=x h=1;1 a u=x h=1;2 b h=1;100 a u=x h=1;101 a u=x h=2;102 b h=2", "2 R 4 1");
}

static void generate_shows_the_rows_of_parts(void **state)
{
    (void)state;
    expect(BURST "title: R\ncorrelation: {type: temporal, rules: [s, b], timespan: 1m, "
                 "generate: true}\n",
           "0 a u=x;1 a u=x;5 b", "1 S 2 x; 5 R 4");
}

static void rules_show_events_only_where_generate_says_so(void **state)
{
    (void)state;
    struct run r;
    load(&r, "title: R\ncorrelation: {type: temporal, rules: [a, b], timespan: 1m}\n---\n"
             "title: S\ngenerate: true\n"
             "correlation: {type: event_count, rules: b, timespan: 1m, condition: {gte: 2}}\n");
    assert_false(rule_shows_events(rule_named(&r, SLICE("a"))));
    assert_true(rule_shows_events(rule_named(&r, SLICE("b"))));
    assert_true(rule_shows_events(rule_named(&r, SLICE("c"))));
    done(&r);
}

/* --- the row --- */

static void run_once(struct run *r, const char *correlation, const char *events)
{
    load_one(r, correlation);
    add_events(r, events);
}

/* Adds the events as they are, and calls row for each row. */
static void rows_to(struct run *r, order_row_fn *row, void *ctx)
{
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    struct correlator *c = correlator_new(r->rs, &o);
    struct buf flat;
    buf_init(&flat, LIMIT_DETECTION);
    for (size_t i = 0; i < r->n; i++) {
        buf_clear(&flat);
        detection_encode(&r->event[i], &flat);
        assert_int_equal(correlator_add(c, buf_view(&flat), NULL), EV_OK);
    }
    assert_int_equal(correlator_finish(c, row, ctx, NULL), EV_OK);
    buf_release(&flat);
    correlator_free(c);
}

static int check_columns(void *ctx, const struct detection *d)
{
    size_t *rows = ctx;
    ++*rows;
    assert_int_equal(d->verdict, VERDICT_UNFILTERED);
    assert_true(slice_eq(d->computer, SLICE("HOST"))); /* equal in all */
    assert_false(d->channel.n > 0);                    /* differs */
    assert_true(d->has_event_id);
    assert_int_equal(d->event_id, 4625);
    assert_false(d->has_record_id);
    assert_true(d->no_place);
    assert_true(d->mixed_origin);
    assert_true(slice_eq(d->process.user, SLICE("CORP\\bob")));
    assert_null(d->process.image.p);
    assert_int_equal(d->nuntested, 1);
    assert_true(slice_eq(d->untested[0].field, SLICE("CommandLine")));
    assert_int_equal(d->timestamp, START + 3 * (uint64_t)SECOND);
    assert_true(slice_eq(d->message, SLICE("2 events within 3.000 s")));
    assert_int_equal(d->nmatched, 1);
    assert_true(slice_eq(d->matched[0].selection, SLICE("event_count")));
    assert_true(slice_eq(d->matched[0].modifiers, SLICE("gte")));
    assert_true(slice_eq(d->matched[0].pattern, SLICE("2")));
    assert_int_equal(d->nevent, 2);
    assert_int_equal(d->event[0].record_id, 1001);
    assert_true(slice_eq(d->event[1].channel, SLICE("Other")));
    assert_true(slice_eq(d->event[1].details, SLICE("u=x")));
    return EV_OK;
}

static void columns_hold_what_is_equal_in_all_events(void **state)
{
    struct untested untested = { SLICE("filter"), SLICE("CommandLine") };
    struct run r;
    size_t rows = 0;
    (void)state;
    run_once(&r, BY_U("gte: 2"), "0 a u=x;3 a u=x");
    for (size_t i = 0; i < 2; i++) {
        r.event[i].event_id = 4625;
        r.event[i].has_event_id = true;
        r.event[i].process.user = SLICE("CORP\\bob");
    }
    r.event[0].process.image = SLICE("C:\\a.exe");
    r.event[1].channel = SLICE("Other");
    r.event[1].place.origin = ORIGIN_RECOVERED;
    r.event[1].verdict = VERDICT_UNFILTERED;
    r.event[1].untested = &untested;
    r.event[1].nuntested = 1;
    rows_to(&r, check_columns, &rows);
    assert_int_equal(rows, 1);
    done(&r);
}

static int check_listed(void *ctx, const struct detection *d)
{
    size_t *rows = ctx;
    ++*rows;
    assert_int_equal(d->nevent, LIMIT_CORRELATION_LISTED);
    assert_int_equal(d->nevent_more, 50);
    return EV_OK;
}

static void long_lists_end_in_a_count(void **state)
{
    struct run r;
    size_t rows = 0;
    (void)state;
    run_once(&r, COUNT("gte: 150"), "0 a");
    while (r.n < 150) {
        r.event[r.n] = r.event[0];
        r.event[r.n].record_id = r.event[r.n].place.offset = r.n;
        r.event[r.n].hash[0] = (uint8_t)r.n;
        r.n++;
    }
    rows_to(&r, check_listed, &rows);
    assert_int_equal(rows, 1);
    done(&r);
}

static void possible_events_are_not_wanted(void **state)
{
    struct run r;
    struct hit hit = { 0 };
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    (void)state;
    load_one(&r, COUNT("gte: 1"));
    struct correlator *c = correlator_new(r.rs, &o);
    hit.rule = rule_named(&r, SLICE("a"));
    assert_true(correlator_wants(c, &hit));
    hit.verdict = VERDICT_UNFILTERED;
    assert_true(correlator_wants(c, &hit));
    hit.verdict = VERDICT_POSSIBLE;
    assert_false(correlator_wants(c, &hit));
    hit = (struct hit){ .rule = rule_named(&r, SLICE("b")) };
    assert_false(correlator_wants(c, &hit));
    correlator_free(c);
    assert_false(correlator_wants(NULL, &hit));
    done(&r);
}

static void no_correlations_no_correlator(void **state)
{
    struct run r;
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    (void)state;
    load(&r, "");
    assert_null(correlator_new(r.rs, &o));
    done(&r);
}

static void events_without_time_are_counted(void **state)
{
    struct run r;
    struct buf flat;
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    (void)state;
    run_once(&r, COUNT("gte: 1"), "0 a");
    r.event[0].timestamp = 0;
    struct correlator *c = correlator_new(r.rs, &o);
    buf_init(&flat, LIMIT_DETECTION);
    detection_encode(&r.event[0], &flat);
    assert_int_equal(correlator_add(c, buf_view(&flat), NULL), EV_OK);
    assert_int_equal(correlator_finish(c, keep_row, &r, NULL), EV_OK);
    assert_int_equal(r.nrow, 0);
    assert_int_equal(correlator_untimed(c), 1);
    buf_release(&flat);
    correlator_free(c);
    done(&r);
}

/* --- the old aggregations --- */

#define OLD(condition)                                                                             \
    "title: R\nname: old\nlogsource: {product: windows}\n"                                         \
    "detection:\n  x: {EventID: 1}\n  y: {EventID: 2}\n  z: {EventID: 3}\n  timeframe: 10s\n"      \
    "  condition: " condition "\n"

/* Events of an old rule are named after it; those of a part after the part's id. */
static void old_rows(const char *condition, const char *events, const char *rows)
{
    struct run r;
    load(&r, condition);
    for (size_t i = 0; i < r.rs->n; i++)
        if (r.rs->rule[i]->part_of)
            r.rs->rule[i]->name = slice_sub(r.rs->rule[i]->id, 1, SIZE_MAX);
    add_events(&r, events);
    check_orders(&r, condition, rows);
    done(&r);
}

static void old_count_is_event_count(void **state)
{
    (void)state;
    old_rows(OLD("x | count() > 2"), "0 old;1 old;2 old", "2 R 3");
    old_rows(OLD("x | count() by u >= 2"), "0 old u=1;1 old u=2;2 old u=1", "2 R 2 1");
    old_rows(OLD("x | count() < 2"), "0 old;20 old;21 old", "0 R 1");
    old_rows(OLD("x | count() == 1"), "0 old", "0 R 1");
}

static void old_count_of_a_field_is_value_count(void **state)
{
    (void)state;
    old_rows(OLD("x | count(v) by u > 1"), "0 old u=1 v=1;1 old u=1 v=1;2 old u=1 v=2", "2 R 3 1");
}

static void old_functions_calculate(void **state)
{
    (void)state;
    old_rows(OLD("x | sum(v) > 5"), "0 old v=3;1 old v=3", "1 R 2");
    old_rows(OLD("x | avg(v) >= 4"), "0 old v=3;1 old v=5", "1 R 2");
    old_rows(OLD("x | max(v) >= 5"), "0 old v=3;1 old v=5", "1 R 2");
    old_rows(OLD("x | min(v) < 2"), "0 old v=3;1 old v=1", "1 R 2");
}

static void old_near_looks_at_other_selections(void **state)
{
    (void)state;
    old_rows(OLD("x | near y"), "0 old;5 y", "5 R 2");
    old_rows(OLD("x | near y"), "0 old;11 y", "");
    old_rows(OLD("x | near y and z"), "0 old;5 y;6 z", "6 R 3");
    old_rows(OLD("x | near y and not z"), "0 old;5 y;6 z", "");
    old_rows(OLD("x | near y and not z"), "0 old;5 y", "5 R 2");
}

static void rows_of_old_rules_can_be_correlated(void **state)
{
    (void)state;
    old_rows(OLD("x | count() > 1") "---\ntitle: S\ncorrelation: {type: temporal, "
                                    "rules: [old, b], timespan: 1m}\n",
             "0 old;1 old;5 b", "5 S 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_give_their_rows),
        cmocka_unit_test(chain_takes_rows_as_events),
        cmocka_unit_test(chain_does_not_see_what_made_no_row),
        cmocka_unit_test(chain_of_three_levels),
        cmocka_unit_test(late_rows_come_in_time_order),
        cmocka_unit_test(parent_groups_by_a_field_that_is_equal_in_the_childs_events),
        cmocka_unit_test(generate_shows_the_rows_of_parts),
        cmocka_unit_test(rules_show_events_only_where_generate_says_so),
        cmocka_unit_test(columns_hold_what_is_equal_in_all_events),
        cmocka_unit_test(long_lists_end_in_a_count),
        cmocka_unit_test(possible_events_are_not_wanted),
        cmocka_unit_test(no_correlations_no_correlator),
        cmocka_unit_test(events_without_time_are_counted),
        cmocka_unit_test(old_count_is_event_count),
        cmocka_unit_test(old_count_of_a_field_is_value_count),
        cmocka_unit_test(old_functions_calculate),
        cmocka_unit_test(old_near_looks_at_other_selections),
        cmocka_unit_test(rows_of_old_rules_can_be_correlated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
