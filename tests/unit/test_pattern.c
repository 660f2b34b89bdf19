/* test_pattern.c - escapes, wildcards and windash of Sigma values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "render_rule.h"

struct row {
    struct slice written;
    const char *tokens;
};
#define ROW(written, tokens)                                                                       \
    {                                                                                              \
        SLICE_INIT(written), tokens                                                                \
    }

static void check(struct arena *a, const struct pattern *p, struct slice written, const char *want)
{
    struct buf b;
    (void)a;
    buf_init(&b, LIMIT_MIB(1));
    render_pattern(p, &b);
    const char *have = render_text(&b);
    if (strcmp(have, want) != 0)
        fail_msg("%.*s: have %s, want %s", SLICE_ARG(written), have, want);
    buf_release(&b);
}

/* The table of notes/sigma.md 1.5, and its neighbours. */
static void backslash_escapes_only_wildcards_and_itself(void **state)
{
    static const struct row rows[] = {
        ROW("a\\b", "'a\\b'"),
        ROW("a\\\\b", "'a\\b'"),
        ROW("a\\*b", "'a*b'"),
        ROW("a\\\\*b", "'a\\'*'b'"),
        ROW("a\\\\\\*b", "'a\\*b'"),
        ROW("a\\\\\\\\*b", "'a\\\\'*'b'"),
        ROW("a\\\\?", "'a\\'?"),
        ROW("\\\\srv\\share", "'\\srv\\share'"),
        ROW("\\\\\\srv", "'\\\\srv'"),
        ROW("\\\\\\\\srv", "'\\\\srv'"),
        ROW("C:\\*", "'C:*'"),
        ROW("C:\\\\*", "'C:\\'*"),
        ROW("a\\", "'a\\'"),
        ROW("a\\\\", "'a\\'"),
        ROW("*\\cmd.exe", "*'\\cmd.exe'"),
        ROW("**", "*"),
        ROW("", ""),
        ROW("%a%", "'%a%'"),
        ROW("\\?", "'?'"),
        ROW("x?"
            "?"
            "?x",
            "'x'?"
            "?"
            "?'x'"),
        ROW("a*b*c", "'a'*'b'*'c'"),
        ROW("*?*", "*?*"),
        ROW("a**b", "'a'*'b'"),
        ROW("\\", "'\\'"),
        ROW("a\0*", "'a\0'*"),
    };
    (void)state;
    struct arena a;
    arena_init(&a, LIMIT_MIB(1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pattern p;
        assert_int_equal(pattern_parse(rows[i].written, &a, &p, NULL), EV_OK);
        check(&a, &p, rows[i].written, rows[i].tokens);
    }
    arena_release(&a);
}

static void padding_comes_after_escapes(void **state)
{
    static const struct {
        struct row row;
        bool front, back;
    } rows[] = {
        { ROW("\\Temp\\", "*'\\Temp\\'*"), true, true },
        { ROW("\\cmd.exe", "*'\\cmd.exe'"), true, false },
        { ROW("C:\\", "'C:\\'*"), false, true },
        { ROW("*x*", "*'x'*"), true, true },
        { ROW("x\\*", "*'x*'*"), true, true },
        { ROW("", "*"), true, true },
        { ROW("", "*"), false, true },
        { ROW("*", "*"), true, true },
        { ROW("?", "*?*"), true, true },
    };
    (void)state;
    struct arena a;
    arena_init(&a, LIMIT_MIB(1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pattern p;
        assert_int_equal(pattern_parse(rows[i].row.written, &a, &p, NULL), EV_OK);
        assert_int_equal(pattern_pad(&p, rows[i].front, rows[i].back, &a), EV_OK);
        check(&a, &p, rows[i].row.written, rows[i].row.tokens);
    }
    arena_release(&a);
}

/* The vectors of notes/sigma.md 1.7; each `-` outside quotes stands for five characters. */
static void windash_varies_dashes_before_words(void **state)
{
    static const struct row rows[] = {
        ROW("--foo", "'-'-'foo'"),
        ROW(" -a -b", "' '-'a '-'b'"),
        ROW("x-y /z", "'x-y '-'z'"),
        ROW("-param-name", "-'param-name'"),
        ROW("/c", "-'c'"),
        ROW("*-x", "*-'x'"),
        ROW("a*-x", "'a'*-'x'"),
        ROW("-*", "'-'*"),
        ROW("-", "'-'"),
        ROW("- x", "'- x'"),
        ROW("-/x", "'-'-'x'"),
        ROW("_-x", "'_-x'"),
        ROW("\xc3\xa9-x", "'\xc3\xa9-x'"),               /* a letter before */
        ROW("-\xc3\xa9", "-'\xc3\xa9'"),                 /* a letter after */
        ROW("\xe2\x80\x93-x", "'\xe2\x80\x93'-'x'"),     /* en dash: left alone, no word */
        ROW("-\xf0\x9f\x98\x80", "'-\xf0\x9f\x98\x80'"), /* emoji: no word */
    };
    (void)state;
    struct arena a;
    arena_init(&a, LIMIT_MIB(1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pattern p;
        assert_int_equal(pattern_parse(rows[i].written, &a, &p, NULL), EV_OK);
        assert_int_equal(pattern_windash(&p, &a), EV_OK);
        check(&a, &p, rows[i].written, rows[i].tokens);
    }
    arena_release(&a);
}

static void finish_folds_unless_cased(void **state)
{
    (void)state;
    struct arena a;
    struct pattern p;
    arena_init(&a, LIMIT_MIB(1));
    assert_int_equal(pattern_parse(SLICE("\\CMD*\xc3\x89"), &a, &p, NULL), EV_OK);
    p.cased = true;
    assert_int_equal(pattern_finish(&p, &a), EV_OK);
    check(&a, &p, SLICE("cased"), "'\\CMD'*'\xc3\x89'c");
    p.cased = false;
    assert_int_equal(pattern_finish(&p, &a), EV_OK);
    check(&a, &p, SLICE("folded"), "'\\cmd'*'\xc3\xa9'");
    arena_release(&a);
}

static void plain_means_one_literal_or_nothing(void **state)
{
    static const struct {
        const char *written;
        bool plain;
    } rows[] = { { "", true }, { "a\\*", true }, { "*", false }, { "a?", false } };
    (void)state;
    struct arena a;
    arena_init(&a, LIMIT_MIB(1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pattern p;
        assert_int_equal(pattern_parse(slice_str(rows[i].written), &a, &p, NULL), EV_OK);
        assert_int_equal(pattern_is_plain(&p), rows[i].plain);
    }
    arena_release(&a);
}

static void too_long_a_value_is_refused(void **state)
{
    (void)state;
    static uint8_t text[LIMIT_LITERAL + 1];
    struct arena a;
    struct pattern p;
    struct ev_err err;
    arena_init(&a, LIMIT_MIB(4));
    memset(text, '*', sizeof text);
    assert_int_equal(pattern_parse(slice_of(text, LIMIT_LITERAL), &a, &p, &err), EV_OK);
    assert_int_equal(p.n, 1);
    assert_int_equal(pattern_parse(slice_of(text, sizeof text), &a, &p, &err), EV_ELIMIT);
    arena_release(&a);
}

static void full_arena_is_an_error(void **state)
{
    (void)state;
    struct arena a;
    struct pattern p;
    arena_init(&a, 64);
    assert_int_equal(pattern_parse(SLICE("a*b*c*d*e*f*g"), &a, &p, NULL), EV_ENOMEM);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backslash_escapes_only_wildcards_and_itself),
        cmocka_unit_test(padding_comes_after_escapes),
        cmocka_unit_test(windash_varies_dashes_before_words),
        cmocka_unit_test(finish_folds_unless_cased),
        cmocka_unit_test(plain_means_one_literal_or_nothing),
        cmocka_unit_test(too_long_a_value_is_refused),
        cmocka_unit_test(full_arena_is_an_error),
    };
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
