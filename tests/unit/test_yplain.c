/* test_yplain.c - plain files give the trees that libyaml gives; what is not plain is left to it.
 *
 * Over texts, all rule files at hand, and these with bytes changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "rule/rulewalk.h"
#include "rule/yaml.h"
#include "rule/yplain.h"

struct tree {
    struct arena arena;
    struct report rep;
    const struct ynode *root;
    int rc;
};

static void tree_read(struct tree *t, struct slice text, bool library)
{
    struct yaml_file *y;
    const struct ynode *more;

    memset(t, 0, sizeof *t);
    arena_init(&t->arena, LIMIT_RULE_ARENA);
    report_init(&t->rep, &t->arena);
    report_file(&t->rep, SLICE("t.yml"));
    y = yaml_open(text, &t->arena, &t->arena, &t->rep);
    assert_non_null(y);
    if (library)
        yaml_use_library(y);
    t->rc = yaml_next(y, &t->root);
    if (t->rc > 0) /* plain files have one document */
        t->rc += yaml_next(y, &more);
    yaml_close(y);
}

static void tree_release(struct tree *t)
{
    report_release(&t->rep);
    arena_release(&t->arena);
}

static bool same(const struct ynode *a, const struct ynode *b)
{
    for (; a && b; a = a->next, b = b->next) {
        if (a->kind != b->kind || a->type != b->type || a->lead != b->lead ||
            a->one_line != b->one_line || a->boolean != b->boolean || a->line != b->line ||
            a->column != b->column || a->n != b->n || a->weight != b->weight ||
            a->height != b->height || !slice_eq(a->text, b->text) || !same(a->first, b->first))
            return false;
        if (a->type == YTYPE_INT && a->u.integer != b->u.integer)
            return false;
    }
    return !a && !b;
}

static bool same_messages(const struct report *a, const struct report *b)
{
    if (a->message.n != b->message.n || a->refused != b->refused)
        return false;
    for (size_t i = 0; i < a->message.n; i++)
        if (a->message.v[i].line != b->message.v[i].line ||
            a->message.v[i].column != b->message.v[i].column ||
            !slice_eq(a->message.v[i].text, b->message.v[i].text))
            return false;
    return true;
}

static bool is_plain(struct slice text)
{
    struct arena a;
    const struct yplain_event *e;
    size_t n;
    bool plain;

    arena_init(&a, LIMIT_RULE_ARENA);
    plain = yplain_read(text, &a, &e, &n);
    arena_release(&a);
    return plain;
}

/* Reads both ways if it is plain; fails the test when they differ. */
static bool compare(struct slice text)
{
    struct tree ours, theirs;
    bool alike;

    if (!is_plain(text))
        return false;
    tree_read(&ours, text, false);
    tree_read(&theirs, text, true);
    alike = ours.rc == theirs.rc && same_messages(&ours.rep, &theirs.rep) &&
            (ours.rc <= 0 || same(ours.root, theirs.root));
    if (!alike)
        print_message("ours %d, libyaml %d:\n%.*s\n", ours.rc, theirs.rc, SLICE_ARG(text));
    tree_release(&ours);
    tree_release(&theirs);
    assert_true(alike);
    return true;
}

