/* test_shelf.c - rows kept for a page: serious ones first, in order, in memory or on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "out/shelf.h"

static void add(struct shelf *s, enum rule_level level, const char *row)
{
    assert_int_equal(shelf_add(s, level, slice_str(row), NULL), EV_OK);
}

static void assert_rows(struct shelf *s, const char *want)
{
    struct buf b;
    int rc;
    buf_init(&b, 1 << 20);
    while ((rc = shelf_next(s, &b, NULL)) > 0)
        continue;
    assert_int_equal(rc, 0);
    buf_byte(&b, '\0');
    assert_string_equal((char *)b.p, want);
    buf_release(&b);
}

static void all_rows_come_back_in_order(void **state)
{
    (void)state;
    uint64_t shown[LEVEL_CRITICAL + 1];
    struct shelf *s = shelf_new(10, 1000, NULL);
    add(s, LEVEL_LOW, "a");
    add(s, LEVEL_CRITICAL, "b");
    add(s, LEVEL_LOW, "c");
    assert_int_equal(shelf_choose(s, shown), 3);
    assert_int_equal(shown[LEVEL_LOW], 2);
    assert_int_equal(shown[LEVEL_CRITICAL], 1);
    assert_int_equal(shown[LEVEL_HIGH], 0);
    assert_rows(s, "abc");
    assert_int_equal(shelf_choose(s, shown), 3); /* may be asked again */
    assert_rows(s, "abc");
    shelf_free(s);
    shelf_free(NULL);
}

static void serious_rows_go_first(void **state)
{
    (void)state;
    uint64_t shown[LEVEL_CRITICAL + 1];
    struct shelf *s = shelf_new(3, 1000, NULL);
    add(s, LEVEL_LOW, "a");
    add(s, LEVEL_INFORMATIONAL, "b");
    add(s, LEVEL_LOW, "c");
    add(s, LEVEL_CRITICAL, "D");
    add(s, LEVEL_LOW, "e");
    assert_false(shelf_wants(s, LEVEL_LOW));
    assert_true(shelf_wants(s, LEVEL_HIGH));
    add(s, LEVEL_LOW, "f");
    add(s, LEVEL_HIGH, "G");
    assert_int_equal(shelf_choose(s, shown), 3);
    assert_int_equal(shown[LEVEL_LOW], 1);
    assert_int_equal(shown[LEVEL_INFORMATIONAL], 0);
    assert_rows(s, "aDG");
    shelf_free(s);
}

static void bytes_are_bounded_too(void **state)
{
    (void)state;
    uint64_t shown[LEVEL_CRITICAL + 1];
    struct shelf *s = shelf_new(100, 20, NULL);
    for (int i = 0; i < 5; i++)
        add(s, LEVEL_LOW, "123456789");
    assert_int_equal(shelf_choose(s, shown), 2);
    add(s, LEVEL_HIGH, "abcdefghi");
    assert_int_equal(shelf_choose(s, shown), 2);
    assert_rows(s, "123456789abcdefghi");
    shelf_free(s);
}

static void rows_beyond_memory_lie_on_disk(void **state)
{
    (void)state;
    enum { ROWS = 3000, LONG = 10000 };
    uint64_t shown[LEVEL_CRITICAL + 1];
    char row[LONG + 1];
    struct buf b;
    struct shelf *s = shelf_new(ROWS, UINT64_MAX, "/tmp");
    for (int i = 0; i < ROWS; i++) { /* 30 MB */
        memset(row, 'a' + i % 26, LONG);
        snprintf(row, sizeof row, "%d", i);
        assert_int_equal(shelf_add(s, LEVEL_LOW, slice_of(row, LONG), NULL), EV_OK);
    }
    assert_int_equal(shelf_choose(s, shown), ROWS);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < ROWS; i++) {
        buf_clear(&b);
        assert_int_equal(shelf_next(s, &b, NULL), 1);
        assert_int_equal(b.n, LONG);
        assert_int_equal(strtol((char *)b.p, NULL, 10), i);
        assert_int_equal(b.p[LONG - 1], 'a' + i % 26);
    }
    assert_int_equal(shelf_next(s, &b, NULL), 0);
    buf_release(&b);
    shelf_free(s);
}

static void missing_folder_is_an_error(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    static char row[LONG];
    struct ev_err err;
    int rc = EV_OK;
    struct shelf *s = shelf_new(100, UINT64_MAX, "/nonexistent/folder");
    for (int i = 0; i < 20 && rc == EV_OK; i++)
        rc = shelf_add(s, LEVEL_LOW, slice_of(row, LONG), &err);
    assert_int_equal(rc, EV_EIO);
    assert_string_equal(err.file, "/nonexistent/folder");
    shelf_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows_come_back_in_order),
        cmocka_unit_test(serious_rows_go_first),
        cmocka_unit_test(bytes_are_bounded_too),
        cmocka_unit_test(rows_beyond_memory_lie_on_disk),
        cmocka_unit_test(missing_folder_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
