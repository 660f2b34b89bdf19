/* test_guard.c - what is read out of regular expressions, and chains of one mark against PCRE2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fold.h"
#include "base/limits.h"
#include "match/guard.h"
#include "match/regex.h"

struct vector {
    const char *regex;
    const char *guard; /* alternatives joined with a blank; empty: none */
};

static const struct vector vectors[] = {
    { "cmd\\.exe", "cmd.exe" },
    { "cmd\\.exe$", "cmd.exe" },
    { "abc|defg", "abc defg" },
    { "abc|x", "" },         /* one alternative has none */
    { "abcd?", "abc" },      /* d may be missing */
    { "abcd*efgh", "efgh" }, /* likewise */
    { "abcd+ef", "abcd" },   /* d may be there twice */
    { "abcd{0,3}e", "abc" },
    { "abcd{2}e", "abcd" },
    { "(foo)?barbar", "barbar" }, /* groups are passed over */
    { "(?:a|b)cdef", "cdef" },
    { "[abc]defg", "defg" },
    { "[]x]defg", "defg" },
    { "[^]x]defg", "defg" },
    { "[Cc][Mm][Dd]", "cmd" },
    { "[Cc]?md5x", "md5x" },
    { "\\d+foo\\s", "foo" },
    { "\\x41bcd", "" }, /* what follows \x is no text */
    { "\\1bcd", "" },
    { "\\Qa.b\\E", "" },
    { "\\p{L}abc", "" },
    { "(?x)a b c", "" },
    { "(?i)ABC", "abc" },
    { "(?#)comment)abcd", "" },
    { "(*UTF)abcd", "" },
    { "a{,3}bcd", "" }, /* a quantifier to newer versions */
    { "[[:alpha:]]abcd", "" },
    { "\\w+`\\w", "`" }, /* one mark that is rare */
    { "e", "" },
    { "\\.", "" },
    { "", "" },
    { ".*", "" },
    { "caf\xc3\xa9xyz", "caf" }, /* ASCII only */
    { "\\n\\n", "\n\n" },
    { "abc)", "" },
    { "(abc", "" },
};

static struct test regex_test(const char *text, bool icase)
{
    struct test t = { .kind = TEST_REGEX };

    t.u.regex.pattern = slice_str(text);
    t.u.regex.icase = icase;
    return t;
}

static void guards_are_what_must_stand_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct test t = regex_test(vectors[i].regex, false);
        struct arena a;
        struct guard g;
        char all[200] = "";
        size_t n = 0;

        arena_init(&a, LIMIT_MIB(1));
        guard_init(&g, &t, &a);
        for (size_t k = 0; k < g.n; k++)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s", k ? " " : "",
                                  SLICE_ARG(g.literal[k]));
        if (strcmp(all, vectors[i].guard) != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", vectors[i].regex, all, vectors[i].guard);
        arena_release(&a);
    }
}

static void excludes(const char *regex, bool icase, const char *text, bool expected)
{
    struct test t = regex_test(regex, icase);
    struct arena a;
    struct guard g;

    arena_init(&a, LIMIT_MIB(1));
    guard_init(&g, &t, &a);
    assert_int_equal(guard_excludes(&g, fold_slice(slice_str(text), &a)), expected);
    arena_release(&a);
}

static void texts_without_the_guard_are_excluded(void **state)
{
    (void)state;
    excludes("cmd\\.exe", false, "C:\\CMD.EXE", false); /* folded: the engine decides */
    excludes("cmd\\.exe", false, "powershell", true);
    excludes("\\d", false, "powershell", false);
    /* The Kelvin sign is a k to PCRE2 without case. */
    excludes("kiwi", true, "\xe2\x84\xaaiwi", false);
    excludes("kiwi", false, "\xe2\x84\xaaiwi", true);
}

