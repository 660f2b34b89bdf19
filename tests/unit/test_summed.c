/* test_summed.c - A source whose checksum is made of what is read of it, in whatever pieces and order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/crc32.h"
#include "base/limits.h"
#include "base/mem.h"
#include "input/source.h"

enum { SIZE = 300000 };

/* Bytes that repeat nowhere near. */
static uint8_t *bytes(void)
{
    uint8_t *p = xcalloc(1, SIZE);
    uint32_t x = 1;

    for (size_t i = 0; i < SIZE; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (uint8_t)(x >> 24);
    }
    return p;
}

static void joined_sums_are_the_sum_of_the_whole(void **state)
{
    uint8_t *p = bytes();
    const size_t at[] = { 0, 1, 7, 4096, 65536, 123457, SIZE };

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        const uint32_t a = crc32_add(0, slice_of(p, at[i]));
        const uint32_t b = crc32_add(0, slice_of(p + at[i], SIZE - at[i]));
        assert_int_equal(crc32_join(a, b, SIZE - at[i]), crc32_add(0, slice_of(p, SIZE)));
    }
    free(p);
}

static void reads(struct source *s, const uint8_t *p, uint64_t at, size_t n)
{
    uint8_t *room = xcalloc(1, n);
    size_t got = 0;

    assert_int_equal(source_read_at(s, at, room, n, &got, NULL), EV_OK);
    assert_memory_equal(room, p + at, got);
    free(room);
}

static void pieces_in_any_order_give_the_sum(void **state)
{
    static const struct {
        uint64_t at;
        size_t n;
    } piece[] = { { 200000, 100000 }, { 0, 4104 },       { 0, 4104 },      { 4096, 65536 },
                  { 4096, 65536 },    { 100000, 50000 }, { 90000, 40000 }, { 299000, 9000 } };

    (void)state;
    for (size_t n = 0; n <= sizeof piece / sizeof *piece; n++) {
        uint8_t *p = bytes();
        const uint32_t crc = crc32_add(0, slice_of(p, SIZE));
        struct source *good = source_summed(source_open_memory(slice_of(p, SIZE), "x"), crc);
        struct source *bad = source_summed(source_open_memory(slice_of(p, SIZE), "x"), crc ^ 1);
        struct ev_err err = { 0 };
        for (size_t i = 0; i < n; i++) {
            reads(good, p, piece[i].at, piece[i].n);
            reads(bad, p, piece[i].at, piece[i].n);
        }
        assert_int_equal(source_settle(good, &err), EV_OK);
        assert_int_equal(source_settle(bad, &err), EV_EFORMAT);
        assert_non_null(strstr(err.text, "does not fit the checksum"));
        source_free(good);
        source_free(bad);
        free(p);
    }
}

static void other_sources_are_settled(void **state)
{
    struct source *s = source_open_memory(SLICE("abc"), "x");

    (void)state;
    assert_int_equal(source_settle(s, NULL), EV_OK);
    source_free(s);
}

static void state_and_path_stay(void **state)
{
    struct source *s = source_open_memory(SLICE("abc"), "dir/x");

    (void)state;
    source_set_state(s, SOURCE_DELETED);
    s = source_summed(s, 0);
    assert_int_equal(source_state(s), SOURCE_DELETED);
    assert_string_equal(source_path(s), "dir/x");
    source_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined_sums_are_the_sum_of_the_whole),
        cmocka_unit_test(pieces_in_any_order_give_the_sum),
        cmocka_unit_test(other_sources_are_settled),
        cmocka_unit_test(state_and_path_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
