/* test_buf.c - buffers: growth, cap, dropped whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void grows_and_keeps_content(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100000);
    for (int i = 0; i < 20000; i++)
        buf_byte(&b, (uint8_t)i);
    assert_false(b.full);
    assert_int_equal(b.n, 20000);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(b.p[i], (uint8_t)i);
    buf_release(&b);
    assert_null(b.p);
}

static void cap_drops_whole_puts(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    buf_str(&b, "123456");
    buf_str(&b, "78901");
    assert_true(b.full);
    assert_int_equal(b.n, 6);
    buf_str(&b, "7890");
    assert_int_equal(b.n, 10);
    buf_byte(&b, 'x');
    assert_int_equal(b.n, 10);
    assert_true(b.full);
    assert_null(buf_reserve(&b, SIZE_MAX));
    buf_clear(&b);
    assert_false(b.full);
    assert_int_equal(b.n, 0);
    buf_release(&b);
}

static void cap_zero_takes_nothing(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 0);
    buf_put(&b, NULL, 0);
    assert_false(b.full);
    buf_byte(&b, 1);
    assert_true(b.full);
    buf_release(&b);
}

static void printf_takes_long_texts(void **state)
{
    struct buf b;
    char text[1000];

    (void)state;
    memset(text, 'y', sizeof text);
    text[sizeof text - 1] = '\0';
    buf_init(&b, 5000);
    buf_printf(&b, "<%s>%d", text, 42);
    assert_int_equal(b.n, 999 + 4);
    assert_memory_equal(b.p + 999, "y>42", 4);
    buf_printf(&b, "%d", 7);
    assert_int_equal(b.p[b.n - 1], '7');
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_content),
        cmocka_unit_test(cap_drops_whole_puts),
        cmocka_unit_test(cap_zero_takes_nothing),
        cmocka_unit_test(printf_takes_long_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
