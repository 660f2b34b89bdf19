/* test_lists.c - lists of facts and their numbers, and what happens when there are too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "match/lists.h"

static void equal_lists_have_one_number(void **state)
{
    const uint32_t a[] = { 3, 1, 4 }, b[] = { 3, 1, 5 };
    struct lists l;
    const uint32_t *got;
    uint32_t first, second;
    size_t n;

    (void)state;
    lists_init(&l);
    assert_int_equal(lists_number(&l, a, 0), LIST_NOTHING);
    first = lists_number(&l, a, 3);
    second = lists_number(&l, b, 3);
    assert_int_not_equal(first, LIST_NOTHING);
    assert_int_not_equal(first, second);
    assert_int_not_equal(lists_number(&l, a, 2), first);
    assert_int_equal(lists_number(&l, a, 3), first);
    got = lists_get(&l, second, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(got, b, sizeof b);
    lists_get(&l, LIST_NOTHING, &n);
    assert_int_equal(n, 0);
    lists_release(&l);
}

static void full_lists_begin_anew(void **state)
{
    struct lists l;
    uint32_t made = 0;
    size_t n;

    (void)state;
    lists_init(&l);
    while (!lists_are_full(&l) && made < LIMIT_LISTS) {
        uint32_t fact[] = { made++, 7 };

        assert_int_equal(lists_number(&l, fact, 2), made);
    }
    assert_true(lists_are_full(&l));
    lists_clear(&l);
    assert_false(lists_are_full(&l));
    assert_int_equal(lists_number(&l, &made, 1), 1);
    assert_int_equal(*lists_get(&l, 1, &n), made);
    lists_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_lists_have_one_number),
        cmocka_unit_test(full_lists_begin_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