static const char *const expressions[] = {
    "cmd\\.exe$", "^\\\\cmd",    "(?i)CMD\\.EXE", "aaa+b",    "abab|aaab", "a.*b",
    "(a|b)+enc",  "[ab]{2}e",    "ken?",          "\\bab\\b", "a{3}",      "aab?a",
    "(a+)+b",     "x{0}abab",    "(?:ab)?\\.exe", "[^a]+bab", "[Aa]b",     "a+?b",
    "a*+b",       "(?=ab)aba",   "a{0}b{1,}ab",   "\\+.*\\+", "`.*`.*`",   "\\+a?\\+",
    "\\..*\\.",   "(?s)\\+.*\\+"
};

/* Whatever matches holds its guard, by the engine itself on many short texts. */
static void what_matches_is_never_excluded(void **state)
{
    static const char letters[] = "abenc.+`\nA";
    struct regex_state *rs = regex_state_new();
    uint64_t seed = 3;
    size_t yes = 0, offset, length;

    (void)state;
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        struct test t = regex_test(expressions[i], i % 2);
        struct arena a;
        struct guard g;
        struct regex *r = NULL;

        arena_init(&a, LIMIT_MIB(16));
        guard_init(&g, &t, &a);
        assert_int_equal(regex_new(&t, &r, NULL), EV_OK);
        for (int k = 0; k < 20000; k++) {
            uint8_t text[12];
            size_t n = 0;
            struct slice s;

            for (; n < sizeof text && n < (seed >> 60); n++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
                text[n] = (uint8_t)letters[(seed >> 33) % (sizeof letters - 1)];
            }
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            s = slice_of(text, n);
            if (regex_search(r, rs, s, &offset, &length) != REGEX_YES)
                continue;
            yes++;
            if (guard_excludes(&g, fold_slice(s, &a)))
                fail_msg("%s matches \"%.*s\"", expressions[i], SLICE_ARG(s));
        }
        regex_free(r);
        arena_release(&a);
    }
    assert_true(yes > 1000);
    regex_state_free(rs);
}

/* The same expression with a group around it is none that is counted. */
static void chains_are_found_where_the_engine_finds_them(void **state)
{
    static const char *const pairs[][2] = { { "\\+.*\\+", "(?:\\+).*\\+" },
                                            { "`.*`.*`", "(?:`).*`.*`" },
                                            { "\\..*\\..*\\.", "(?:\\.).*\\..*\\." } };
    static const char letters[] = "ab.+`\n\r";
    struct regex_state *rs = regex_state_new();
    uint64_t seed = 5;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct test t[2] = { regex_test(pairs[i][0], false), regex_test(pairs[i][1], false) };
        struct regex *r[2];

        assert_int_equal(regex_new(&t[0], &r[0], NULL), EV_OK);
        assert_int_equal(regex_new(&t[1], &r[1], NULL), EV_OK);
        for (int k = 0; k < 50000; k++) {
            uint8_t text[10];
            size_t n = (seed >> 58) % 11, offset[2] = { 0 }, length[2] = { 0 };
            enum regex_answer answer[2];

            for (size_t j = 0; j < n; j++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
                text[j] = (uint8_t)letters[(seed >> 33) % (sizeof letters - 1)];
            }
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            for (int side = 0; side < 2; side++)
                answer[side] =
                    regex_search(r[side], rs, slice_of(text, n), &offset[side], &length[side]);
            if (answer[0] != answer[1] || offset[0] != offset[1] || length[0] != length[1])
                fail_msg("%s on \"%.*s\": %zu+%zu, not %zu+%zu", pairs[i][0], (int)n,
                         (const char *)text, offset[0], length[0], offset[1], length[1]);
        }
        regex_free(r[0]);
        regex_free(r[1]);
    }
    regex_state_free(rs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guards_are_what_must_stand_there),
        cmocka_unit_test(texts_without_the_guard_are_excluded),
        cmocka_unit_test(what_matches_is_never_excluded),
        cmocka_unit_test(chains_are_found_where_the_engine_finds_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
