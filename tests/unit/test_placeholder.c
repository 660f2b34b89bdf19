/* test_placeholder.c - values for the modifier expand: reading them, and what a rule makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"
#include "rule/placeholder.h"

static struct placeholders *parsed(const char *text)
{
    struct placeholders *p = NULL;
    struct ev_err err = { .rc = 0 };
    if (placeholders_parse(slice_str(text), "p.yml", &p, &err) < 0)
        fail_msg("%s in %s", err.text, text);
    return p;
}

#define VALUES                                                                                     \
    "Nets: [10.0.0, 10.0.1]\nServers: [SRV1, 'dc*']\nOne: single\nports: [443, 0x50]\nPath: "      \
    "'C:\\temp\\'\nempty: []\n"

/* The tree of `F|modifiers: value`. */
static const char *tree(struct loaded *l, const char *item)
{
    static char text[400];
    struct placeholders *p = parsed(VALUES);
    *l = (struct loaded){ .names = names_new() };
    buf_init(&l->text, LIMIT_MIB(4));
    snprintf(text, sizeof text,
             "title: t\nlogsource:\n    product: windows\ndetection:\n    s:\n        %s\n"
             "    condition: s\n",
             item);
    assert_int_equal(ruleset_load_text_with(slice_str(text), "t.yml", p, l->names, &l->rs, NULL),
                     EV_OK);
    placeholders_free(p); /* nothing may borrow from it */
    return l->rs->n > 0 ? loaded_selection(l, 0) : loaded_messages(l);
}

/* `item` with placeholders must give the tree of `plain` without. */
static void same(const char *item, const char *plain)
{
    struct loaded a, b;
    const char *x = tree(&a, item), *y = tree(&b, plain);
    if (strcmp(x, y) != 0)
        fail_msg("%s gives %s; %s gives %s", item, x, plain, y);
    loaded_free(&a);
    loaded_free(&b);
}

static void one_value_for_each_combination(void **state)
{
    (void)state;
    same("F|expand: '%Servers%'", "F: [SRV1, 'dc*']");
    same("F|expand: '%One%'", "F: single");
    same("F|contains|expand: '%One%'", "F|contains: single");
    same("F|expand|contains: '%One%'", "F|contains: single");
    same("F|expand: 'a%One%b'", "F: asingleb");
    same("F|expand: '%Servers%-%Servers%'", "F: [SRV1-SRV1, 'SRV1-dc*', 'dc*-SRV1', 'dc*-dc*']");
    same("F|expand|windash|contains: ' -x %One%'", "F|windash|contains: ' -x single'");
    same("F|cidr|expand: '%Nets%.0/24'", "F|cidr: ['10.0.0.0/24', '10.0.1.0/24']");
}

static void numbers_stay_numbers(void **state)
{
    (void)state;
    same("F|expand: '%ports%'", "F: [443, 80]");
    same("F|expand: 'x%ports%'", "F: [x443, x0x50]");
}

static void percent_signs_and_backslashes(void **state)
{
    (void)state;
    same("F|expand: '100\\%'", "F: '100%'");
    same("F|expand: '50% of %One%'", "F: '50% of single'");
    same("F|expand: '\\%One\\%'", "F: '%One%'");
    same("F|expand: '%%'", "F: '%%'");
    same("F|expand: 'a\\\\%One%'", "F: 'a\\\\single'");
    same("F|expand: '%Path%*'", "F: 'C:\\temp\\\\*'"); /* still a wildcard */
}

static void alternatives_stay_alternatives_under_all(void **state)
{
    (void)state;
    struct loaded l;
    assert_string_equal(tree(&l, "F|contains|all|expand: [x, '%Servers%']"),
                        "(F=*'x'* & (F=*'srv1'* | F=*'dc'*))");
    loaded_free(&l);
}

static void refused(const char *item, const char *because)
{
    struct loaded l;
    const char *text = tree(&l, item);
    if (strstr(text, because) == NULL)
        fail_msg("%s: %s", item, text);
    assert_int_equal(l.rs->n, 0);
    assert_int_equal(l.rs->refused[REFUSAL_UNSUPPORTED], 1);
    loaded_free(&l);
}

static void a_name_without_value_refuses_the_rule(void **state)
{
    (void)state;
    refused("F|expand: '%nobody%'", "the placeholder %nobody% has no value");
    refused("F|expand: '%empty%'", "the placeholder %empty% has no value");
    refused("F|expand: ['%One%', '%servers%']", "the placeholder %servers% has no value");
}

static void too_many_are_refused(void **state)
{
    (void)state;
    struct loaded l;
    struct buf b;
    buf_init(&b, 4000);
    buf_str(&b, "F|expand: '");
    for (int i = 0; i < 17; i++)
        buf_str(&b, "%One%");
    buf_str(&b, "'");
    buf_byte(&b, '\0');
    assert_non_null(strstr(tree(&l, (const char *)b.p), "more than 16 placeholders"));
    loaded_free(&l);
    buf_clear(&b);
    buf_str(&b, "F|expand: '");
    for (int i = 0; i < 16; i++) /* 2^16 values, then 3 ^ ... */
        buf_str(&b, i < 2 ? "%ports%" : "%Servers%");
    buf_str(&b, "'");
    buf_byte(&b, '\0');
    tree(&l, (const char *)b.p);
    assert_int_equal(l.rs->n, 1);
    assert_int_equal(l.rs->rule[0]->ntest, 65536);
    loaded_free(&l);
    buf_release(&b);
}

static void bad_files_say_where(void **state)
{
    static const struct {
        const char *text, *because;
        uint32_t line;
    } bad[] = { { "- a\n- b\n", "a map from names", 1 },
                { "a: b\nc:\n", "without a value", 2 },
                { "a: b\nc: {d: e}\n", "a map as the value", 2 },
                { "a: [b, [c]]\n", "must be text", 1 },
                { "a: b\na: c\n", "", 2 },
                { "a: [b\n", "", 0 } };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct placeholders *p = NULL;
        struct ev_err err = { .rc = 0 };
        assert_int_equal(placeholders_parse(slice_str(bad[i].text), "p.yml", &p, &err), EV_ESYNTAX);
        assert_null(p);
        assert_non_null(strstr(err.text, bad[i].because));
        assert_string_equal(err.file, "p.yml");
        if (bad[i].line > 0)
            assert_int_equal(err.line, bad[i].line);
    }
    placeholders_free(parsed(""));
    placeholders_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_for_each_combination),
        cmocka_unit_test(numbers_stay_numbers),
        cmocka_unit_test(percent_signs_and_backslashes),
        cmocka_unit_test(alternatives_stay_alternatives_under_all),
        cmocka_unit_test(a_name_without_value_refuses_the_rule),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(bad_files_say_where),
    };
    return cmocka_run_group_tests_name("placeholder", tests, NULL, NULL);
}
