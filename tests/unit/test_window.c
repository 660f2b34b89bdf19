/* test_window.c - caps of windows: memory stays bounded, what holds is still found, and what cannot
 * be known is counted. */
#include "detect_fake.h"

#include "detect/window.h"

struct bench {
    struct correlation c;
    struct rule rule;
    struct bound bound;
    struct window_memory memory;
    struct window w;
    size_t rows;
};

static int row(void *ctx, const struct rule *rule, const struct group *g)
{
    struct bench *b = ctx;
    (void)rule;
    assert_true(g->n > 0);
    b->rows++;
    return EV_OK;
}

static void begin(struct bench *b, enum correlation_type type, enum bound_op op, double number)
{
    *b = (struct bench){ .bound = { op, number, SLICE("n") } };
    b->c = (struct correlation){ .type = type,
                                 .nref = 2,
                                 .timespan = 1000,
                                 .bound = &b->bound,
                                 .nbound = 1,
                                 .closes = op != BOUND_GT && op != BOUND_GTE };
    b->rule.correlation = &b->c;
    b->memory.cap = LIMIT_MIB(64);
    window_init(&b->w, &b->rule, row, b, &b->memory);
}

static void put(struct bench *b, uint64_t time, uint32_t ref, uint32_t value, const char *key)
{
    char text[16];
    const struct window_event e = { .key = slice_str(key),
                                    .time = time,
                                    .ref = ref,
                                    .number = value,
                                    .value = slice_of(
                                        text, (size_t)snprintf(text, sizeof text, "%u", value)),
                                    .bytes = SLICE("0123456789") };
    assert_int_equal(window_put(&b->w, &e), EV_OK);
}

static void end(struct bench *b)
{
    assert_int_equal(window_end(&b->w), EV_OK);
    window_release(&b->w);
    assert_int_equal(b->memory.used, 0);
}

static void counting_keeps_no_more_than_decides(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, CORRELATION_EVENT_COUNT, BOUND_GTE, 5);
    for (uint32_t i = 0; i < 200000; i++)
        put(&b, 1, 0, i, "g");
    assert_int_equal(b.rows, 1);
    assert_int_equal(b.w.undecided, 0);
    assert_true(b.memory.used < 8000);
    end(&b);
}

static void groups_that_are_over_are_forgotten(void **state)
{
    struct bench b;
    char key[16];
    (void)state;
    begin(&b, CORRELATION_VALUE_COUNT, BOUND_GTE, 3);
    for (uint32_t i = 0; i < 100000; i++) {
        snprintf(key, sizeof key, "g%u", i);
        put(&b, i * 100, 0, i, key);
        assert_true(b.memory.used < 20000);
    }
    assert_int_equal(b.w.undecided, 0);
    end(&b);
}

static void a_full_group_still_finds_what_the_rest_proves(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, CORRELATION_VALUE_COUNT, BOUND_GTE, 3);
    for (uint32_t i = 0; i < LIMIT_WINDOW_EVENTS + 50; i++)
        put(&b, 1, 0, 7, "g");
    assert_int_equal(b.rows, 0);
    assert_int_equal(b.w.undecided, 50); /* a value that is gone might have made it true */
    put(&b, 2, 0, 8, "g");
    put(&b, 2, 0, 9, "g");
    assert_int_equal(b.rows, 1);
    end(&b);
}

static void a_full_group_that_closes_is_not_judged(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, CORRELATION_EVENT_COUNT, BOUND_LT, 200000);
    for (uint32_t i = 0; i < LIMIT_WINDOW_EVENTS + 1; i++)
        put(&b, 1, 0, i, "g");
    put(&b, 5000, 0, 0, "g");
    assert_int_equal(b.rows, 0);
    assert_int_equal(b.w.undecided, 1);
    end(&b);
    assert_int_equal(b.rows, 1); /* the second window was whole */
}

static void losses_are_forgotten_with_the_window(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, CORRELATION_VALUE_SUM, BOUND_GTE, 1e9);
    for (uint32_t i = 0; i < LIMIT_WINDOW_NUMBERS + 1; i++)
        put(&b, 1, 0, 1, "g");
    assert_int_equal(b.w.undecided, 1);
    put(&b, 1002, 0, 1, "g");
    put(&b, 1003, 0, 1000000000, "g");
    assert_int_equal(b.w.undecided, 1);
    assert_int_equal(b.rows, 1);
    end(&b);
}

static void memory_of_all_groups_is_bounded(void **state)
{
    struct bench b;
    char key[16];
    (void)state;
    begin(&b, CORRELATION_VALUE_COUNT, BOUND_GTE, 2);
    b.memory.cap = 20000;
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "g%u", i);
        put(&b, 1, 0, i, key);
        assert_true(b.memory.used < 22000);
    }
    assert_true(b.w.undecided > 4000);
    end(&b);
}

static void long_runs_of_one_rule_keep_their_order(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, CORRELATION_TEMPORAL_ORDERED, BOUND_GTE, 2);
    for (uint32_t i = 0; i < 100000; i++)
        put(&b, 1 + i / 1000, 0, i, "g");
    assert_true(b.memory.used < 100000);
    assert_int_equal(b.rows, 0);
    put(&b, 500, 1, 0, "g");
    assert_int_equal(b.rows, 1);
    assert_int_equal(b.w.undecided, 0);
    end(&b);
}

static int refuse(void *ctx, const struct rule *rule, const struct group *g)
{
    (void)ctx;
    (void)rule;
    (void)g;
    return EV_EIO;
}

static void a_failing_sink_ends_it(void **state)
{
    struct bench b;
    const struct window_event e = { .key = SLICE("g"), .time = 1, .bytes = SLICE("x") };
    (void)state;
    begin(&b, CORRELATION_EVENT_COUNT, BOUND_GTE, 1);
    b.w.row = refuse;
    assert_int_equal(window_put(&b.w, &e), EV_EIO);
    window_release(&b.w);
    begin(&b, CORRELATION_EVENT_COUNT, BOUND_LT, 5);
    b.w.row = refuse;
    assert_int_equal(window_put(&b.w, &e), EV_OK);
    assert_int_equal(window_end(&b.w), EV_EIO);
    window_release(&b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_keeps_no_more_than_decides),
        cmocka_unit_test(groups_that_are_over_are_forgotten),
        cmocka_unit_test(a_full_group_still_finds_what_the_rest_proves),
        cmocka_unit_test(a_full_group_that_closes_is_not_judged),
        cmocka_unit_test(losses_are_forgotten_with_the_window),
        cmocka_unit_test(memory_of_all_groups_is_bounded),
        cmocka_unit_test(long_runs_of_one_rule_keep_their_order),
        cmocka_unit_test(a_failing_sink_ends_it),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
