/* test_keyed.c - a table that forgets: against a plain list, over many random steps. */
#include "detect_fake.h"

#include "detect/keyed.h"

#define KEYS 300

static struct slice key_of(uint32_t i, char text[16])
{
    return slice_of(text, (size_t)snprintf(text, 16, "k%u", i));
}

static void agrees_with_a_list_whatever_comes_and_goes(void **state)
{
    struct keyed k;
    uint64_t want[KEYS] = { 0 };
    uint32_t random = 3;
    size_t n = 0;
    char text[16];
    (void)state;
    keyed_init(&k, 1);
    for (int step = 0; step < 50000; step++) {
        uint32_t i = fake_random(&random) % KEYS;
        if (fake_random(&random) % 5 < 2) {
            keyed_remove(&k, key_of(i, text));
            n -= want[i] > 0;
            want[i] = 0;
        } else {
            ++*keyed_put(&k, key_of(i, text));
            n += want[i]++ == 0;
        }
        assert_int_equal(k.n, n);
        i = fake_random(&random) % KEYS;
        const uint64_t *at = keyed_get(&k, key_of(i, text));
        assert_int_equal(at ? *at : 0, want[i]);
    }
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint64_t *at = keyed_get(&k, key_of(i, text));
        assert_int_equal(at ? *at : 0, want[i]);
    }
    keyed_release(&k);
}

static void empty_table_and_empty_key(void **state)
{
    struct keyed k;
    (void)state;
    keyed_init(&k, 1);
    assert_null(keyed_get(&k, SLICE("")));
    keyed_remove(&k, SLICE("x"));
    *keyed_put(&k, SLICE("")) = 5;
    assert_int_equal(*keyed_get(&k, SLICE("")), 5);
    keyed_remove(&k, SLICE(""));
    assert_null(keyed_get(&k, SLICE("")));
    keyed_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_list_whatever_comes_and_goes),
        cmocka_unit_test(empty_table_and_empty_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
