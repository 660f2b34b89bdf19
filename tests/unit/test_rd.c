/* test_rd.c - the read cursor: byte order, overrun, sticky failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rd.h"

static void reads_little_endian_unaligned(void **state)
{
    struct rd r = rd_init(SLICE("\x01\x02\x03\xff\xff\xff\xff\x01\x02\x03\x04\x05\x06\x07\x88"));

    (void)state;
    assert_int_equal(rd_u8(&r), 1);
    assert_int_equal(rd_u16le(&r), 0x0302);
    assert_true(rd_u32le(&r) == 0xffffffff);
    assert_true(rd_u64le(&r) == UINT64_C(0x8807060504030201));
    assert_false(rd_bad(&r));
    assert_int_equal(rd_left(&r), 0);
}

static void overrun_yields_zero_and_sticks(void **state)
{
    struct rd r = rd_init(SLICE("\x01\x02\x03"));

    (void)state;
    assert_int_equal(rd_u32le(&r), 0);
    assert_true(rd_bad(&r));
    assert_int_equal(r.at, 0);
    assert_int_equal(rd_u8(&r), 0);
    assert_null(rd_bytes(&r, 0).p);
    rd_seek(&r, 0);
    assert_true(rd_bad(&r));
}

static void huge_sizes_do_not_wrap(void **state)
{
    struct rd r = rd_init(SLICE("abcdef"));

    (void)state;
    rd_skip(&r, 3);
    assert_null(rd_bytes(&r, SIZE_MAX - 1).p);
    assert_true(rd_bad(&r));
    r = rd_init(SLICE("abcdef"));
    rd_skip(&r, 3);
    rd_skip(&r, SIZE_MAX);
    assert_true(rd_bad(&r));
    r = rd_init(SLICE("abcdef"));
    rd_seek(&r, 7);
    assert_true(rd_bad(&r));
}

static void end_can_be_reached_but_not_passed(void **state)
{
    struct rd r = rd_init(SLICE("abc"));

    (void)state;
    assert_true(slice_eq(rd_bytes(&r, 3), SLICE("abc")));
    assert_non_null(rd_bytes(&r, 0).p);
    rd_seek(&r, 3);
    assert_false(rd_bad(&r));
    rd_u8(&r);
    assert_true(rd_bad(&r));
    r = rd_init(SLICE_ABSENT);
    assert_non_null(rd_bytes(&r, 0).p);
    assert_false(rd_bad(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_little_endian_unaligned),
        cmocka_unit_test(overrun_yields_zero_and_sticks),
        cmocka_unit_test(huge_sizes_do_not_wrap),
        cmocka_unit_test(end_can_be_reached_but_not_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
