/* test_glob.c - wildcard patterns, with the vectors of the rule format's reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fold.h"
#include "base/limits.h"
#include "match/glob.h"

enum pad { NONE, CONTAINS, STARTS, ENDS, CASED, WINDASH };

struct vector {
    const char *pattern; /* as in YAML */
    enum pad pad;
    const char *text;
    int offset, length; /* -1: no match */
};

#define NO -1, 0

static const struct vector vectors[] = {
    { "a\\b", NONE, "a\\b", 0, 3 },
    { "a\\\\b", NONE, "A\\B", 0, 3 },
    { "a\\*b", NONE, "a*b", 0, 3 },
    { "a\\*b", NONE, "axb", NO },
    { "a\\\\*b", NONE, "a\\xyzb", 0, 6 },
    { "a\\\\\\*b", NONE, "a\\*b", 0, 4 },
    { "a\\\\\\*b", NONE, "a\\xb", NO },
    { "a\\\\\\\\*b", NONE, "a\\\\xb", 0, 5 },
    { "a\\\\?", NONE, "a\\x", 0, 3 },
    { "a\\\\?", NONE, "a\\", NO },
    { "\\\\srv\\share", NONE, "\\srv\\share", 0, 10 },
    { "\\\\\\srv", NONE, "\\\\srv", 0, 5 },
    { "C:\\*", NONE, "C:\\x", NO },
    { "C:\\\\*", NONE, "c:\\x", 0, 3 },
    { "a\\", NONE, "a\\", 0, 2 },
    { "*\\cmd.exe", NONE, "C:\\Windows\\CMD.EXE", 10, 8 },
    { "*\\cmd.exe", NONE, "C:\\Windows\\cmd.exe ", NO },
    { "**", NONE, "anything", 0, 0 },
    { "**", NONE, "", 0, 0 },
    { "", NONE, "", 0, 0 },
    { "", NONE, "x", NO },
    { "\\Temp\\", CONTAINS, "C:\\TEMP\\x", 2, 6 },
    { "\\Temp\\", CONTAINS, "C:\\temp", NO },
    { "ab", STARTS, "ABC", 0, 2 },
    { "ab", STARTS, "cab", NO },
    { "ab", ENDS, "cab", 1, 2 },
    { "ab", ENDS, "abc", NO },
    { "ab", ENDS, "ab", 0, 2 },
    { "ab", CASED, "ab", 0, 2 },
    { "ab", CASED, "aB", NO },
    { "?", NONE, "\xc3\xa9", 0, 2 },
    { "?", NONE, "\xf0\x9f\x98\x80", 0, 4 },
    { "?", NONE, "ab", NO },
    { "?", NONE, "\n", 0, 1 },
    { "a*b", NONE, "a\n\nb", 0, 4 },
    { "\xc3\x89", NONE, "\xc3\xa9", 0, 2 },
    { "x*x", NONE, "x", NO },
    { "x*x", NONE, "xx", 0, 2 },
    { "ab*ba", NONE, "aba", NO },
    { "*ab*ab*", NONE, "xabyabz", 1, 5 },
    { "*a?c*", NONE, "abbabc", 3, 3 },
    { "*a?", NONE, "baab", 2, 2 },
    { "a?c", CONTAINS,
      "xa\xe2\x82\xac"
      "c",
      1, 5 },
    { "*b*a", NONE, "ab", NO },
    { "*aab", NONE, "aaab", 1, 3 },
    { "*??", NONE, "\xe2\x84\xaa", NO },
    { "*b?", NONE, "ab\xc3\xa9", 1, 3 },
    { "b?", ENDS, "ab\xf0\x9f\x98\x80", 1, 5 },
    { "?", ENDS, "\x84\xaa", 1, 1 },
    { " -enc ", WINDASH, "x /ENC y", 1, 6 },
    { " -enc ", WINDASH,
      "x \xe2\x80\x95"
      "enc y",
      1, 8 },
    { " -enc ", WINDASH,
      "x \xe2\x80\x92"
      "enc y",
      NO },
    { " -a -b", WINDASH,
      "x /a \xe2\x80\x93"
      "b",
      1, 8 },
    { "--foo", WINDASH, "-/foo", 0, 5 },
    { "--foo", WINDASH, "//foo", NO },
};

