/* test_fold.c - case folding: ASCII, beyond ASCII, what must stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fold.h"

static struct arena arena;

static int make_arena(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void expect(struct slice in, struct slice out)
{
    struct slice got = fold_slice(in, &arena);

    assert_int_equal(got.n, out.n);
    assert_memory_equal(got.p, out.p, out.n);
}

static void only_capital_letters_change(void **state)
{
    uint8_t all[128], want[128];

    (void)state;
    for (int i = 0; i < 128; i++) {
        all[i] = (uint8_t)i;
        want[i] = (uint8_t)(i >= 'A' && i <= 'Z' ? i + 32 : i);
    }
    expect(slice_of(all, 128), slice_of(want, 128));
    for (int i = 0; i < 128; i++)
        expect(slice_of(all + i, 1), slice_of(want + i, 1));
}

/* The capital at every offset of words of every length: block and tail paths. */
static void capitals_fold_at_every_offset(void **state)
{
    char text[40], want[40];

    (void)state;
    for (size_t n = 1; n < sizeof text; n++)
        for (size_t at = 0; at < n; at++) {
            arena_reset(&arena);
            memset(text, '[', n);
            memset(want, '[', n);
            text[at] = 'Z';
            want[at] = 'z';
            expect(slice_of(text, n), slice_of(want, n));
        }
}

static void unchanged_text_is_not_copied(void **state)
{
    struct slice s = SLICE("c:\\windows\\system32\\cmd.exe");
    struct slice emoji = SLICE("\xf0\x9f\x98\x80 \xe6\xbc\xa2\xe5\xad\x97");

    (void)state;
    assert_ptr_equal(fold_slice(s, &arena).p, s.p);
    assert_ptr_equal(fold_slice(emoji, &arena).p, emoji.p);
    assert_null(fold_slice(SLICE_ABSENT, &arena).p);
}

static void letters_beyond_ascii_fold(void **state)
{
    (void)state;
    expect(SLICE("\xc3\x89TUDE"), SLICE("\xc3\xa9tude"));         /* É */
    expect(SLICE("\xd0\x9f\xd1\x80"), SLICE("\xd0\xbf\xd1\x80")); /* Cyrillic */
    expect(SLICE("\xce\xa3\xcf\x82"), SLICE("\xcf\x83\xcf\x83")); /* both sigmas */
    assert_int_equal(fold_codepoint(0xb5), 0x3bc);                /* micro sign, Greek mu */
    assert_int_equal(fold_codepoint(0xff21), 0xff41);             /* full width */
}

static void no_letter_crosses_the_ascii_border(void **state)
{
    (void)state;
    expect(SLICE("\xe2\x84\xaa"), SLICE("\xe2\x84\xaa"));         /* Kelvin sign */
    expect(SLICE("\xc5\xbf"), SLICE("\xc5\xbf"));                 /* long s */
    expect(SLICE("\xc4\xb0\xc4\xb1"), SLICE("\xc4\xb0\xc4\xb1")); /* dotted I, dotless i */
    for (uint32_t c = 0; c <= 0x10ffff; c++)
        assert_true((c < 0x80) == (fold_codepoint(c) < 0x80));
}

static void folding_twice_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint32_t f = fold_codepoint(c);

        if (fold_codepoint(f) != f)
            fail_msg("U+%04X -> U+%04X -> U+%04X", c, f, fold_codepoint(f));
    }
}

static void invalid_bytes_stay(void **state)
{
    (void)state;
    expect(SLICE("A\xff\xc3"
                 "B\xc0\x80"),
           SLICE("a\xff\xc3"
                 "b\xc0\x80"));
}

/* U+023A (2 bytes) folds to U+2C65 (3 bytes). */
static void offsets_follow_growing_text(void **state)
{
    struct slice s = SLICE("a\xc8\xba"
                           "B");

    (void)state;
    expect(s, SLICE("a\xe2\xb1\xa5"
                    "b"));
    assert_int_equal(fold_offset(s, 0), 0);
    assert_int_equal(fold_offset(s, 1), 1);
    assert_int_equal(fold_offset(s, 4), 3);
    assert_int_equal(fold_offset(s, 5), 4);
    assert_int_equal(fold_offset(s, 99), 4);
}

static void full_arena_gives_absent(void **state)
{
    struct arena small;

    (void)state;
    arena_init(&small, 8);
    assert_null(fold_slice(SLICE("ABCDEFGHIJ"), &small).p);
    arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_capital_letters_change),
        cmocka_unit_test(capitals_fold_at_every_offset),
        cmocka_unit_test(unchanged_text_is_not_copied),
        cmocka_unit_test(letters_beyond_ascii_fold),
        cmocka_unit_test(no_letter_crosses_the_ascii_border),
        cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(invalid_bytes_stay),
        cmocka_unit_test(offsets_follow_growing_text),
        cmocka_unit_test(full_arena_gives_absent),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
