/* test_zone.c - offsets of fixed and named time zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "out/zone.h"
#include "out/zone_rule.h"

static uint64_t at(const char *text)
{
    uint64_t t = 0;
    assert_int_equal(filetime_parse(slice_str(text), &t), EV_OK);
    return t;
}

static void assert_text(const struct zone *z, const char *utc, const char *want)
{
    char text[FILETIME_TEXT];
    assert_int_equal(zone_text(z, at(utc), text), strlen(want));
    assert_string_equal(text, want);
}

static void no_zone_is_utc(void **state)
{
    (void)state;
    char text[FILETIME_TEXT];
    assert_text(NULL, "2020-02-18T10:11:12.1234567Z", "2020-02-18T10:11:12.1234567Z");
    assert_int_equal(zone_text(NULL, 0, text), 0);
    assert_string_equal(text, "");
    assert_string_equal(zone_name(NULL), "UTC");
}

static void fixed_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } v[] = {
        { "UTC", "2020-02-18T10:11:12.0000000Z" },
        { "Z", "2020-02-18T10:11:12.0000000Z" },
        { "+00:00", "2020-02-18T10:11:12.0000000Z" },
        { "+02:00", "2020-02-18T12:11:12.0000000+02:00" },
        { "+0545", "2020-02-18T15:56:12.0000000+05:45" },
        { "-03:30", "2020-02-18T06:41:12.0000000-03:30" },
        { "-11", "2020-02-17T23:11:12.0000000-11:00" },
        { "+1", "2020-02-18T11:11:12.0000000+01:00" },
    };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct zone *z = NULL;
        assert_int_equal(zone_open(v[i].name, &z, NULL), EV_OK);
        assert_text(z, "2020-02-18T10:11:12Z", v[i].want);
        assert_string_equal(zone_name(z), v[i].name);
        zone_free(z);
    }
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const v[] = { "",
                                     "+",
                                     "+24:00",
                                     "+02:60",
                                     "+2:00",
                                     "02:00",
                                     "+020",
                                     "/etc",
                                     "../../etc/passwd",
                                     "Europe",
                                     "a b",
                                     "No/Where",
                                     "+02:0x",
                                     "Europe/../Europe/Berlin" };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct zone *z = NULL;
        struct ev_err err;
        assert_int_equal(zone_open(v[i], &z, &err), EV_ENOTFOUND);
        assert_null(z);
    }
}

static void rule_of_summer_time(void **state)
{
    (void)state;
    struct zone_rule r;
    assert_int_equal(zone_rule_parse(SLICE("CET-1CEST,M3.5.0,M10.5.0/3"), &r), EV_OK);
    /* 2040-03-25 01:00 UTC and 2040-10-28 01:00 UTC */
    assert_int_equal(zone_rule_offset(&r, 2216250000 - 1), 3600);
    assert_int_equal(zone_rule_offset(&r, 2216250000), 7200);
    assert_int_equal(zone_rule_offset(&r, 2234998800 - 1), 7200);
    assert_int_equal(zone_rule_offset(&r, 2234998800), 3600);
    /* South of the equator the year begins in summer. */
    assert_int_equal(zone_rule_parse(SLICE("AEST-10AEDT,M10.1.0,M4.1.0/3"), &r), EV_OK);
    assert_int_equal(zone_rule_offset(&r, 2208988800), 11 * 3600); /* 2040-01-01 */
    assert_int_equal(zone_rule_offset(&r, 2224713600), 10 * 3600); /* 2040-07-01 */
    assert_int_equal(zone_rule_parse(SLICE("<+0330>-3:30"), &r), EV_OK);
    assert_int_equal(zone_rule_offset(&r, 0), 12600);
}

static void damaged_rules_are_refused(void **state)
{
    (void)state;
    static const char *const v[] = { "",
                                     "C-1",
                                     "CET",
                                     "CET-1CEST",
                                     "CET-x",
                                     "<+03-3",
                                     "CET-1CEST,M3",
                                     "CET-1CEST,M3.5.0",
                                     "CET-1CEST,M13.5.0,M10.5.0",
                                     "CET-1CEST,M3.6.0,M10.5.0",
                                     "CET-1CEST,M3.5.0,M10.5.0x",
                                     "CET-99" };
    struct zone_rule r;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        if (zone_rule_parse(slice_str(v[i]), &r) != EV_ESYNTAX)
            fail_msg("taken: %s", v[i]);
    }
}

/* The C library is the reference: every 9 days and some hours from 1901 to 2100. */
static void named_zones_agree_with_the_c_library(void **state)
{
    (void)state;
    static const char *const v[] = { "Europe/Berlin",       "America/New_York", "Asia/Kolkata",
                                     "Australia/Lord_Howe", "America/Nuuk",     "Africa/Casablanca",
                                     "Asia/Gaza",           "Pacific/Apia",     "America/St_Johns",
                                     "Europe/Dublin",       "Asia/Tehran",      "EST5EDT" };
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct zone *z = NULL;
        struct ev_err err;
        if (zone_open(v[i], &z, &err) != EV_OK)
            fail_msg("%s: %s", v[i], err.text);
        setenv("TZ", v[i], 1);
        tzset();
        for (time_t t = -2177452800; t < 4102444800; t += 9 * 86400 + 5077) {
            struct tm tm;
            assert_non_null(localtime_r(&t, &tm));
            uint64_t ft = FILETIME_UNIX_EPOCH + (uint64_t)t * FILETIME_SECOND;
            if (zone_offset(z, ft) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, not %ld", v[i], (long long)t, zone_offset(z, ft),
                         tm.tm_gmtoff);
        }
        zone_free(z);
    }
    setenv("TZ", "UTC", 1);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[8192];
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "r");
    if (f == NULL)
        skip();
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    /* Cut anywhere: the rule at the end may go unnoticed, everything else not. */
    for (size_t cut = 0; cut < n; cut++) {
        struct zone *z = NULL;
        if (zone_parse(slice_of(bytes, cut), &z, NULL) == EV_OK)
            assert_true(cut > n - 32);
        zone_free(z);
    }
    for (size_t i = 0; i < n; i++) { /* must not crash; ASan looks on */
        struct zone *z = NULL;
        bytes[i] ^= 0xff;
        (void)zone_parse(slice_of(bytes, n), &z, NULL);
        (void)zone_offset(z, FILETIME_UNIX_EPOCH * 3);
        (void)zone_offset(z, UINT64_MAX);
        (void)zone_offset(z, 1);
        zone_free(z);
        bytes[i] ^= 0xff;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_zone_is_utc),
        cmocka_unit_test(fixed_offsets),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(rule_of_summer_time),
        cmocka_unit_test(damaged_rules_are_refused),
        cmocka_unit_test(named_zones_agree_with_the_c_library),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
