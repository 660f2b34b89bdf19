/* test_words.c - a value that holds a keyword is never passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "match/words.h"

static const char *const word[] = { "sekurlsa::", "\\mimilib.dll", "eo.oe.kiwi", "kerberos::ptt" };

struct set {
    struct arena arena;
    struct atoms atoms;
    struct words words;
    struct token token[8];
    struct pattern pattern[8];
};

/* A set of keywords. */
static struct set *set_new(const char *const *text, size_t n)
{
    struct set *s = xcalloc(1, sizeof *s);
    struct rarity *r = xcalloc(1, sizeof *r);
    struct test test = { .kind = TEST_PATTERN };
    uint32_t *chosen = xcalloc(n, sizeof *chosen);

    arena_init(&s->arena, 1 << 20);
    atoms_init(&s->atoms, &s->arena);
    for (size_t i = 0; i < n; i++) {
        s->token[i] = (struct token){ TOKEN_LITERAL, slice_str(text[i]) };
        s->pattern[i] = (struct pattern){ &s->token[i], 1, false };
        atoms_pattern(&s->atoms, ATOM_ANY_FIELD, &s->pattern[i], &test);
    }
    rarity_init(r);
    words_choose(&s->atoms, r, chosen);
    words_init(&s->words);
    for (size_t i = 0; i < n; i++)
        words_add(&s->words, chosen[i]);
    free(chosen);
    free(r);
    return s;
}

static void set_free(struct set *s)
{
    atoms_release(&s->atoms);
    arena_release(&s->arena);
    free(s);
}

/* The text as UTF-16, at the end of its own memory, so that a tool sees who reads beyond it. */
static bool may_utf16(const struct words *w, const char *text)
{
    size_t n = strlen(text);
    uint8_t *b = malloc(2 * n + 1);
    bool may;

    for (size_t i = 0; i < n; i++) {
        b[2 * i] = (uint8_t)text[i];
        b[2 * i + 1] = 0;
    }
    may = words_may_stand(w, &(struct value){ b, (uint32_t)(2 * n), VALUE_UTF16 });
    free(b);
    return may;
}

static bool may_utf8(const struct words *w, const char *text)
{
    size_t n = strlen(text);
    uint8_t *b = malloc(n + 1);
    bool may;

    memcpy(b, text, n);
    may = words_may_stand(w, &(struct value){ b, (uint32_t)n, VALUE_UTF8 });
    free(b);
    return may;
}

static void words_are_found_wherever_they_stand(void **state)
{
    struct set *s = set_new(word, 4);

    (void)state;
    for (size_t before = 0; before < 70; before++)
        for (size_t after = 0; after < 40; after++)
            for (size_t k = 0; k < 4; k++) {
                char text[160];

                snprintf(text, sizeof text, "%.*s%s%.*s", (int)before,
                         "the quick brown fox jumps over the lazy dog, and over the lazy dog again",
                         word[k], (int)after, "the quick brown fox jumps over the lazy dog");
                for (char *c = text + before; k % 2 && *c; c += 2)
                    *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
                assert_true(may_utf16(&s->words, text));
                assert_true(may_utf8(&s->words, text));
            }
    set_free(s);
}

static void plain_texts_are_passed_over(void **state)
{
    struct set *s = set_new(word, 4);

    (void)state;
    assert_false(
        may_utf16(&s->words, "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule"));
    assert_false(
        may_utf8(&s->words, "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule"));
    assert_false(may_utf16(&s->words, "short"));
    assert_false(may_utf16(&s->words, ""));
    set_free(s);
}

static void what_goes_beyond_ascii_may_hold_a_word(void **state)
{
    struct set *s = set_new(word, 4);
    const uint8_t kelvin[] = "s\0e\0\x2a\x21u\0r\0l\0s\0a\0:\0:\0";

    (void)state;
    assert_true(words_may_stand(&s->words, &(struct value){ kelvin, 20, VALUE_UTF16 }));
    assert_true(may_utf8(&s->words, "a text of some length with \xe2\x84\xaa in it"));
    set_free(s);
}

static void words_without_a_pair_may_stand_anywhere(void **state)
{
    static const char *const one[] = { "sekurlsa::", "x" };
    struct set *s = set_new(one, 2);

    (void)state;
    assert_true(may_utf16(&s->words, "nothing"));
    assert_true(words_may_stand(&s->words, &(struct value){ NULL, 0, VALUE_UTF16 }));
    set_free(s);
}

static void types_other_than_text_are_not_judged(void **state)
{
    struct set *s = set_new(word, 4);
    const uint8_t number[] = { 1, 2, 3, 4 };

    (void)state;
    assert_true(words_may_stand(&s->words, &(struct value){ number, 4, VALUE_U32 }));
    set_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_wherever_they_stand),
        cmocka_unit_test(plain_texts_are_passed_over),
        cmocka_unit_test(what_goes_beyond_ascii_may_hold_a_word),
        cmocka_unit_test(words_without_a_pair_may_stand_anywhere),
        cmocka_unit_test(types_other_than_text_are_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
