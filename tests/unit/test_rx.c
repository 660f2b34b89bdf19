/* test_rx.c - expressions read into trees, and written for engines that compare whole texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/rx.h"

static void put_point(uint32_t c, struct buf *out)
{
    uint8_t b[4];

    if (c == '\n')
        buf_str(out, "<LF>");
    else
        buf_put(out, b, utf8_encode(c, b));
}

static const struct rx_style style = { .open = "(",
                                       .start = "<",
                                       .end = ">",
                                       .text_end = ">>",
                                       .edge = "|",
                                       .no_edge = "/",
                                       .any = "@",
                                       .any_run = "~",
                                       .point = put_point,
                                       .in_set = put_point };

struct fixture {
    struct arena a;
    struct buf out;
};

static void set_up(struct fixture *f)
{
    arena_init(&f->a, LIMIT_MIB(4));
    buf_init(&f->out, LIMIT_KIB(64));
}

static void tear_down(struct fixture *f)
{
    arena_release(&f->a);
    buf_release(&f->out);
}

static int parse(struct fixture *f, const char *text, struct rx **ret, struct ev_err *err)
{
    const struct test t = { .kind = TEST_REGEX, .u.regex.pattern = slice_str(text) };

    return rx_parse(&t, &f->a, ret, err);
}

static void written_as(const char *text, const char *want)
{
    struct fixture f;
    struct ev_err err = { 0 };
    struct rx *r = NULL;

    set_up(&f);
    assert_int_equal(parse(&f, text, &r, &err), EV_OK);
    rx_print(r, &style, &f.out);
    buf_byte(&f.out, 0);
    assert_string_equal((const char *)f.out.p, want);
    tear_down(&f);
}

static void whole_is(const char *text, const char *want)
{
    struct fixture f;
    struct ev_err err = { 0 };
    struct rx *r = NULL;

    set_up(&f);
    assert_int_equal(parse(&f, text, &r, &err), EV_OK);
    assert_int_equal(rx_whole(r, &f.a, &r, &err), EV_OK);
    rx_print(r, &style, &f.out);
    buf_byte(&f.out, 0);
    assert_string_equal((const char *)f.out.p, want);
    tear_down(&f);
}

static void refused(const char *text, const char *why)
{
    struct fixture f;
    struct ev_err err = { 0 };
    struct rx *r = NULL;

    set_up(&f);
    assert_int_equal(parse(&f, text, &r, &err), EV_EUNSUPPORTED);
    assert_non_null(strstr(err.text, why));
    tear_down(&f);
}

static void sets_are_written_out(void **state)
{
    (void)state;
    written_as("a\\d[^x]\\w", "a[0-9][^x][0-9A-Z_a-z]");
    written_as(".", "[^<LF>]");
    written_as("[\\s\\S]", "@");
    written_as("[a-cb-e-]", "[-a-e]");
    written_as("[]a]", "[]a]");
}

static void flags_hold_to_the_end_of_their_group(void **state)
{
    (void)state;
    written_as("(?i)a1(?-i)b", "[Aa]1b");
    written_as("(?i:a)b", "[Aa]b");
    written_as("(a(?i)b|c)d", "(a[Bb]|[Cc])d");
    written_as("(?s).", "@");
}

static void repeats_are_greedy_whatever_they_were(void **state)
{
    (void)state;
    written_as("a*?b+?c??d{2}e{2,}f{2,3}?g{,2}", "a*b+c?d{2}e{2,}f{2,3}g{,2}");
    written_as("(?:ab)*", "(ab)*");
    written_as("(?s).*", "~");
}

static void anchors_become_room_for_any_text(void **state)
{
    (void)state;
    whole_is("ab", "~ab~");
    whole_is("^ab$", "ab<LF>?");
    whole_is("^a|b\\z", "a~|~b");
    whole_is("(^a|b)", "a~|~b~");
}

static void what_other_engines_lack_is_refused(void **state)
{
    (void)state;
    refused("a(?=b)", "look-around");
    refused("(a)\\1", "escape");
    refused("a++", "possessive");
    refused("(?m)^a", "each line");
    refused("[[:alpha:]]", "named class");
    refused("\\p{L}", "escape");
    refused("(?i)é", "beyond ASCII");
    refused("a{1001}", "1000");
    refused("a)", ") without");
    refused("(a", "without an end");
}

static void deep_nesting_ends(void **state)
{
    char text[4096];
    (void)state;

    memset(text, '(', sizeof text);
    text[sizeof text - 1] = 0;
    refused(text, "too many groups");
}

static void patterns_hold_both_cases(void **state)
{
    struct fixture f;
    struct fold_inverse inverse;
    struct pattern p = { 0 };
    (void)state;

    set_up(&f);
    fold_inverse_init(&inverse);
    assert_int_equal(pattern_parse(SLICE("*\xc3\x89"
                                         "B?"),
                                   &f.a, &p, NULL),
                     EV_OK);
    assert_int_equal(pattern_finish(&p, &f.a), EV_OK);
    rx_print(rx_of_pattern(&p, &inverse, &f.a), &style, &f.out);
    buf_byte(&f.out, 0);
    assert_string_equal((const char *)f.out.p, "~[\xc3\x89\xc3\xa9][Bb]@");
    fold_inverse_release(&inverse);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_written_out),
        cmocka_unit_test(flags_hold_to_the_end_of_their_group),
        cmocka_unit_test(repeats_are_greedy_whatever_they_were),
        cmocka_unit_test(anchors_become_room_for_any_text),
        cmocka_unit_test(what_other_engines_lack_is_refused),
        cmocka_unit_test(deep_nesting_ends),
        cmocka_unit_test(patterns_hold_both_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
