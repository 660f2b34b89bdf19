/* test_auditing.c - when command lines were not audited, from process creations in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/filetime.h"
#include "build_event.h"
#include "scan/tally.h"

#define MINUTE (60 * FILETIME_SECOND)
/* 2026-03-05T10:00:00Z */
#define TEN UINT64_C(134171784000000000)

struct course {
    struct build build;
    struct tally tally;
    struct summary sum;
    char text[2000];
};

static int setup(void **state)
{
    static struct course c;

    build_init(&c.build);
    tally_init(&c.tally);
    c.sum = (struct summary){ 0 };
    arena_init(&c.sum.arena, LIMIT_MIB(64));
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    struct course *c = *state;

    tally_release(&c->tally);
    arena_release(&c->sum.arena);
    build_release(&c->build);
    return 0;
}

/* n process creations from minute `from` after ten, one a minute. */
static void create(struct course *c, struct tally *t, uint64_t from, unsigned n, const char *line,
                   const char *image)
{
    for (unsigned i = 0; i < n; i++) {
        struct event *ev =
            build_security(&c->build, 4688, PAIRS("NewProcessName", image, "CommandLine", line));

        ev->time_created = TEN + (from + i) * MINUTE;
        tally_event(t, ev);
    }
}

/* "first-last count/sysmon, ..." of the first host, in minutes after ten; "+n" for more spans. */
static const char *spans(struct course *c)
{
    size_t at = 0;

    tally_summarise(&c->tally, &c->sum);
    c->text[0] = '\0';
    for (size_t i = 0; c->sum.nhost && i < c->sum.host[0].nspan; i++) {
        const struct summary_span *s = &c->sum.host[0].span[i];

        at += (size_t)snprintf(c->text + at, sizeof c->text - at, "%s%d-%d %d/%d", i ? ", " : "",
                               (int)((s->first - TEN) / MINUTE), (int)((s->last - TEN) / MINUTE),
                               (int)s->count, (int)s->sysmon);
    }
    return c->text;
}

#define A "C:\\a.exe"

static void a_computer_that_always_writes_them_has_no_span(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, 100, "a x", A);
    assert_string_equal(spans(c), "");
    assert_int_equal(c->sum.host[0].s4688_with_command_line, 100);
}

static void switching_off_and_on_is_found_to_the_event(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, 30, "a x", A);
    create(c, &c->tally, 30, 100, "", A);
    create(c, &c->tally, 130, 50, "a x", A);
    assert_string_equal(spans(c), "30-129 100/0");
}

static void order_of_events_and_workers_does_not_matter(void **state)
{
    struct course *c = *state;
    struct tally other;

    tally_init(&other);
    create(c, &other, 130, 50, "a x", A);
    create(c, &other, 80, 50, "-", A);
    create(c, &c->tally, 30, 50, "", A);
    create(c, &c->tally, 0, 30, "a x", A);
    tally_merge(&c->tally, &other);
    assert_string_equal(spans(c), "30-129 100/0");
    tally_release(&other);
}

static void several_spans_stand_in_order_of_time(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 240, 20, "", A);
    create(c, &c->tally, 0, 20, "", A);
    create(c, &c->tally, 120, 20, "a", A);
    assert_string_equal(spans(c), "0-19 20/0, 240-259 20/0");
}

static void hours_without_any_process_do_not_end_a_span(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, 10, "", A);
    create(c, &c->tally, 600, 10, "", A);
    assert_string_equal(spans(c), "0-609 20/0");
}

static void a_few_events_and_mixed_hours_prove_nothing(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, AUDITING_LEAST - 1, "", A);
    create(c, &c->tally, 60, 10, "a", A);
    create(c, &c->tally, 70, 20, "", A);
    create(c, &c->tally, 90, 10, "a", A);
    assert_string_equal(spans(c), "");
}

static void boot_processes_say_nothing_about_the_policy(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, 20, "", "C:\\Windows\\System32\\smss.exe");
    create(c, &c->tally, 0, 20, "", "Registry");
    create(c, &c->tally, 60, 20, "a", A);
    create(c, &c->tally, 80, 9, "", "C:\\Windows\\System32\\CSRSS.exe");
    create(c, &c->tally, 100, 20, "a", A);
    assert_string_equal(spans(c), "");
}

static void sysmon_in_a_span_is_counted(void **state)
{
    struct course *c = *state;

    create(c, &c->tally, 0, 20, "", A);
    for (unsigned i = 0; i < 7; i++) {
        struct event *ev = build_sysmon(&c->build, 1, PAIRS("Image", A));

        ev->time_created = TEN + i * MINUTE;
        tally_event(&c->tally, ev);
    }
    assert_string_equal(spans(c), "0-19 20/7");
}

static void event_ids_are_remembered_where_categories_ask(void **state)
{
    struct course *c = *state;
    struct tally other;

    tally_init(&other);
    tally_record(&c->tally, SLICE("Security"), 4688, 1);
    tally_record(&other, SLICE("security"), 4657, 1);
    tally_record(&other, SLICE("Security"), 70000, 1);
    tally_record(&other, SLICE("Security"), 5156, 1);
    tally_record(&other, SLICE("System"), 7045, 1);
    tally_merge(&c->tally, &other);
    tally_summarise(&c->tally, &c->sum);
    for (size_t i = 0; i < c->sum.nchannel; i++) {
        const struct summary_channel *ch = &c->sum.channel[i];

        if (slice_eq(ch->channel, SLICE("Security"))) {
            assert_int_equal(ch->events, 3);
            assert_true(summary_saw(ch, 4688) && summary_saw(ch, 5156));
            assert_false(summary_saw(ch, 4657) || summary_saw(ch, 70000) || summary_saw(ch, 4464));
        }
        if (slice_eq(ch->channel, SLICE("System")))
            assert_null(ch->seen);
    }
    tally_release(&other);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_computer_that_always_writes_them_has_no_span),
        T(switching_off_and_on_is_found_to_the_event),
        T(order_of_events_and_workers_does_not_matter),
        T(several_spans_stand_in_order_of_time),
        T(hours_without_any_process_do_not_end_a_span),
        T(a_few_events_and_mixed_hours_prove_nothing),
        T(boot_processes_say_nothing_about_the_policy),
        T(sysmon_in_a_span_is_counted),
        T(event_ids_are_remembered_where_categories_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
