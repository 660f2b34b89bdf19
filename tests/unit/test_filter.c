/* test_filter.c - which records are looked at and which rows are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/filter.h"

static struct slice tag[2];
static const struct rule *sample_rule(void)
{
    static struct rule r;
    tag[0] = SLICE("attack.t1003.001");
    tag[1] = SLICE("car.2013-05-009");
    r = (struct rule){ .title = SLICE("Memory Dump"),
                       .id = SLICE("11111111-2222-3333-4444-555555555555"),
                       .level = LEVEL_MEDIUM,
                       .tags = { tag, 2 } };
    return &r;
}

static enum row_fate fate(struct filter f, enum verdict v, uint64_t time)
{
    const struct hit hit = { .rule = sample_rule(), .verdict = v };
    return filter_row(&f, &hit, time);
}

static void a_rule_is_named_by_id_title_or_tag(void **state)
{
    (void)state;
    const char *yes[] = { "11111111-2222-3333-4444-555555555555", "memory dump", "attack.T1003.001",
                          "T1003.001", "2013-05-009" };
    const char *no[] = { "Memory", "T1003", "attack", "" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(filter_names_rule(&yes[i], 1, sample_rule()));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(filter_names_rule(&no[i], 1, sample_rule()));
}

static void rows_say_what_hid_them(void **state)
{
    (void)state;
    const char *other[] = { "T1059" }, *same[] = { "T1003.001" };
    assert_int_equal(fate((struct filter){ 0 }, VERDICT_FULL, 5), ROW_SHOWN);
    assert_int_equal(fate((struct filter){ .level = LEVEL_HIGH }, VERDICT_FULL, 5),
                     ROW_HIDDEN_LEVEL);
    assert_int_equal(fate((struct filter){ .level = LEVEL_MEDIUM }, VERDICT_FULL, 5), ROW_SHOWN);
    assert_int_equal(fate((struct filter){ .rule = other, .nrule = 1 }, VERDICT_FULL, 5),
                     ROW_HIDDEN_RULE);
    assert_int_equal(
        fate((struct filter){ .exclude_rule = same, .nexclude_rule = 1 }, VERDICT_FULL, 5),
        ROW_HIDDEN_RULE);
    assert_int_equal(fate((struct filter){ .require_full = true }, VERDICT_UNFILTERED, 5),
                     ROW_HIDDEN_VERDICT);
}

static void both_ends_of_the_time_span_belong_to_it(void **state)
{
    (void)state;
    const struct filter f = { .from = 10, .to = 20 };
    assert_int_equal(fate(f, VERDICT_FULL, 9), ROW_HIDDEN_TIME);
    assert_int_equal(fate(f, VERDICT_FULL, 10), ROW_SHOWN);
    assert_int_equal(fate(f, VERDICT_FULL, 20), ROW_SHOWN);
    assert_int_equal(fate(f, VERDICT_FULL, 21), ROW_HIDDEN_TIME);
    assert_int_equal(fate((struct filter){ .from = 10 }, VERDICT_FULL, UINT64_MAX), ROW_SHOWN);
}

static void records_are_chosen_by_channel_id_and_computer(void **state)
{
    (void)state;
    const char *channel[] = { "security" }, *computer[] = { "HOST" };
    const uint32_t id[] = { 1, 4688 };
    const struct filter f = { .channel = channel,
                              .nchannel = 1,
                              .event_id = id,
                              .nevent_id = 2,
                              .computer = computer,
                              .ncomputer = 1 };
    assert_true(filter_key(&f, SLICE("Security"), 4688));
    assert_false(filter_key(&f, SLICE("Security"), 4689));
    assert_false(filter_key(&f, SLICE("System"), 4688));
    assert_false(filter_key(&f, SLICE_ABSENT, 4688));
    assert_true(filter_computer(&f, SLICE("host")));
    assert_false(filter_computer(&f, SLICE("host2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_named_by_id_title_or_tag),
        cmocka_unit_test(rows_say_what_hid_them),
        cmocka_unit_test(both_ends_of_the_time_span_belong_to_it),
        cmocka_unit_test(records_are_chosen_by_channel_id_and_computer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