static struct pattern make(const struct vector *v, struct arena *a)
{
    struct pattern p;

    assert_int_equal(pattern_parse(slice_str(v->pattern), a, &p, NULL), EV_OK);
    if (v->pad == WINDASH)
        assert_int_equal(pattern_windash(&p, a), EV_OK);
    p.cased = v->pad == CASED;
    if (v->pad == CONTAINS || v->pad == ENDS || v->pad == STARTS || v->pad == WINDASH)
        assert_int_equal(pattern_pad(&p, v->pad != STARTS, v->pad != ENDS, a), EV_OK);
    assert_int_equal(pattern_finish(&p, a), EV_OK);
    return p;
}

static void patterns_match_as_the_format_says(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a, LIMIT_MIB(16));
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const struct vector *v = &vectors[i];
        struct pattern p = make(v, &a);
        struct slice text = slice_str(v->text);
        size_t offset = 99, length = 99;
        bool matched = glob_match(&p, p.cased ? text : fold_slice(text, &a), &offset, &length);

        if (matched != (v->offset >= 0))
            fail_msg("\"%s\" on \"%s\": %d", v->pattern, v->text, matched);
        if (matched && ((int)offset != v->offset || (int)length != v->length))
            fail_msg("\"%s\" on \"%s\": at %zu, %zu", v->pattern, v->text, offset, length);
    }
    arena_release(&a);
}

/* By definition: tries every way to stretch every star. */
static bool slow(const struct token *t, size_t n, struct slice s)
{
    if (n == 0)
        return s.n == 0;
    if (t->kind == TOKEN_ANY)
        return slow(t + 1, n - 1, s) || (s.n > 0 && slow(t, n, slice_sub(s, 1, s.n)));
    if (t->kind == TOKEN_ONE)
        return s.n > 0 && slow(t + 1, n - 1, slice_sub(s, 1, s.n));
    return slice_starts(s, t->literal) && slow(t + 1, n - 1, slice_sub(s, t->literal.n, s.n));
}

/* All patterns up to five characters of "ab*?" on all texts up to six of "ab". */
static void greedy_search_agrees_with_the_definition(void **state)
{
    struct arena a;
    char pattern[8], text[8];

    (void)state;
    arena_init(&a, LIMIT_MIB(64));
    for (unsigned code = 0; code < 1u << 10; code++) {
        for (size_t n = 0; n <= 5; n++) {
            struct pattern p;

            for (size_t i = 0; i < n; i++)
                pattern[i] = "ab*?"[code >> (2 * i) & 3];
            assert_int_equal(pattern_parse(slice_of(pattern, n), &a, &p, NULL), EV_OK);
            assert_int_equal(pattern_finish(&p, &a), EV_OK);
            for (unsigned bits = 0; bits < 128; bits++) {
                size_t len = bits % 7, o, l;

                for (size_t i = 0; i < len; i++)
                    text[i] = "ab"[bits >> i & 1];
                struct slice s = slice_of(text, len);
                if (glob_match(&p, s, &o, &l) != slow(p.token, p.n, s))
                    fail_msg("\"%.*s\" on \"%.*s\"", (int)n, pattern, (int)len, text);
            }
        }
        arena_reset(&a);
    }
    arena_release(&a);
}

static void hostile_stars_cost_little(void **state)
{
    struct arena a;
    struct pattern p;
    static char text[200000];
    size_t o, l;

    (void)state;
    arena_init(&a, LIMIT_MIB(16));
    memset(text, 'a', sizeof text);
    assert_int_equal(pattern_parse(SLICE("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b*a"), &a, &p, NULL), 0);
    assert_int_equal(pattern_finish(&p, &a), EV_OK);
    assert_false(glob_match(&p, slice_of(text, sizeof text), &o, &l));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_the_format_says),
        cmocka_unit_test(greedy_search_agrees_with_the_definition),
        cmocka_unit_test(hostile_stars_cost_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
