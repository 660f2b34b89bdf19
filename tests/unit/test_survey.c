/* test_survey.c - evidence from events in any order, by one worker or by several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/filetime.h"
#include "build_event.h"
#include "scan/survey.h"

/* 2026-03-05T10:00:00Z */
#define TEN UINT64_C(134171784000000000)

struct bench {
    struct build build;
    struct survey survey, other;
    struct evidence e;
    char text[1000];
};

static int setup(void **state)
{
    static struct bench b;

    memset(&b, 0, sizeof b);
    build_init(&b.build);
    survey_init(&b.survey, 0, 0);
    survey_init(&b.other, 0, 0);
    evidence_init(&b.e);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    survey_release(&b->survey);
    survey_release(&b->other);
    evidence_release(&b->e);
    build_release(&b->build);
    return 0;
}

/* Record `number`, written that many seconds after ten. */
static void record(struct bench *b, struct survey *s, uint64_t number, uint32_t event_id)
{
    struct event *ev = build_security(&b->build, event_id, PAIRS("SubjectUserName", "eve"));

    ev->has_record_id = true;
    ev->record_id = ev->place.record_number = number;
    ev->time_created = TEN + number * FILETIME_SECOND;
    survey_event(s, 0, ev);
}

/* "from-to, ..." of the first channel's gaps. */
static const char *gaps(struct bench *b)
{
    const struct evidence_channel *c = &b->e.host[0].channel[0];
    size_t n = 0;

    b->text[0] = '\0';
    for (size_t i = 0; i < c->ngap; i++)
        n += (size_t)snprintf(b->text + n, sizeof b->text - n, "%s%llu-%llu", i ? ", " : "",
                              (unsigned long long)c->gap[i].from, (unsigned long long)c->gap[i].to);
    return b->text;
}

static void numbers_in_a_row_have_no_gap(void **state)
{
    struct bench *b = *state;

    for (uint64_t i = 10; i < 20; i++)
        record(b, &b->survey, i, 4624);
    survey_summarise(&b->survey, &b->e);
    assert_string_equal(gaps(b), "");
    assert_int_equal(b->e.host[0].channel[0].oldest_record, 10);
    assert_int_equal(b->e.host[0].channel[0].newest_record, 19);
}

static void missing_numbers_are_a_gap_with_its_times(void **state)
{
    struct bench *b = *state;

    record(b, &b->survey, 1, 4624);
    record(b, &b->survey, 2, 4624);
    record(b, &b->survey, 9, 4624);
    survey_summarise(&b->survey, &b->e);
    assert_string_equal(gaps(b), "3-8");
    assert_int_equal(b->e.host[0].channel[0].missing, 6);
    assert_int_equal(b->e.host[0].channel[0].gap[0].before, TEN + 2 * FILETIME_SECOND);
    assert_int_equal(b->e.host[0].channel[0].gap[0].after, TEN + 9 * FILETIME_SECOND);
}

static void order_does_not_matter(void **state)
{
    struct bench *b = *state;
    static const uint64_t number[] = { 7, 1, 4, 2, 8, 3, 12 };

    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        record(b, &b->survey, number[i], 4624);
    survey_summarise(&b->survey, &b->e);
    assert_string_equal(gaps(b), "5-6, 9-11");
}

static void a_copy_of_a_log_closes_gaps(void **state)
{
    struct bench *b = *state;

    record(b, &b->survey, 1, 4624);
    record(b, &b->survey, 9, 4624);
    for (uint64_t i = 1; i < 6; i++)
        record(b, &b->survey, i, 4624);
    survey_summarise(&b->survey, &b->e);
    assert_string_equal(gaps(b), "6-8");
}

static void two_workers_make_one(void **state)
{
    struct bench *b = *state;

    for (uint64_t i = 1; i < 10; i++)
        record(b, i % 2 ? &b->survey : &b->other, i, (uint32_t)(4600 + i % 3));
    survey_merge(&b->survey, &b->other);
    survey_summarise(&b->survey, &b->e);
    assert_string_equal(gaps(b), "");
    assert_int_equal(b->e.nhost, 1);
    assert_int_equal(b->e.events, 9);
    assert_int_equal(b->e.host[0].channel[0].nid, 3);
    assert_int_equal(b->e.host[0].channel[0].id[0].event_id, 4600);
    assert_int_equal(b->e.host[0].channel[0].id[0].n, 3);
    assert_int_equal(b->e.host[0].channel[0].id[0].first, TEN + 3 * FILETIME_SECOND);
}

static void events_outside_the_window_tell_only_when_the_log_begins(void **state)
{
    struct bench *b = *state;

    survey_release(&b->survey);
    survey_init(&b->survey, TEN + 5 * FILETIME_SECOND, TEN + 6 * FILETIME_SECOND);
    for (uint64_t i = 1; i < 10; i++)
        record(b, &b->survey, i, 4624);
    survey_summarise(&b->survey, &b->e);
    assert_int_equal(b->e.events, 2);
    assert_int_equal(b->e.outside, 7);
    assert_int_equal(b->e.host[0].channel[0].all, 9);
    assert_int_equal(b->e.host[0].channel[0].oldest, TEN + FILETIME_SECOND);
    assert_int_equal(b->e.host[0].channel[0].first, TEN + 5 * FILETIME_SECOND);
}

static void clearing_is_told_once_of_two_copies(void **state)
{
    struct bench *b = *state;

    for (int i = 0; i < 2; i++) {
        struct event *ev = build_security(&b->build, 1102, PAIRS("SubjectUserName", "eve"));
        ev->provider = SLICE("Microsoft-Windows-Eventlog");
        ev->time_created = TEN;
        survey_event(i ? &b->other : &b->survey, 0, ev);
    }
    survey_merge(&b->survey, &b->other);
    survey_summarise(&b->survey, &b->e);
    assert_int_equal(b->e.host[0].nmark, 1);
    assert_int_equal(b->e.host[0].marks[MARK_CLEARED], 1);
    assert_true(slice_eq(b->e.host[0].mark[0].detail, SLICE("eve")));
}

static void holes_without_end_are_bounded_and_told(void **state)
{
    struct bench *b = *state;
    const uint64_t n = LIMIT_SURVEY_RUNS + 10;

    for (uint64_t i = 0; i < n; i++)
        record(b, &b->survey, 2 * i + 1, 4624);
    survey_summarise(&b->survey, &b->e);
    assert_int_equal(b->survey.runs.n, LIMIT_SURVEY_RUNS);
    assert_int_equal(b->e.lost, 10);
    assert_int_equal(b->e.host[0].channel[0].ngap, LIMIT_EVIDENCE_GAPS);
    assert_int_equal(b->e.events, n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_in_a_row_have_no_gap),
        TEST(missing_numbers_are_a_gap_with_its_times),
        TEST(order_does_not_matter),
        TEST(a_copy_of_a_log_closes_gaps),
        TEST(two_workers_make_one),
        TEST(events_outside_the_window_tell_only_when_the_log_begins),
        TEST(clearing_is_told_once_of_two_copies),
        TEST(holes_without_end_are_bounded_and_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
