/* test_options.c - the command line as it is parsed: kinds, aliases, messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/command.h"
#include "app/options.h"
#include "base/filetime.h"

#define NOW (FILETIME_UNIX_EPOCH + 1000 * 86400 * FILETIME_SECOND)

static int parse(struct options *o, struct ev_err *err, unsigned command, const char *a,
                 const char *b, const char *c)
{
    const char *words[] = { "evtriage", a, b, c, NULL };
    char *argv[5] = { 0 };
    int argc = 0;
    for (; words[argc]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    return options_parse(argc, argv, command, NOW, o, err);
}

static void lists_keep_their_order(void **state)
{
    (void)state;
    struct options o;
    assert_int_equal(parse(&o, NULL, C_SCAN, "-ra", "--rules=b", "-rc"), EV_OK);
    assert_int_equal(o.rules.n, 3);
    assert_string_equal(o.rules.v[0], "a");
    assert_string_equal(o.rules.v[1], "b");
    assert_string_equal(o.rules.v[2], "c");
    options_release(&o);
}

static void an_alias_is_the_option_that_it_stands_after(void **state)
{
    (void)state;
    struct options o;
    assert_int_equal(parse(&o, NULL, C_SCAN, "--min-level", "high", "-tcsv"), EV_OK);
    assert_true(o.has_level);
    assert_int_equal(o.level, LEVEL_HIGH);
    assert_string_equal(o.format, "csv");
    options_release(&o);
}

static void days_count_back_from_now(void **state)
{
    (void)state;
    struct options o;
    assert_int_equal(parse(&o, NULL, C_SCAN, "--from", "-30d", NULL), EV_OK);
    assert_true(o.from == FILETIME_UNIX_EPOCH + 970 * 86400 * FILETIME_SECOND);
    options_release(&o);
}

static void a_date_as_end_means_its_whole_day(void **state)
{
    (void)state;
    struct options o;
    char text[FILETIME_TEXT];
    assert_int_equal(parse(&o, NULL, C_SCAN, "--to", "2026-03-02", NULL), EV_OK);
    filetime_iso(o.to, text);
    assert_string_equal(text, "2026-03-02T23:59:59.9999999Z");
    options_release(&o);
}

static void event_ids_may_be_joined_and_repeated(void **state)
{
    (void)state;
    struct options o;
    assert_int_equal(parse(&o, NULL, C_SCAN, "--event-id=1,4688", "--event-id", "7045"), EV_OK);
    assert_int_equal(o.event_id.n, 3);
    assert_int_equal(o.event_id.v[1], 4688);
    assert_int_equal(o.event_id.v[2], 7045);
    options_release(&o);
}

static void a_lone_dash_is_an_argument(void **state)
{
    (void)state;
    struct options o;
    assert_int_equal(parse(&o, NULL, C_SCAN, "-", "-q", NULL), EV_OK);
    assert_int_equal(o.argument.n, 1);
    assert_string_equal(o.argument.v[0], "-");
    assert_true(o.quiet);
    options_release(&o);
}

static void faults_name_the_option(void **state)
{
    (void)state;
    const struct {
        const char *a, *b, *say;
    } fault[] = {
        { "--levell", NULL, "--levell" },    { "--level", "severe", "severe" },
        { "--level", NULL, "--level" },      { "-Z", NULL, "-Z" },
        { "--from", "yesterday", "--from" }, { "--memory", "lots", "--memory" },
        { "--threads", "0", "--threads" },   { "--event-id", "1,x", "x" },
        { "--event-id", "70000", "70000" },  { "--quiet=1", NULL, "--quiet" },
    };
    for (size_t i = 0; i < sizeof fault / sizeof fault[0]; i++) {
        struct options o;
        struct ev_err err = { 0 };
        assert_int_equal(parse(&o, &err, C_SCAN, fault[i].a, fault[i].b, NULL), EV_EUSAGE);
        assert_non_null(strstr(err.text, fault[i].say));
        options_release(&o);
    }
}

static void a_command_takes_only_its_own_options(void **state)
{
    (void)state;
    struct options o;
    struct ev_err err = { 0 };
    assert_int_equal(parse(&o, &err, C_RULES, "--manifest", "x", NULL), EV_EUSAGE);
    options_release(&o);
}

static void letters_and_names_are_unique(void **state)
{
    (void)state;
    size_t n;
    const struct option_row *r = options_rows(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            if (r[i].group || r[j].group)
                continue;
            assert_string_not_equal(r[i].name, r[j].name);
            if (r[i].letter)
                assert_int_not_equal(r[i].letter, r[j].letter);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_keep_their_order),
        cmocka_unit_test(an_alias_is_the_option_that_it_stands_after),
        cmocka_unit_test(days_count_back_from_now),
        cmocka_unit_test(a_date_as_end_means_its_whole_day),
        cmocka_unit_test(event_ids_may_be_joined_and_repeated),
        cmocka_unit_test(a_lone_dash_is_an_argument),
        cmocka_unit_test(faults_name_the_option),
        cmocka_unit_test(a_command_takes_only_its_own_options),
        cmocka_unit_test(letters_and_names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
