/* test_rows.c - events as bytes come back as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/limits.h"
#include "event/rows.h"

static void events_come_back_as_they_were(void **state)
{
    struct field field[] = {
        { .name = SLICE("EventID"), .part = EVENT_SYSTEM, .value = value_utf8(SLICE("1")) },
        { .name = SLICE("Threat Name"), .part = EVENT_DATA, .value = value_utf8(SLICE("a\0b")) },
        { .name = SLICE("Message"), .part = EVENT_RENDERING, .value = value_utf8(SLICE("no")) },
        { .name = SLICE("Empty"), .part = EVENT_DATA, .value = value_utf8(SLICE("")) },
    };
    struct arena a;
    struct event ev = { .arena = &a,
                        .field = field,
                        .n = 4,
                        .channel = SLICE("Security"),
                        .event_id = 1,
                        .has_event_id = true,
                        .time_created = 42 };
    struct slice name, value;
    struct event_row row;
    struct buf out;
    (void)state;

    arena_init(&a, LIMIT_MIB(1));
    buf_init(&out, LIMIT_MIB(1));
    assert_int_equal(rows_put(&ev, SLICE("x.evtx"), &out), EV_OK);
    struct rd r = rd_init(buf_view(&out));
    assert_true(rows_next(&r, &row));
    assert_int_equal(row.time, 42);
    assert_true(row.has_event_id);
    assert_false(row.has_record_id);
    assert_null(row.computer.p);
    assert_true(slice_eq(row.channel, SLICE("Security")));
    assert_true(slice_eq(row.file, SLICE("x.evtx")));
    assert_int_equal(row.nfield, 3); /* not RenderingInfo */
    assert_true(rows_field(&r, &name, &value));
    assert_true(rows_field(&r, &name, &value));
    assert_true(slice_eq(name, SLICE("Threat Name")));
    assert_int_equal(value.n, 3);
    assert_true(rows_field(&r, &name, &value));
    assert_non_null(value.p);
    assert_int_equal(value.n, 0);
    assert_false(rows_next(&r, &row));
    buf_release(&out);
    arena_release(&a);
}

static void an_event_that_does_not_fit_leaves_nothing(void **state)
{
    struct arena a;
    struct event ev = { .arena = &a, .channel = SLICE("Security") };
    struct buf out;
    (void)state;

    arena_init(&a, LIMIT_MIB(1));
    buf_init(&out, 20);
    assert_int_equal(rows_put(&ev, SLICE("x.evtx"), &out), EV_ELIMIT);
    assert_int_equal(out.n, 0);
    assert_false(out.full);
    buf_release(&out);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_back_as_they_were),
        cmocka_unit_test(an_event_that_does_not_fit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
