/* test_slice.c - comparison, search, trimming and hash of slices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

static void equality_looks_past_nul(void **state)
{
    (void)state;
    assert_true(slice_eq(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_eq(SLICE("a\0b"), SLICE("a\0c")));
    assert_true(slice_eq(SLICE_ABSENT, SLICE("")));
    assert_true(slice_eq_nocase(SLICE("CmD.Exe"), SLICE("cMd.eXe")));
    assert_false(slice_eq_nocase(SLICE("["), SLICE("{")));
    assert_false(slice_eq_nocase(SLICE("@"), SLICE("`")));
}

static void shorter_sorts_first(void **state)
{
    (void)state;
    assert_true(slice_cmp(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_cmp(SLICE("b"), SLICE("abc")) > 0);
    assert_int_equal(slice_cmp(SLICE("abc"), SLICE("abc")), 0);
    assert_true(slice_cmp(SLICE("\xff"), SLICE("a")) > 0);
    assert_true(slice_cmp(SLICE_ABSENT, SLICE("a")) < 0);
    assert_int_equal(slice_cmp(SLICE_ABSENT, SLICE("")), 0);
}

static void search_finds_first_place(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE("aXbXc"), SLICE("X")), 1);
    assert_int_equal(slice_find(SLICE("aab"), SLICE("ab")), 1);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("")), 0);
    assert_true(slice_find(SLICE("abc"), SLICE("abcd")) == SIZE_MAX);
    assert_true(slice_find(SLICE_ABSENT, SLICE("a")) == SIZE_MAX);
    assert_int_equal(slice_find(SLICE_ABSENT, SLICE_ABSENT), 0);
    assert_int_equal(slice_find_byte(SLICE("ab\0c"), 'c'), 3);
    assert_true(slice_find_byte(SLICE_ABSENT, 'c') == SIZE_MAX);
}

static void affixes_are_bytewise(void **state)
{
    (void)state;
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_false(slice_ends(SLICE("bc"), SLICE("abc")));
    assert_true(slice_ends(SLICE_ABSENT, SLICE("")));
}

static void part_is_clamped(void **state)
{
    struct slice s = SLICE("abcdef");

    (void)state;
    assert_true(slice_eq(slice_sub(s, 2, 3), SLICE("cde")));
    assert_true(slice_eq(slice_sub(s, 4, SIZE_MAX), SLICE("ef")));
    assert_int_equal(slice_sub(s, 7, 1).n, 0);
    assert_non_null(slice_sub(s, 7, 1).p);
    assert_null(slice_sub(SLICE_ABSENT, 1, 1).p);
}

static void trim_keeps_inner_blanks(void **state)
{
    (void)state;
    assert_true(slice_eq(slice_trim(SLICE(" \t\r\n a b\v\f ")), SLICE("a b")));
    assert_int_equal(slice_trim(SLICE("   ")).n, 0);
    assert_int_equal(slice_trim(SLICE_ABSENT).n, 0);
    assert_true(slice_eq(slice_trim(SLICE("\xc2\xa0")), SLICE("\xc2\xa0")));
}

/* Flipping any one bit of the key or the seed must flip about half the bits of the hash. */
static void hash_mixes_every_bit(void **state)
{
    uint8_t key[40];

    (void)state;
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 37 + 11);
    for (size_t n = 1; n <= sizeof key; n++) {
        uint64_t base = slice_hash(slice_of(key, n), 5);

        for (size_t bit = 0; bit < 8 * n; bit++) {
            uint64_t other;
            int diff;

            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            other = slice_hash(slice_of(key, n), 5);
            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            diff = __builtin_popcountll(base ^ other);
            assert_in_range(diff, 10, 54);
        }
        assert_true(base != slice_hash(slice_of(key, n), 6));
    }
}

static void hash_tells_lengths_of_zeros_apart(void **state)
{
    static const uint8_t zero[64];

    (void)state;
    for (size_t a = 0; a < sizeof zero; a++)
        for (size_t b = 0; b < a; b++)
            assert_true(slice_hash(slice_of(zero, a), 1) != slice_hash(slice_of(zero, b), 1));
    assert_true(slice_hash(SLICE_ABSENT, 1) == slice_hash(SLICE(""), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_looks_past_nul),
        cmocka_unit_test(shorter_sorts_first),
        cmocka_unit_test(search_finds_first_place),
        cmocka_unit_test(affixes_are_bytewise),
        cmocka_unit_test(part_is_clamped),
        cmocka_unit_test(trim_keeps_inner_blanks),
        cmocka_unit_test(hash_mixes_every_bit),
        cmocka_unit_test(hash_tells_lengths_of_zeros_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
