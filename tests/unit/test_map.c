/* test_map.c - tables and vectors: many keys, order of insertion, caps; checked allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

#define MANY 100000

static void many_keys_are_all_found(void **state)
{
    char(*key)[12] = xcalloc(MANY, sizeof *key);
    struct map m;
    bool fresh;

    (void)state;
    map_init(&m, map_seed());
    for (size_t i = 0; i < MANY; i++) {
        snprintf(key[i], sizeof key[i], "k%zu", i * 7);
        *map_put(&m, slice_str(key[i]), 0, &fresh) = i;
        assert_true(fresh);
    }
    assert_int_equal(m.n, MANY);
    for (size_t i = 0; i < MANY; i++) {
        uint64_t *v = map_get(&m, slice_str(key[i]));

        assert_non_null(v);
        assert_int_equal(*v, i);
        assert_true(slice_eq(m.entry[i].key, slice_str(key[i])));
    }
    assert_null(map_get(&m, SLICE("k1")));
    map_release(&m);
    free(key);
}

static void second_put_keeps_the_value(void **state)
{
    struct map m;
    bool fresh = false;

    (void)state;
    map_init(&m, 0);
    assert_null(map_get(&m, SLICE("a")));
    assert_int_equal(*map_put(&m, SLICE("a"), 5, &fresh), 5);
    assert_true(fresh);
    assert_int_equal(*map_put(&m, SLICE("a"), 9, &fresh), 5);
    assert_false(fresh);
    assert_int_equal(*map_put(&m, SLICE(""), 1, NULL), 1);
    assert_int_equal(*map_get(&m, SLICE_ABSENT), 1);
    map_clear(&m);
    assert_null(map_get(&m, SLICE("a")));
    assert_int_equal(*map_put(&m, SLICE("a"), 9, &fresh), 9);
    assert_true(fresh);
    map_release(&m);
}

static void vector_stops_at_its_cap(void **state)
{
    VEC(uint64_t) v = { NULL, 0, 0 };

    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        assert_true(vec_push(&v, 1000, i));
    assert_false(vec_push(&v, 1000, 1));
    assert_int_equal(v.n, 1000);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(v.v[i], i);
    vec_release(&v);
    assert_null(v.v);
}

static void products_that_overflow_are_refused(void **state)
{
    (void)state;
    assert_null(try_realloc(NULL, SIZE_MAX / 2, 3));
    assert_null(try_realloc(NULL, SIZE_MAX, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_keys_are_all_found),
        cmocka_unit_test(second_put_keeps_the_value),
        cmocka_unit_test(vector_stops_at_its_cap),
        cmocka_unit_test(products_that_overflow_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
