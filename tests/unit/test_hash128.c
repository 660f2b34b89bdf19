/* test_hash128.c - the same for any cut into pieces and in every version; no bit goes unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash128.h"

#define LONGEST 2000

static uint8_t text[LONGEST];

static void hash_of(const uint8_t *p, size_t n, size_t piece, uint8_t ret[16])
{
    struct hash128 h;

    hash128_init(&h);
    for (size_t at = 0; at < n; at += piece)
        hash128_add(&h, p + at, n - at < piece ? n - at : piece);
    hash128_done(&h, ret);
}

static void pieces_do_not_matter(void **state)
{
    static const size_t piece[] = { 1, 3, 15, 16, 17, 511, 512, 513, 1024, LONGEST };
    uint8_t whole[16], cut[16];

    (void)state;
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        for (size_t n = 0; n <= LONGEST; n += 1 + n / 3) {
            hash_of(text, n, LONGEST, whole);
            hash_of(text, n, piece[i], cut);
            assert_memory_equal(whole, cut, 16);
        }
    }
}

/* The order of rows hangs on it: another version may not turn them round. */
static void values_are_fixed(void **state)
{
    static const uint8_t none[16] = { 0xed, 0x2c, 0x3a, 0x61, 0x2b, 0xef, 0x3f, 0xa9,
                                      0x86, 0xe7, 0x04, 0xf2, 0x0a, 0x39, 0x83, 0x74 },
                         some[16] = { 0x8e, 0x67, 0x55, 0x41, 0x48, 0x7c, 0x50, 0xdf,
                                      0x0e, 0xf8, 0x0e, 0x7d, 0x99, 0xb0, 0xc1, 0x5e };
    uint8_t got[16];

    (void)state;
    hash_of(text, 0, 1, got);
    assert_memory_equal(got, none, 16);
    hash_of(text, 1000, 1000, got);
    assert_memory_equal(got, some, 16);
}

static void length_and_every_bit_count(void **state)
{
    uint8_t base[16], other[16], halves[2][8], t[64] = { 0 };

    (void)state;
    hash_of(t, 40, 40, base);
    for (size_t bit = 0; bit < 40 * 8; bit++) {
        t[bit / 8] ^= (uint8_t)(1 << bit % 8);
        hash_of(t, 40, 40, other);
        t[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_memory_not_equal(base, other, 8);
        assert_memory_not_equal(base + 8, other + 8, 8);
    }
    for (size_t n = 0; n < 64; n++) { /* zeros alone: only the length differs */
        hash_of(t, n, 64, other);
        memcpy(halves[0], other, 8);
        memcpy(halves[1], other + 8, 8);
        hash_of(t, n + 1, 65, other);
        assert_memory_not_equal(halves[0], other, 8);
        assert_memory_not_equal(halves[1], other + 8, 8);
    }
}

static void pieces_of(const uint8_t *p, size_t n, size_t cut, uint8_t head, uint8_t ret[16])
{
    struct hash128 h;

    hash128_init(&h);
    hash128_piece(&h, head, p, cut);
    hash128_piece(&h, 0, p + cut, n - cut);
    hash128_done(&h, ret);
}

/* Of a list of pieces each bit, each head and each border counts. */
static void borders_of_pieces_count(void **state)
{
    uint8_t base[16], other[16], t[64] = { 0 };

    (void)state;
    for (size_t n = 1; n <= 50; n++) {
        pieces_of(t, n, n / 2, 1, base);
        pieces_of(t, n, n / 2, 2, other);
        assert_memory_not_equal(base, other, 8);
        assert_memory_not_equal(base + 8, other + 8, 8);
        for (size_t cut = 0; cut <= n; cut++) {
            pieces_of(t, n, cut, 1, other);
            assert_int_equal(memcmp(base, other, 16) == 0, cut == n / 2);
        }
        for (size_t bit = 0; bit < n * 8; bit++) {
            t[bit / 8] ^= (uint8_t)(1 << bit % 8);
            pieces_of(t, n, n / 2, 1, other);
            t[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_memory_not_equal(base, other, 8);
            assert_memory_not_equal(base + 8, other + 8, 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(values_are_fixed),
        cmocka_unit_test(length_and_every_bit_count),
        cmocka_unit_test(borders_of_pieces_count),
    };

    for (size_t i = 0; i < LONGEST; i++)
        text[i] = (uint8_t)(i * 7 + i / 251);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
