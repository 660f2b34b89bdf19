/* test_number.c - values read as numbers, times and addresses; regular expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "match/number.h"
#include "match/regex.h"
#include "rule/cidr.h"

static void numbers_compare_in_either_base(void **state)
{
    static const struct {
        enum compare_op op;
        double number;
        const char *text;
        bool want;
    } v[] = {
        { COMPARE_LT, 10, "9", true },      { COMPARE_LT, 10, "10", false },
        { COMPARE_LTE, 10, "0xa", true },   { COMPARE_GT, 10, "0xb", true },
        { COMPARE_GTE, 10, "9.99", false }, { COMPARE_GTE, -1, "-1", true },
        { COMPARE_GT, 0, "", false },       { COMPARE_LT, 10, "abc", false },
        { COMPARE_LT, 10, "9 ", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct test t = { .kind = TEST_COMPARE };

        t.u.compare.op = v[i].op;
        t.u.compare.number = v[i].number;
        assert_int_equal(number_compare(&t, slice_str(v[i].text)), v[i].want);
    }
}

static void integers_equal_hexadecimal_text(void **state)
{
    struct test t = { .kind = TEST_PATTERN };

    (void)state;
    t.u.text.is_number = true;
    t.u.text.number = 4688;
    assert_true(number_equals(&t, SLICE("0x1250")));
    assert_true(number_equals(&t, SLICE("0X1250")));
    assert_false(number_equals(&t, SLICE("0x1251")));
    assert_false(number_equals(&t, SLICE("04688")));
    assert_false(number_equals(&t, SLICE("0x")));
}

static void parts_of_time_are_those_of_utc(void **state)
{
    static const struct {
        const char *text;
        int64_t minute, hour, day, week, month, year;
    } v[] = {
        { "2020-02-18T10:11:12.1234567Z", 11, 10, 18, 8, 2, 2020 },
        { "2020-02-18T23:59:00+01:00", 59, 22, 18, 8, 2, 2020 },
        { "2021-01-01 00:00:00.000", 0, 0, 1, 53, 1, 2021 },
        { "2019-12-30", 0, 0, 30, 1, 12, 2019 },
        { "2024-12-29", 0, 0, 29, 52, 12, 2024 },
        { "2023-01-01", 0, 0, 1, 52, 1, 2023 },
        { "2022-01-03", 0, 0, 3, 1, 1, 2022 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        const int64_t want[] = {
            v[i].minute, v[i].hour, v[i].day, v[i].week, v[i].month, v[i].year
        };
        struct value value = value_utf8(slice_str(v[i].text));

        for (int part = TIME_MINUTE; part <= TIME_YEAR; part++) {
            struct test t = { .kind = TEST_TIMEPART };

            t.u.time.part = (enum time_part)part;
            t.u.time.number = want[part];
            assert_true(number_timepart(&t, &value, slice_str(v[i].text)));
            t.u.time.number++;
            assert_false(number_timepart(&t, &value, slice_str(v[i].text)));
        }
    }
    struct test t = { .kind = TEST_TIMEPART };
    struct value value = value_utf8(SLICE("-"));
    assert_false(number_timepart(&t, &value, SLICE("-")));
}

static void networks_take_mapped_addresses(void **state)
{
    static const struct {
        const char *net, *address;
        bool want;
    } v[] = {
        { "10.0.0.0/8", "10.1.2.3", true },
        { "10.0.0.0/8", "11.1.2.3", false },
        { "10.0.0.0/8", "::ffff:10.1.2.3", true },
        { "10.0.0.0/8", "10.1.2", false },
        { "10.0.0.0/8", "", false },
        { "10.0.0.0/8", "host", false },
        { "10.0.0.0/8", "::a01:203", false },
        { "fe80::/10", "fe80::1%12", true },
        { "fe80::/10", "FEBF::1", true },
        { "fe80::/10", "10.0.0.1", false },
        { "::1/128", "::1", true },
        { "0.0.0.0/0", "255.255.255.255", true },
        { "192.168.1.4/30", "192.168.1.7", true },
        { "192.168.1.4/30", "192.168.1.8", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct test t = { .kind = TEST_CIDR };

        assert_int_equal(
            cidr_parse(slice_str(v[i].net), t.u.cidr.net, &t.u.cidr.bits, &t.u.cidr.v6, NULL),
            EV_OK);
        if (number_cidr(&t, slice_str(v[i].address)) != v[i].want)
            fail_msg("%s in %s", v[i].address, v[i].net);
    }
}

static struct test regex_test(const char *pattern, const char *flags)
{
    struct test t = { .kind = TEST_REGEX };

    t.u.regex.pattern = slice_str(pattern);
    t.u.regex.icase = strchr(flags, 'i');
    t.u.regex.multiline = strchr(flags, 'm');
    t.u.regex.dotall = strchr(flags, 's');
    return t;
}

static void expressions_search_unanchored_and_cased(void **state)
{
    static const struct {
        const char *pattern, *flags, *text;
        int offset, length;
    } v[] = {
        { "b+", "", "abbc", 1, 2 },
        { "B+", "", "abbc", -1, 0 },
        { "B+", "i", "abbc", 1, 2 },
        { "(?i)B+", "", "abbc", 1, 2 },
        { "^b", "", "a\nb", -1, 0 },
        { "^b", "m", "a\nb", 2, 1 },
        { "a.b", "", "a\nb", -1, 0 },
        { "a.b", "s", "a\nb", 0, 3 },
        { "^$", "", "", 0, 0 },
        { "^a.c$", "",
          "a\xc3\xa9"
          "c",
          0, 4 },
        { "\xc3\x89", "i", "\xc3\xa9", 0, 2 },
        { "\\w", "", "\xc3\xa9", -1, 0 },
    };
    struct regex_state *s = regex_state_new();

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct test t = regex_test(v[i].pattern, v[i].flags);
        struct regex *r = NULL;
        size_t offset, length;

        assert_int_equal(regex_new(&t, &r, NULL), EV_OK);
        enum regex_answer answer = regex_search(r, s, slice_str(v[i].text), &offset, &length);
        if ((answer == REGEX_YES) != (v[i].offset >= 0))
            fail_msg("/%s/%s on \"%s\"", v[i].pattern, v[i].flags, v[i].text);
        if (answer == REGEX_YES) {
            assert_int_equal(offset, v[i].offset);
            assert_int_equal(length, v[i].length);
        }
        regex_free(r);
    }
    regex_state_free(s);
}

static void hostile_expressions_end_at_the_limit(void **state)
{
    struct test t = regex_test("(a+)+$", "");
    struct regex_state *s = regex_state_new();
    struct regex *r = NULL;
    char text[64];
    size_t offset, length;

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b';
    assert_int_equal(regex_new(&t, &r, NULL), EV_OK);
    assert_int_equal(regex_search(r, s, slice_of(text, sizeof text), &offset, &length),
                     REGEX_LIMIT);
    regex_free(r);
    regex_state_free(s);
}

static void bad_expressions_say_where(void **state)
{
    struct test t = regex_test("a(b", "");
    struct regex *r = NULL;
    struct ev_err err = { 0 };

    (void)state;
    assert_int_equal(regex_new(&t, &r, &err), EV_ESYNTAX);
    assert_null(r);
    assert_non_null(strstr(err.text, "character 4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_compare_in_either_base),
        cmocka_unit_test(integers_equal_hexadecimal_text),
        cmocka_unit_test(parts_of_time_are_those_of_utc),
        cmocka_unit_test(networks_take_mapped_addresses),
        cmocka_unit_test(expressions_search_unanchored_and_cased),
        cmocka_unit_test(hostile_expressions_end_at_the_limit),
        cmocka_unit_test(bad_expressions_say_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
