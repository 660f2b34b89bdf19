/* test_memo.c - what is remembered, what is told apart, and what happens when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "match/memo.h"

static struct memo_key key(const struct memo *m, struct slice bytes, uint32_t sieve, uint8_t type)
{
    struct memo_key k = { .bytes = bytes, .sieve = sieve, .type = type };

    memo_hash(m, &k);
    return k;
}

static void values_come_back(void **state)
{
    struct memo *m = memo_new();
    struct memo_key k = key(m, SLICE("cmd.exe"), 3, 1);
    const uint32_t put[] = { 5, 1, 9 }, *got;
    size_t n = 0;

    (void)state;
    assert_false(memo_find(m, &k, &got, &n));
    memo_add(m, &k, put, 3);
    assert_true(memo_find(m, &k, &got, &n));
    assert_int_equal(n, 3);
    assert_memory_equal(got, put, sizeof put);
    k = key(m, SLICE(""), 3, 1);
    memo_add(m, &k, put, 0);
    assert_true(memo_find(m, &k, &got, &n));
    assert_int_equal(n, 0);
    memo_free(m);
}

static void sieve_type_and_bytes_tell_apart(void **state)
{
    struct memo *m = memo_new();
    struct memo_key k = key(m, SLICE("abc"), 3, 1);
    const uint32_t put = 5, *got;
    size_t n;

    (void)state;
    memo_add(m, &k, &put, 1);
    k = key(m, SLICE("abc"), 4, 1);
    assert_false(memo_find(m, &k, &got, &n));
    k = key(m, SLICE("abc"), 3, 2);
    assert_false(memo_find(m, &k, &got, &n));
    k = key(m, SLICE("abd"), 3, 1);
    assert_false(memo_find(m, &k, &got, &n));
    memo_free(m);
}

/* The prototype of this lost matches by trusting a hash. */
static void equal_hashes_do_not_make_equal_values(void **state)
{
    struct memo *m = memo_new();
    struct memo_key a = key(m, SLICE("abc"), 3, 1), b = key(m, SLICE("xyz"), 3, 1);
    const uint32_t put = 5, other = 6, *got;
    size_t n;

    (void)state;
    b.hash = a.hash;
    memo_add(m, &a, &put, 1);
    assert_false(memo_find(m, &b, &got, &n));
    memo_add(m, &b, &other, 1);
    assert_true(memo_find(m, &a, &got, &n) && *got == 5);
    assert_true(memo_find(m, &b, &got, &n) && *got == 6);
    memo_free(m);
}

/* Alike in what the hash looks at: an attacker can make such values. */
static void values_that_differ_between_the_samples_are_told_apart(void **state)
{
    struct memo *m = memo_new();
    uint8_t bytes[400] = { 0 };

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            struct memo_key k;
            const uint32_t *got;
            size_t n;

            memcpy(bytes + 100, &i, sizeof i);
            k = key(m, slice_of(bytes, sizeof bytes), 0, 0);
            assert_int_equal(memo_find(m, &k, &got, &n), round);
            if (round == 0)
                memo_add(m, &k, &i, 1);
            else
                assert_int_equal(*got, i);
        }
    memo_free(m);
}

/* Far more than fits: nothing wrong comes back, and the latest are there. */
static void a_full_memo_begins_anew(void **state)
{
    struct memo *m = memo_new();
    uint8_t bytes[200] = { 0 };
    size_t found = 0, rounds = 4 * LIMIT_MEMO / sizeof bytes;

    (void)state;
    for (uint32_t i = 0; i < rounds; i++) {
        struct memo_key k;
        const uint32_t *got;
        size_t n;

        memcpy(bytes, &i, sizeof i);
        k = key(m, slice_of(bytes, sizeof bytes), 0, 0);
        if (!memo_find(m, &k, &got, &n))
            memo_add(m, &k, &i, 1);
        assert_true(memo_find(m, &k, &got, &n));
        assert_int_equal(*got, i);
    }
    for (uint32_t i = 0; i < rounds; i++) {
        struct memo_key k;
        const uint32_t *got;
        size_t n;

        memcpy(bytes, &i, sizeof i);
        k = key(m, slice_of(bytes, sizeof bytes), 0, 0);
        if (!memo_find(m, &k, &got, &n))
            continue;
        assert_int_equal(*got, i);
        found++;
    }
    assert_true(found > 0 && found < rounds / 2);
    memo_free(m);
}

static void long_values_are_not_kept(void **state)
{
    struct memo *m = memo_new();
    uint8_t *bytes = xcalloc(LIMIT_MEMO_VALUE + 1, 1);
    struct memo_key k = key(m, slice_of(bytes, LIMIT_MEMO_VALUE + 1), 0, 0);
    const uint32_t put = 1, *got;
    size_t n;

    (void)state;
    memo_add(m, &k, &put, 1);
    assert_false(memo_find(m, &k, &got, &n));
    memo_free(m);
    memo_free(NULL);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(sieve_type_and_bytes_tell_apart),
        cmocka_unit_test(equal_hashes_do_not_make_equal_values),
        cmocka_unit_test(values_that_differ_between_the_samples_are_told_apart),
        cmocka_unit_test(a_full_memo_begins_anew),
        cmocka_unit_test(long_values_are_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