static void plain_texts_give_the_trees_of_libyaml(void **state)
{
    static const char *const text[] = {
        "a: b\n",
        "a: b",
        "a: 'it''s'   # why\nb: \"x y\"\nc: x # y\nd: x#y\n",
        "# first\n\na:\n    - b\n    - 'c'\n    -   d\ne: 1\n",
        "a:\n- b\n- c\nd:\n- e: f\n  g: h\n- e: i\n",
        "a:\n    b|c|d:\n        - \\x\n        - -y\n    e: 0x1f\nf: null\n",
        "a: |\n    one\n      two  \n\n    three\n\n\nb: c\n",
        "a: |-\n  one\n\nb: c\n",
        "a: |\n  one",
        "a: |\n  one\n\n",
        "a: |\n  one\n      \n# c\nb: |   \n   x\n# d\n",
        "a:\n    - b: |\n          text\n      c: d\n    - e: f\n",
        "a: caf\xc3\xa9 \xe2\x82\xac\nb: 'z\xc3\xa9'\n",
        "a: x\na: y\n",
        "a:   \n    b:  # c\n      d: e\n  \n    f: g:h\n",
        "a: ' x '\nb: ''\nc: '''a'\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (!compare(slice_str(text[i])))
            fail_msg("not plain: %s", text[i]);
}

static void the_rest_is_left_to_libyaml(void **state)
{
    static const char *const text[] = {
        "",
        "a",
        "- a\n",
        "a:\n",
        "a:\nb: c\n",
        "a: b\n c\n",
        "a: b: c\n",
        "a: [b]\n",
        "a: {b: c}\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !x b\n",
        "a: >\n  b\n",
        "a: |+\n  b\n",
        "a: |2\n   b\n",
        "a: |\n\n  b\n",
        "a: |\nb: c\n",
        "a: \"b\\n\"\n",
        "a: 'b\n  c'\n",
        "a: 'b' c\n",
        "a: 'b'#c\n",
        "a:\tb\n",
        "a: b\r\n",
        "---\na: b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "a:\n  b: c\n d: e\n",
        "a:\n  - b\n - c\n",
        "a:\n  - b\n  c: d\n",
        "a: b\n- c\n",
        "'a': b\n",
        "a b: c\n",
        "? a\n: b\n",
        "a: @b\n",
        "a: - b\n",
        "a:\n  - - b\n",
        "a: \x7f\n",
        "a: \xc2\x85\n",
        "a: \xff\n",
        "a: b\n    ",
        " a: b\n",
        "a: |\n    b\n  c\n",
        "a: \xef\xbb\xbf\n",
        "a:\n  -\n    b\n",
        "a: %b\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (is_plain(slice_str(text[i])) && !compare(slice_str(text[i])))
            fail_msg("plain: %s", text[i]);
}

struct files {
    size_t all, plain, mutants, plain_mutants;
    uint64_t random;
};

static size_t below(struct files *f, size_t n)
{
    f->random = f->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(f->random >> 33) % n;
}

/* A few bytes changed, moved or gone. */
static void mutate(struct files *f, struct slice text, struct buf *out)
{
    static const char bytes[] = "\n\n  :-'\"#|>&*?[{}]!%@`,\t\\a0\xc3\xa9~";
    size_t at = below(f, text.n), times = 1 + below(f, 3), skip = below(f, 3);

    buf_clear(out);
    buf_slice(out, slice_sub(text, 0, at));
    for (size_t i = 0; i < times; i++)
        buf_byte(out, (uint8_t)bytes[below(f, sizeof bytes - 1)]);
    buf_slice(out, slice_sub(text, at + skip, text.n));
}

static int one_file(void *ctx, const char *path)
{
    struct files *f = ctx;
    struct buf text, mutant;

    buf_init(&text, LIMIT_RULE_FILE);
    buf_init(&mutant, LIMIT_RULE_FILE);
    if (rulewalk_read(path, &text, NULL) == EV_OK && text.n > 0) {
        f->all++;
        f->plain += compare(buf_view(&text));
        for (int i = 0; i < 6; i++, f->mutants++) {
            mutate(f, buf_view(&text), &mutant);
            f->plain_mutants += compare(buf_view(&mutant));
        }
    }
    buf_release(&text);
    buf_release(&mutant);
    return EV_OK;
}

static void no_trouble(void *ctx, const struct ev_err *err)
{
    (void)ctx;
    (void)err;
}

static void all_rule_files_at_hand_agree(void **state)
{
    struct files f = { .random = 1 };
    const struct rulewalk_visitor v = { one_file, no_trouble, &f };
    const char *src = getenv("srcdir"), *shared = getenv("EVTRIAGE_SHARED");
    char path[4096];

    (void)state;
    snprintf(path, sizeof path, "%s/rules", src ? src : ".");
    assert_int_equal(rulewalk(path, &v, NULL), EV_OK);
    snprintf(path, sizeof path, "%s/sigma", shared ? shared : "/work/shared");
    if (rulewalk(path, &v, NULL) < 0)
        print_message("no shared rules: %s\n", path);
    print_message("%zu files, %zu plain; %zu mutants, %zu plain\n", f.all, f.plain, f.mutants,
                  f.plain_mutants);
    assert_true(f.plain > f.all / 2 && f.plain_mutants > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_texts_give_the_trees_of_libyaml),
        cmocka_unit_test(the_rest_is_left_to_libyaml),
        cmocka_unit_test(all_rule_files_at_hand_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
