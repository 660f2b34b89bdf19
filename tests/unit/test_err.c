/* test_err.c - error values: place, cut texts, names of codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

static void null_error_passes_the_code_through(void **state)
{
    (void)state;
    assert_int_equal(ev_err_set(NULL, EV_EFORMAT, "x"), EV_EFORMAT);
    assert_int_equal(ev_err_errno(NULL, EV_EIO, 2, "x"), EV_EIO);
    assert_int_equal(ev_err_file(NULL, "f"), EV_EIO);
}

static void place_is_rendered(void **state)
{
    struct ev_err e;
    char out[1200];

    (void)state;
    ev_err_set(&e, EV_ESYNTAX, "bad %d", 7);
    assert_string_equal(ev_err_format(&e, out, sizeof out), "bad 7");
    assert_int_equal(ev_err_file(&e, "a.yml"), EV_ESYNTAX);
    assert_string_equal(ev_err_format(&e, out, sizeof out), "a.yml: bad 7");
    ev_err_line(&e, 3, 9);
    assert_string_equal(ev_err_format(&e, out, sizeof out), "a.yml:3:9: bad 7");
    ev_err_offset(&e, UINT64_C(5000000000));
    assert_string_equal(ev_err_format(&e, out, sizeof out), "a.yml: offset 5000000000: bad 7");
}

static void setting_again_forgets_the_place(void **state)
{
    struct ev_err e;
    char out[1200];

    (void)state;
    ev_err_set(&e, EV_ESYNTAX, "one");
    ev_err_file(&e, "f");
    ev_err_line(&e, 1, 1);
    ev_err_set(&e, EV_EIO, "two");
    assert_string_equal(ev_err_format(&e, out, sizeof out), "two");
}

static void long_file_keeps_both_ends(void **state)
{
    struct ev_err e;
    char name[2000];

    (void)state;
    memset(name, 'm', sizeof name);
    name[0] = 'A';
    name[sizeof name - 2] = 'Z';
    name[sizeof name - 1] = '\0';
    ev_err_set(&e, EV_EIO, "x");
    ev_err_file(&e, name);
    assert_int_equal(strlen(e.file), sizeof e.file - 1);
    assert_int_equal(e.file[0], 'A');
    assert_int_equal(e.file[sizeof e.file - 2], 'Z');
    assert_non_null(strstr(e.file, "..."));
}

static void reason_survives_a_long_text(void **state)
{
    struct ev_err e;
    char text[2000];

    (void)state;
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = '\0';
    ev_err_errno(&e, EV_EIO, 2, "%s", text);
    assert_non_null(strstr(e.text, ": No such file or directory"));
    ev_err_errno(&e, EV_EIO, 2, "cannot open");
    assert_string_equal(e.text, "cannot open: No such file or directory");
}

static void small_output_is_terminated(void **state)
{
    struct ev_err e;
    char out[4];

    (void)state;
    ev_err_set(&e, EV_EIO, "abcdef");
    assert_string_equal(ev_err_format(&e, out, sizeof out), "abc");
}

static void every_code_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(ev_rc_name(EV_OK), "ok");
    assert_string_equal(ev_rc_name(EV_EIO), "io");
    assert_string_equal(ev_rc_name(EV_EUSAGE), "usage");
    assert_string_equal(ev_rc_name(EV_EUSAGE - 1), "unknown");
    assert_string_equal(ev_rc_name(1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_error_passes_the_code_through),
        cmocka_unit_test(place_is_rendered),
        cmocka_unit_test(setting_again_forgets_the_place),
        cmocka_unit_test(long_file_keeps_both_ends),
        cmocka_unit_test(reason_survives_a_long_text),
        cmocka_unit_test(small_output_is_terminated),
        cmocka_unit_test(every_code_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
