/* test_utf16.c - UTF-16 to UTF-8 and back, invalid sequences of both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf16.h"

static void expect(struct slice utf16, struct slice utf8)
{
    uint8_t *dst = xcalloc(utf16_utf8_room(utf16.n / 2), 1);
    size_t n = utf16_to_utf8(utf16.p, utf16.n / 2, dst);

    assert_int_equal(n, utf8.n);
    assert_memory_equal(dst, utf8.p, n);
    free(dst);
}

static void each_width_is_converted(void **state)
{
    (void)state;
    expect(SLICE("A\0\xe9\0\xac\x20"), SLICE("A\xc3\xa9\xe2\x82\xac"));
    expect(SLICE("\x3d\xd8\x00\xde"), SLICE("\xf0\x9f\x98\x80"));
    expect(SLICE("\xff\xdb\xff\xdf"), SLICE("\xf4\x8f\xbf\xbf"));
    expect(SLICE("a\0\0\0b\0"), SLICE("a\0b"));
    expect(SLICE("\x7f\0\x80\0\xff\x07\x00\x08\xff\xff"),
           SLICE("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
    expect(SLICE(""), SLICE(""));
}

static void lone_surrogates_eat_nothing_else(void **state)
{
    (void)state;
    expect(SLICE("\x00\xd8"), SLICE("\xef\xbf\xbd"));
    expect(SLICE("\x00\xd8"
                 "A\0"),
           SLICE("\xef\xbf\xbd"
                 "A"));
    expect(SLICE("\x00\xdc"
                 "A\0"),
           SLICE("\xef\xbf\xbd"
                 "A"));
    expect(SLICE("\x00\xd8\x3d\xd8\x00\xde"), SLICE("\xef\xbf\xbd\xf0\x9f\x98\x80"));
    expect(SLICE("\x00\xdc\x00\xd8"), SLICE("\xef\xbf\xbd\xef\xbf\xbd"));
}

/* A strange unit at each place of a long ASCII text, at odd and even addresses. */
static void ascii_runs_break_at_the_right_unit(void **state)
{
    uint8_t src[1 + 2 * 40], dst[3 * 40];

    (void)state;
    for (size_t shift = 0; shift < 2; shift++)
        for (size_t at = 0; at < 40; at++) {
            size_t n;

            for (size_t i = 0; i < 40; i++) {
                src[shift + 2 * i] = (uint8_t)('!' + i);
                src[shift + 2 * i + 1] = 0;
            }
            src[shift + 2 * at] = 0x41;
            src[shift + 2 * at + 1] = 0x04; /* U+0441 */
            n = utf16_to_utf8(src + shift, 40, dst);
            assert_int_equal(n, 41);
            assert_memory_equal(dst + at, "\xd1\x81", 2);
            for (size_t i = 0; i < 40; i++)
                if (i != at)
                    assert_int_equal(dst[i + (i > at)], '!' + i);
        }
}

static void every_scalar_value_goes_round(void **state)
{
    struct buf wide;
    uint8_t text[4], back[12];

    (void)state;
    buf_init(&wide, 16);
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        size_t n, len;

        if (c >= 0xd800 && c < 0xe000)
            continue;
        len = utf8_encode(c, text);
        assert_true(utf8_decode(slice_of(text, len), &n) == c && n == len);
        buf_clear(&wide);
        utf8_to_utf16(slice_of(text, len), &wide, false);
        n = utf16_to_utf8(wide.p, wide.n / 2, back);
        assert_true(n == len && memcmp(back, text, n) == 0);
    }
    buf_release(&wide);
}

static void big_endian_swaps_units(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 64);
    utf8_to_utf16(SLICE("A\xf0\x9f\x98\x80\xff"), &b, true);
    assert_int_equal(b.n, 8);
    assert_memory_equal(b.p, "\0A\xd8\x3d\xde\x00\xff\xfd", 8);
    buf_release(&b);
}

static void invalid_utf8_is_one_byte_each(void **state)
{
    static const struct slice bad[] = {
        SLICE_INIT("\x80"),
        SLICE_INIT("\xc0\x80"),
        SLICE_INIT("\xc1\xbf"),
        SLICE_INIT("\xe0\x9f\xbf"),
        SLICE_INIT("\xed\xa0\x80"),
        SLICE_INIT("\xed\xbf\xbf"),
        SLICE_INIT("\xf0\x8f\xbf\xbf"),
        SLICE_INIT("\xf4\x90\x80\x80"),
        SLICE_INIT("\xf5\x80\x80\x80"),
        SLICE_INIT("\xff"),
        SLICE_INIT("\xe2\x82"),
        SLICE_INIT("\xc3"),
        SLICE_INIT("\xf0\x9f\x98"),
    };
    struct buf b;

    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t n;

        assert_false(utf8_valid(bad[i]));
        assert_int_equal(utf8_decode(bad[i], &n), 0xfffd);
        assert_int_equal(n, 1);
        buf_clear(&b);
        assert_int_equal(utf8_repair(bad[i], &b), bad[i].n);
        assert_int_equal(b.n, 3 * bad[i].n);
        assert_true(utf8_valid(buf_view(&b)));
    }
    buf_release(&b);
}

static void repair_keeps_what_is_valid(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 4096);
    assert_int_equal(utf8_repair(SLICE("abcdefghijk\xc3\xa9\xc3"
                                       "xyz\xff"),
                                 &b),
                     2);
    assert_true(slice_eq(buf_view(&b), SLICE("abcdefghijk\xc3\xa9\xef\xbf\xbdxyz\xef\xbf\xbd")));
    buf_clear(&b);
    assert_int_equal(utf8_repair(SLICE_ABSENT, &b), 0);
    assert_int_equal(b.n, 0);
    assert_true(utf8_valid(SLICE("\xef\xbf\xbd\xf0\x9f\x98\x80 and a longer ASCII text")));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_width_is_converted),
        cmocka_unit_test(lone_surrogates_eat_nothing_else),
        cmocka_unit_test(ascii_runs_break_at_the_right_unit),
        cmocka_unit_test(every_scalar_value_goes_round),
        cmocka_unit_test(big_endian_swaps_units),
        cmocka_unit_test(invalid_utf8_is_one_byte_each),
        cmocka_unit_test(repair_keeps_what_is_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
