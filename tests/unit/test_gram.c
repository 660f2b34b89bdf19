/* test_gram.c - literals in texts, long and short, against a search one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "match/gram.h"
#include "match/tiny.h"

#define LITERALS 400

struct bench {
    struct rarity rarity;
    uint8_t bytes[LITERALS][12];
    struct literal literal[LITERALS];
    uint32_t which[LITERALS], tried[LITERALS], v[LITERALS];
    size_t n;
    struct found found;
    uint64_t seed;
};

static unsigned pick(struct bench *b, unsigned n)
{
    b->seed = b->seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (unsigned)((b->seed >> 33) % n);
}

static int setup(void **state)
{
    struct bench *b = xcalloc(1, sizeof *b);

    rarity_init(&b->rarity);
    b->found = (struct found){ .tried = b->tried, .v = b->v };
    b->seed = 7;
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void add(struct bench *b, const char *text, enum anchor anchor)
{
    b->which[b->n] = (uint32_t)b->n;
    b->literal[b->n++] = (struct literal){ slice_str(text), (uint8_t)anchor };
}

static bool has(const struct bench *b, size_t literal)
{
    for (size_t i = 0; i < b->found.n; i++)
        if (b->found.v[i] == literal)
            return true;
    return false;
}

static void next_text(struct bench *b)
{
    b->found.round++;
    b->found.n = 0;
}

static bool stands(const struct literal *l, struct slice text)
{
    if (l->anchor == ANCHOR_START)
        return slice_starts(text, l->bytes);
    if (l->anchor == ANCHOR_END)
        return slice_ends(text, l->bytes);
    return slice_find(text, l->bytes) != SIZE_MAX;
}

static void agree(struct bench *b, struct slice text)
{
    for (size_t i = 0; i < b->n; i++)
        if (has(b, i) != stands(&b->literal[i], text))
            fail_msg("\"%.*s\" (anchor %u) in \"%.*s\": %s", SLICE_ARG(b->literal[i].bytes),
                     b->literal[i].anchor, SLICE_ARG(text), has(b, i) ? "found" : "missed");
}

static bool known(const struct bench *b, const struct literal *l)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->literal[i].anchor == l->anchor && slice_eq(b->literal[i].bytes, l->bytes))
            return true;
    return false;
}

/* Distinct literals of `least` to `most` bytes out of three letters. */
static void fill(struct bench *b, size_t least, size_t most, size_t count)
{
    for (size_t tries = 0; tries < 100 * count && b->n < count; tries++) {
        uint8_t *p = b->bytes[b->n];
        size_t n = least + pick(b, (unsigned)(most - least + 1));
        struct literal l = { slice_of(p, n), (uint8_t)pick(b, 3) };

        for (size_t i = 0; i < n; i++)
            p[i] = (uint8_t)('a' + pick(b, 3));
        if (known(b, &l))
            continue;
        b->which[b->n] = (uint32_t)b->n;
        b->literal[b->n++] = l;
    }
}

static struct slice random_text(struct bench *b, uint8_t *p, size_t most)
{
    size_t n = pick(b, (unsigned)most);

    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)('a' + pick(b, 4));
    return slice_of(p, n);
}

static void grams_agree_with_a_plain_search(void **state)
{
    struct bench *b = *state;
    uint8_t text[64];
    struct gram *g;

    fill(b, 4, 12, LITERALS);
    g = gram_new(b->literal, b->which, b->n, &b->rarity);
    for (int i = 0; i < 5000; i++) {
        struct slice s = random_text(b, text, sizeof text);

        next_text(b);
        gram_scan(g, s, &b->found);
        agree(b, s);
    }
    gram_free(g);
}

static void short_literals_agree_with_a_plain_search(void **state)
{
    struct bench *b = *state;
    uint8_t text[16];
    struct tiny *t;

    fill(b, 1, 3, 60);
    t = tiny_new(b->literal, b->which, b->n);
    for (int i = 0; i < 5000; i++) {
        struct slice s = random_text(b, text, sizeof text);

        next_text(b);
        tiny_scan(t, s, &b->found);
        agree(b, s);
    }
    tiny_free(t);
}

static void anchors_are_kept(void **state)
{
    struct bench *b = *state;
    struct gram *g;

    add(b, "\\cmd.exe", ANCHOR_END);
    add(b, "\\cmd.exe", ANCHOR_NONE);
    add(b, "\\cmd.exe", ANCHOR_START);
    g = gram_new(b->literal, b->which, b->n, &b->rarity);
    next_text(b);
    gram_scan(g, SLICE("c:\\windows\\cmd.exe"), &b->found);
    assert_true(has(b, 0) && has(b, 1) && !has(b, 2));
    next_text(b);
    gram_scan(g, SLICE("\\cmd.exe /c"), &b->found);
    assert_true(!has(b, 0) && has(b, 1) && has(b, 2));
    /* The first place does not do, a later one does. */
    next_text(b);
    gram_scan(g, SLICE("x\\cmd.exe\\cmd.exe"), &b->found);
    assert_true(has(b, 0) && has(b, 1) && !has(b, 2));
    gram_free(g);
}

static void a_literal_is_found_once_a_text(void **state)
{
    struct bench *b = *state;
    struct gram *g;
    struct tiny *t;

    add(b, "abab", ANCHOR_NONE);
    add(b, "ab", ANCHOR_NONE);
    g = gram_new(b->literal, b->which, 1, &b->rarity);
    t = tiny_new(b->literal, b->which + 1, 1);
    next_text(b);
    gram_scan(g, SLICE("abababababababab"), &b->found);
    tiny_scan(t, SLICE("abababababababab"), &b->found);
    assert_int_equal(b->found.n, 2);
    gram_free(g);
    tiny_free(t);
}

/* All share their first window; a text that repeats it must not meet them all. */
static void crowded_windows_are_left(void **state)
{
    struct bench *b = *state;
    struct gram *g;

    for (size_t i = 0; i < 300; i++) {
        uint8_t *p = b->bytes[i];

        memcpy(p, "aaaa", 4);
        for (size_t k = 4; k < 12; k++)
            p[k] = (uint8_t)('a' + pick(b, 26));
        b->which[i] = (uint32_t)i;
        b->literal[i] = (struct literal){ slice_of(p, 12), ANCHOR_NONE };
    }
    b->n = 300;
    g = gram_new(b->literal, b->which, b->n, &b->rarity);
    assert_true(gram_longest(g) <= 8);
    gram_free(g);
}

static void empty_and_short_texts_hold_nothing(void **state)
{
    struct bench *b = *state;
    struct gram *g;

    add(b, "abcd", ANCHOR_NONE);
    g = gram_new(b->literal, b->which, b->n, &b->rarity);
    next_text(b);
    gram_scan(g, SLICE_ABSENT, &b->found);
    gram_scan(g, SLICE("abc"), &b->found);
    assert_int_equal(b->found.n, 0);
    gram_free(g);
    gram_free(NULL);
    tiny_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grams_agree_with_a_plain_search, setup, teardown),
        cmocka_unit_test_setup_teardown(short_literals_agree_with_a_plain_search, setup, teardown),
        cmocka_unit_test_setup_teardown(anchors_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_literal_is_found_once_a_text, setup, teardown),
        cmocka_unit_test_setup_teardown(crowded_windows_are_left, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_and_short_texts_hold_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
