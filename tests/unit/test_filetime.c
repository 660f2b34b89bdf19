/* test_filetime.c - time: extremes, leap years, zones, damaged SYSTEMTIME. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/filetime.h"

static void expect_iso(uint64_t t, const char *want)
{
    char out[FILETIME_TEXT];

    assert_int_equal(filetime_iso(t, out), strlen(want));
    assert_string_equal(out, want);
}

static void extremes_are_written(void **state)
{
    (void)state;
    expect_iso(0, "1601-01-01T00:00:00.0000000Z");
    expect_iso(FILETIME_UNIX_EPOCH, "1970-01-01T00:00:00.0000000Z");
    expect_iso(UINT64_MAX, "60056-05-28T05:36:10.9551615Z");
    expect_iso(UINT64_C(132264942721234567), "2020-02-18T10:11:12.1234567Z");
    expect_iso(UINT64_C(2650467743999999999), "9999-12-31T23:59:59.9999999Z");
    expect_iso(UINT64_C(2650467744000000000), "10000-01-01T00:00:00.0000000Z");
}

/* Every day from 1601 on over 800 years: civil and back, weekday goes on, dates follow each other. */
static void every_day_goes_round(void **state)
{
    struct civil last = { .year = 1600, .month = 12, .day = 31, .weekday = 0 };

    (void)state;
    for (uint64_t day = 0; day < 2 * 146097; day++) {
        uint64_t t = day * 86400 * FILETIME_SECOND + 5, back = 0;
        struct civil c = filetime_civil(t);

        assert_int_equal(civil_filetime(&c, &back), EV_OK);
        assert_true(back == t);
        assert_int_equal(c.weekday, (last.weekday + 1) % 7);
        if (c.day == 1)
            assert_true(c.month == last.month + 1 ||
                        (c.month == 1 && last.month == 12 && c.year == last.year + 1));
        else
            assert_true(c.day == last.day + 1 && c.month == last.month && c.year == last.year);
        last = c;
    }
}

static int to_filetime(int year, int month, int day)
{
    struct civil c = { .year = year, .month = (uint8_t)month, .day = (uint8_t)day };
    uint64_t t;

    return civil_filetime(&c, &t);
}

static void leap_days_are_gregorian(void **state)
{
    (void)state;
    assert_int_equal(to_filetime(2000, 2, 29), EV_OK);
    assert_int_equal(to_filetime(2020, 2, 29), EV_OK);
    assert_int_equal(to_filetime(1900, 2, 29), EV_ESYNTAX);
    assert_int_equal(to_filetime(2019, 2, 29), EV_ESYNTAX);
    assert_int_equal(to_filetime(2020, 4, 31), EV_ESYNTAX);
    assert_int_equal(to_filetime(2020, 13, 1), EV_ESYNTAX);
    assert_int_equal(to_filetime(2020, 0, 1), EV_ESYNTAX);
    assert_int_equal(to_filetime(2020, 1, 0), EV_ESYNTAX);
    assert_int_equal(to_filetime(1600, 12, 31), EV_ESYNTAX);
    assert_int_equal(to_filetime(60056, 5, 29), EV_ESYNTAX);
    assert_int_equal(to_filetime(-5, 1, 1), EV_ESYNTAX);
}

static void offsets_are_written(void **state)
{
    char out[FILETIME_TEXT];
    uint64_t t = UINT64_C(132264942721234567);

    (void)state;
    filetime_iso_offset(t, 120, out);
    assert_string_equal(out, "2020-02-18T12:11:12.1234567+02:00");
    filetime_iso_offset(t, -630, out);
    assert_string_equal(out, "2020-02-17T23:41:12.1234567-10:30");
    filetime_iso_offset(t, 0, out);
    assert_string_equal(out, "2020-02-18T10:11:12.1234567Z");
    filetime_iso_offset(0, -60, out);
    assert_string_equal(out, "1601-01-01T00:00:00.0000000Z");
    filetime_iso_offset(UINT64_MAX, 60, out);
    assert_string_equal(out, "60056-05-28T05:36:10.9551615Z");
}

static void systemtime_is_written_as_it_is(void **state)
{
    static const uint8_t good[16] = { 0xe4, 7, 2, 0, 2, 0, 18, 0, 10, 0, 11, 0, 12, 0, 123, 0 };
    uint8_t bad[16];
    char out[FILETIME_TEXT];

    (void)state;
    systemtime_iso(good, out);
    assert_string_equal(out, "2020-02-18T10:11:12.123Z");
    memset(bad, 0xff, sizeof bad);
    assert_int_equal(systemtime_iso(bad, out), 42);
    assert_string_equal(out, "65535-65535-65535T65535:65535:65535.65535Z");
    memset(bad, 0, sizeof bad);
    systemtime_iso(bad, out);
    assert_string_equal(out, "0000-00-00T00:00:00.000Z");
}

static void expect_parse(const char *text, const char *iso)
{
    char out[FILETIME_TEXT];
    uint64_t t;

    assert_int_equal(filetime_parse(slice_str(text), &t), EV_OK);
    filetime_iso(t, out);
    assert_string_equal(out, iso);
}

static void rfc3339_is_read(void **state)
{
    (void)state;
    expect_parse("2020-02-18T10:11:12.1234567Z", "2020-02-18T10:11:12.1234567Z");
    expect_parse("2020-02-18 10:11:12", "2020-02-18T10:11:12.0000000Z");
    expect_parse("2020-02-18t10:11:12.5z", "2020-02-18T10:11:12.5000000Z");
    expect_parse("2020-02-18T10:11:12.123456789012Z", "2020-02-18T10:11:12.1234567Z");
    expect_parse("2020-02-18T10:11:12+02:00", "2020-02-18T08:11:12.0000000Z");
    expect_parse("2020-02-18T23:11:12-10:30", "2020-02-19T09:41:12.0000000Z");
    expect_parse("2020-02-29", "2020-02-29T00:00:00.0000000Z");
    expect_parse("60056-05-28T05:36:10.9551615Z", "60056-05-28T05:36:10.9551615Z");
}

static void other_texts_are_refused(void **state)
{
    static const char *const bad[] = { "",
                                       "2020",
                                       "2020-02",
                                       "2020-02-30",
                                       "2020-2-3",
                                       "2020-02-18T",
                                       "2020-02-18T10:11",
                                       "2020-02-18T10:11:12.",
                                       "2020-02-18T24:00:00Z",
                                       "2020-02-18T10:11:60Z",
                                       "2020-02-18T10:11:12ZZ",
                                       "2020-02-18T10:11:12+2",
                                       "2020-02-18T10:11:12+02:60",
                                       "2020-02-18T10:11:12 Z",
                                       " 2020-02-18",
                                       "2020-02-18 ",
                                       "1600-01-01",
                                       "99999-01-01",
                                       "1601-01-01T00:00:00+01:00",
                                       "60056-05-28T05:36:10.9551616Z" };
    uint64_t t = 77;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (filetime_parse(slice_str(bad[i]), &t) != EV_ESYNTAX)
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(t, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_are_written),           cmocka_unit_test(every_day_goes_round),
        cmocka_unit_test(leap_days_are_gregorian),        cmocka_unit_test(offsets_are_written),
        cmocka_unit_test(systemtime_is_written_as_it_is), cmocka_unit_test(rfc3339_is_read),
        cmocka_unit_test(other_texts_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
