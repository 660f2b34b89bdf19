/* test_arena.c - arenas: alignment, cap, reset, copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

static void allocations_are_aligned_and_apart(void **state)
{
    struct arena a;
    uint8_t *last = NULL;

    (void)state;
    arena_init(&a, 1 << 24);
    for (size_t n = 0; n < 3000; n++) {
        uint8_t *p = arena_try(&a, n);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_ptr_not_equal(p, last);
        memset(p, 0xaa, n);
        last = p;
    }
    arena_release(&a);
}

static void cap_refuses_and_keeps_refusing(void **state)
{
    struct arena a;
    size_t got = 0;

    (void)state;
    arena_init(&a, 1000);
    while (arena_try(&a, 100))
        got++;
    assert_in_range(got, 8, 10);
    assert_true(a.used <= a.cap);
    assert_null(arena_try(&a, SIZE_MAX));
    assert_null(arena_try(&a, SIZE_MAX - 8));
    assert_null(arena_dup(&a, slice_of("x", SIZE_MAX)).p);
    arena_reset(&a);
    assert_non_null(arena_try(&a, 1000));
    assert_null(arena_try(&a, 1));
    arena_release(&a);
}

static void reset_uses_the_blocks_again(void **state)
{
    struct arena a;
    void *first, *big;

    (void)state;
    arena_init(&a, 1 << 26);
    first = arena_try(&a, 64);
    big = arena_try(&a, 3 << 20);
    assert_non_null(big);
    for (int round = 0; round < 50; round++) {
        arena_reset(&a);
        assert_int_equal(a.used, 0);
        assert_ptr_equal(arena_try(&a, 64), first);
        assert_ptr_equal(arena_try(&a, 3 << 20), big);
    }
    arena_release(&a);
}

static void copies_are_terminated(void **state)
{
    struct arena a;
    struct slice s;

    (void)state;
    arena_init(&a, 1 << 20);
    s = arena_dup(&a, SLICE("ab\0c"));
    assert_true(slice_eq(s, SLICE("ab\0c")));
    assert_int_equal(s.p[4], 0);
    assert_null(arena_dup(&a, SLICE_ABSENT).p);
    assert_non_null(arena_dup(&a, SLICE("")).p);
    assert_string_equal(arena_str(&a, SLICE("xyz")), "xyz");
    s = arena_printf(&a, "%s-%d", "q", 12);
    assert_true(slice_eq(s, SLICE("q-12")));
    arena_release(&a);
}

static void zalloc_is_zero_after_reuse(void **state)
{
    struct arena a;
    uint8_t *p;

    (void)state;
    arena_init(&a, 1 << 20);
    memset(arena_try(&a, 512), 0xff, 512);
    arena_reset(&a);
    p = arena_zalloc(&a, 128, 4);
    for (int i = 0; i < 512; i++)
        assert_int_equal(p[i], 0);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_aligned_and_apart),
        cmocka_unit_test(cap_refuses_and_keeps_refusing),
        cmocka_unit_test(reset_uses_the_blocks_again),
        cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(zalloc_is_zero_after_reuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
