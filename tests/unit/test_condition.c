/* test_condition.c - the condition grammar: precedence, globs, places of faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"

struct row {
    const char *condition, *want;
};

static void load_condition(struct loaded *l, const char *condition)
{
    struct buf b;
    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b,
            "    a: {F: 1}\n    b: {F: 2}\n    c: {F: 3}\n    sel_1: {F: 4}\n    sel_2: {F: 5}\n"
            "    _x: {F: 6}\n    _y: {F: 7}\n    notes: {F: 8}\n    order: {F: 9}\n"
            "    all: {F: 10}\n    n-1: {F: 11}\n    kw: [p, q]\n    1: {F: 12}\n");
    buf_printf(&b, "    condition: %s\n", condition);
    loaded_detection(l, render_text(&b));
    buf_release(&b);
}

static void check_trees(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct loaded l;
        load_condition(&l, rows[i].condition);
        assert_non_null(l.rs);
        if (l.rs->n != 1)
            fail_msg("%s: %s", rows[i].condition, loaded_messages(&l));
        if (strcmp(loaded_condition(&l, 0), rows[i].want) != 0)
            fail_msg("%s: have %s, want %s", rows[i].condition, loaded_condition(&l, 0),
                     rows[i].want);
        loaded_free(&l);
    }
}

static void check_messages(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct loaded l;
        load_condition(&l, rows[i].condition);
        assert_non_null(l.rs);
        if (l.rs->n != 0)
            fail_msg("%s was accepted", rows[i].condition);
        if (strstr(loaded_messages(&l), rows[i].want) == NULL)
            fail_msg("%s: have %s, want %s", rows[i].condition, loaded_messages(&l), rows[i].want);
        loaded_free(&l);
    }
}
#define CHECK(check, ...)                                                                          \
    do {                                                                                           \
        static const struct row rows[] = { __VA_ARGS__ };                                          \
        check(rows, sizeof rows / sizeof *rows);                                                   \
    } while (0)

static void not_binds_before_and_before_or(void **state)
{
    (void)state;
    CHECK(check_trees, { "a", "a" }, { "a or b and c", "(a | (b & c))" },
          { "a and b or c", "((a & b) | c)" }, { "not a and b", "(!a & b)" },
          { "not (a and b)", "!(a & b)" }, { "(a or b) and c", "((a | b) & c)" },
          { "a and b and c", "(a & b & c)" }, { "a or b or c", "(a | b | c)" },
          { "not not a", "a" }, { "not not not a", "!a" },
          { "((a) and (b or c))", "(a & (b | c))" }, { "a and not b or not c", "((a & !b) | !c)" },
          { "not(a)and(b)", "(!a & b)" }, { "a   and\tb", "(a & b)" });
}

static void words_end_at_blanks(void **state)
{
    (void)state;
    CHECK(check_trees, { "notes and a", "(notes & a)" }, { "order", "order" },
          { "order or notes", "(order | notes)" }, { "n-1 and a", "(n-1 & a)" },
          { "all and a", "(all & a)" }, { "'1'", "1" });
}

static void quantifiers_take_globs_and_them(void **state)
{
    (void)state;
    CHECK(check_trees, { "1 of sel_*", "(sel_1 | sel_2)" }, { "all of sel_*", "(sel_1 & sel_2)" },
          { "any of sel_*", "(sel_1 | sel_2)" }, { "not 1 of sel_*", "!(sel_1 | sel_2)" },
          { "1 of sel_1", "sel_1" }, { "all of _*", "(_x & _y)" }, { "1 of *_1", "sel_1" },
          { "1 of s*l*1", "sel_1" },
          { "1 of them and a",
            "((a | b | c | sel_1 | sel_2 | notes | order | all | n-1 | kw | 1) & a)" },
          { "1 of *", "(a | b | c | sel_1 | sel_2 | notes | order | all | n-1 | kw | 1)" },
          { "a and 1 of sel_* and not all of sel_*", "(a & (sel_1 | sel_2) & !(sel_1 & sel_2))" });
}

static void upper_case_keywords_get_a_warning(void **state)
{
    (void)state;
    struct loaded l;
    load_condition(&l, "a AND NOT 1 Of sel_*");
    assert_int_equal(l.rs->n, 1);
    assert_string_equal(loaded_condition(&l, 0), "(a & !(sel_1 | sel_2))");
    const char *m = loaded_messages(&l);
    assert_non_null(strstr(m, "W 18:18 condition: \"AND\" read as \"and\""));
    assert_non_null(strstr(m, "W 18:22 condition: \"NOT\" read as \"not\""));
    assert_non_null(strstr(m, "\"Of\" read as \"of\""));
    loaded_free(&l);
}

static void all_of_a_list_gets_a_warning(void **state)
{
    (void)state;
    struct loaded l;
    load_condition(&l, "all of kw");
    assert_int_equal(l.rs->n, 1);
    assert_string_equal(loaded_condition(&l, 0), "kw");
    assert_non_null(strstr(loaded_messages(&l), "\"all of kw\" is the selection itself"));
    loaded_free(&l);
}

static void unused_selections_get_a_warning(void **state)
{
    (void)state;
    struct loaded l;
    load_condition(&l, "1 of them and 1 of _*");
    assert_int_equal(l.rs->nmessage, 0);
    loaded_free(&l);
    load_condition(&l, "1 of them and _x");
    assert_string_equal(loaded_messages(&l),
                        "W 11:1 selection \"_y\" is not used by the condition: use or remove it");
    loaded_free(&l);
}

static void faults_have_a_place(void **state)
{
    (void)state;
    CHECK(check_messages, { "nope", "E 18:16 condition: \"nope\" is not a selection" },
          { "a and nope", "E 18:22 " }, { "'a and nope'", "E 18:23 " },
          { "a or \xc3\xa9 or nope", "E 18:26 " }, { "a and", "E 18:21 condition: ends where" },
          { "(a", "E 18:16 condition: this parenthesis is never closed" },
          { "a)", "E 18:17 condition: \")\" without" }, { "()", "where a selection name" },
          { "a b", "\"and\" or \"or\" is missing before \"b\"" },
          { "a and and b", "\"and\" where a selection name is expected" },
          { "1 of nope*", "\"nope*\" matches no selection" },
          { "all of nope", "\"nope\" is not a" }, { "2 of sel_*", "\"2 of\" is not understood" },
          { "1 of", "\"of\" needs" }, { "sel_*", "has a wildcard: write \"1 of sel_*\"" },
          { "not", "ends where" }, { "''", "ends where" }, { "", "condition is null" },
          { "{a: b}", "condition is a map" }, { "[]", "has no condition" },
          { "a and THEM", "\"THEM\" is not a selection" }, { "1 of (sel_*)", "\"of\" needs" });
}

static void several_faults_give_several_messages(void **state)
{
    (void)state;
    struct loaded l;
    load_condition(&l, "nope and 1 of nope* or (a and nix)");
    assert_int_equal(l.rs->n, 0);
    assert_int_equal(l.rs->nmessage, 3);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 1);
    loaded_free(&l);
}

static void lists_are_alternatives(void **state)
{
    (void)state;
    struct loaded l;
    load_condition(&l, "[a and b, 1 of sel_*]");
    assert_int_equal(l.rs->n, 1);
    assert_int_equal(l.rs->rule[0]->ncondition, 2);
    assert_string_equal(loaded_condition(&l, 0), "(a & b)");
    assert_string_equal(loaded_condition(&l, 1), "(sel_1 | sel_2)");
    assert_true(slice_eq(l.rs->rule[0]->condition_text[0], SLICE("a and b")));
    loaded_free(&l);
}

static void a_pipe_ends_the_condition(void **state)
{
    (void)state;
    CHECK(check_messages, { "a | frequency(F) > 1", "expected count, min" },
          { "(a | count()) and b", "inside parentheses" }, { "a |", "expected count, min" });
}

static void depth_is_limited(void **state)
{
    (void)state;
    char text[2 * 100 + 2];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        text[n++] = '(';
    text[n++] = 'a';
    for (int i = 0; i < 100; i++)
        text[n++] = ')';
    text[n] = '\0';
    struct loaded l;
    load_condition(&l, text);
    assert_int_equal(l.rs->n, 0);
    assert_non_null(strstr(loaded_messages(&l), "nested too deeply"));
    loaded_free(&l);
    text[100 + 1 + 64] = '\0';
    load_condition(&l, text + 100 - 64);
    assert_int_equal(l.rs->n, 1);
    assert_string_equal(loaded_condition(&l, 0), "a");
    loaded_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_binds_before_and_before_or),
        cmocka_unit_test(words_end_at_blanks),
        cmocka_unit_test(quantifiers_take_globs_and_them),
        cmocka_unit_test(upper_case_keywords_get_a_warning),
        cmocka_unit_test(all_of_a_list_gets_a_warning),
        cmocka_unit_test(unused_selections_get_a_warning),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(several_faults_give_several_messages),
        cmocka_unit_test(lists_are_alternatives),
        cmocka_unit_test(a_pipe_ends_the_condition),
        cmocka_unit_test(depth_is_limited),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
