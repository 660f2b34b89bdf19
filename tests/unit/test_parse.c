/* test_parse.c - strict numbers: overflow, signs, what is no number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

static void integers_end_at_their_type(void **state)
{
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    int64_t i64 = 0;

    (void)state;
    assert_int_equal(parse_u32(SLICE("4294967295"), &u32), EV_OK);
    assert_true(u32 == UINT32_MAX);
    assert_int_equal(parse_u32(SLICE("4294967296"), &u32), EV_ESYNTAX);
    assert_true(u32 == UINT32_MAX);
    assert_int_equal(parse_u64(SLICE("18446744073709551615"), &u64), EV_OK);
    assert_true(u64 == UINT64_MAX);
    assert_int_equal(parse_u64(SLICE("18446744073709551616"), &u64), EV_ESYNTAX);
    assert_int_equal(parse_u64(SLICE("99999999999999999999999"), &u64), EV_ESYNTAX);
    assert_int_equal(parse_i64(SLICE("-9223372036854775808"), &i64), EV_OK);
    assert_true(i64 == INT64_MIN);
    assert_int_equal(parse_i64(SLICE("-9223372036854775809"), &i64), EV_ESYNTAX);
    assert_int_equal(parse_i64(SLICE("9223372036854775807"), &i64), EV_OK);
    assert_int_equal(parse_i64(SLICE("9223372036854775808"), &i64), EV_ESYNTAX);
}

static void only_whole_numbers_count(void **state)
{
    static const struct slice bad[] = { { NULL, 0 },           SLICE_INIT(""),   SLICE_INIT(" 1"),
                                        SLICE_INIT("1 "),      SLICE_INIT("+"),  SLICE_INIT("-"),
                                        SLICE_INIT("1\0"),     SLICE_INIT("1a"), SLICE_INIT("--1"),
                                        SLICE_INIT("\xd9\xa1") };
    int64_t v = 3;
    double d = 3;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse_i64(bad[i], &v), EV_ESYNTAX);
        assert_int_equal(parse_int_any(bad[i], &v), EV_ESYNTAX);
        assert_int_equal(parse_double(bad[i], &d), EV_ESYNTAX);
    }
    assert_int_equal(v, 3);
}

static void hex_needs_its_digits(void **state)
{
    uint64_t u = 0;
    int64_t i = 0;

    (void)state;
    assert_int_equal(parse_hex64(SLICE("fFfFfFfFfFfFfFfF"), &u), EV_OK);
    assert_true(u == UINT64_MAX);
    assert_int_equal(parse_hex64(SLICE("0fFfFfFfFfFfFfFfF"), &u), EV_ESYNTAX);
    assert_int_equal(parse_hex64(SLICE("g"), &u), EV_ESYNTAX);
    assert_int_equal(parse_hex64(SLICE(""), &u), EV_ESYNTAX);
    assert_int_equal(parse_int_any(SLICE("0x3e7"), &i), EV_OK);
    assert_int_equal(i, 999);
    assert_int_equal(parse_int_any(SLICE("0X3E7"), &i), EV_OK);
    assert_int_equal(parse_int_any(SLICE("-12"), &i), EV_OK);
    assert_int_equal(i, -12);
    assert_int_equal(parse_int_any(SLICE("-0x1"), &i), EV_ESYNTAX);
    assert_int_equal(parse_int_any(SLICE("0x"), &i), EV_ESYNTAX);
    assert_int_equal(parse_int_any(SLICE("0x8000000000000000"), &i), EV_ESYNTAX);
}

static void expect_double(const char *text, double want)
{
    double d = 0;

    assert_int_equal(parse_double(slice_str(text), &d), EV_OK);
    assert_true(d >= want && d <= want);
}

static void doubles_are_read_exactly(void **state)
{
    (void)state;
    expect_double("0", 0.0);
    expect_double("1.5", 1.5);
    expect_double("-.25", -0.25);
    expect_double("+7.", 7.0);
    expect_double("0.1", 0.1);
    expect_double("123456789012.345", 123456789012.345);
    expect_double("3.14159265358979323846", 3.14159265358979323846);
    expect_double("1e3", 1000.0);
    expect_double("1E-3", 0.001);
    expect_double("18446744073709551615", 18446744073709551615.0);
    expect_double("0x10", 16.0);
}

static void doubles_take_no_special_words(void **state)
{
    static const char *const bad[] = { "inf", "nan", "infinity", "1e",    "1e+", ".",    "e1",
                                       "1,5", "0x",  "0x1p3",    "1e999", "1_0", "1.2.3" };
    double d;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (parse_double(slice_str(bad[i]), &d) != EV_ESYNTAX)
            fail_msg("accepted: %s", bad[i]);
}

static void sizes_have_units(void **state)
{
    uint64_t v = 0;

    (void)state;
    assert_int_equal(parse_size(SLICE("64M"), &v), EV_OK);
    assert_int_equal(v, 64 << 20);
    assert_int_equal(parse_size(SLICE("512k"), &v), EV_OK);
    assert_int_equal(v, 512 << 10);
    assert_int_equal(parse_size(SLICE("1000"), &v), EV_OK);
    assert_int_equal(v, 1000);
    assert_int_equal(parse_size(SLICE("2G"), &v), EV_OK);
    assert_true(v == UINT64_C(2) << 30);
    assert_int_equal(parse_size(SLICE("99999999999G"), &v), EV_ESYNTAX);
    assert_int_equal(parse_size(SLICE("M"), &v), EV_ESYNTAX);
    assert_int_equal(parse_size(SLICE("-1"), &v), EV_ESYNTAX);
    assert_int_equal(parse_size(SLICE("1.5M"), &v), EV_ESYNTAX);
    assert_int_equal(parse_size(SLICE("1MB"), &v), EV_ESYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_end_at_their_type),    cmocka_unit_test(only_whole_numbers_count),
        cmocka_unit_test(hex_needs_its_digits),          cmocka_unit_test(doubles_are_read_exactly),
        cmocka_unit_test(doubles_take_no_special_words), cmocka_unit_test(sizes_have_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
