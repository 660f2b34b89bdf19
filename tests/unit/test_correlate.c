/* test_correlate.c - correlations: chains of them, what their rows say, the old aggregations. */
#include "correlate_run.h"

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
