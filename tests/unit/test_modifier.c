/* test_modifier.c - what each modifier makes of a value, and where it may stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"

struct row {
    const char *item; /* one line of a selection */
    const char *want; /* the tree, or part of the message */
};

static void load_item(struct loaded *l, const char *item)
{
    struct buf b;
    buf_init(&b, LIMIT_MIB(1));
    buf_printf(&b, "    s:\n        %s\n    condition: s\n", item);
    loaded_detection(l, render_text(&b));
    buf_release(&b);
}

static void check_trees(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct loaded l;
        load_item(&l, rows[i].item);
        assert_non_null(l.rs);
        if (l.rs->n != 1)
            fail_msg("%s: %s", rows[i].item, loaded_messages(&l));
        if (strcmp(loaded_selection(&l, 0), rows[i].want) != 0)
            fail_msg("%s: have %s, want %s", rows[i].item, loaded_selection(&l, 0), rows[i].want);
        loaded_free(&l);
    }
}

static void check_messages(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct loaded l;
        load_item(&l, rows[i].item);
        assert_non_null(l.rs);
        if (l.rs->n != 0)
            fail_msg("%s was accepted", rows[i].item);
        if (strstr(loaded_messages(&l), rows[i].want) == NULL)
            fail_msg("%s: have %s, want %s", rows[i].item, loaded_messages(&l), rows[i].want);
        loaded_free(&l);
    }
}
#define CHECK(check, ...)                                                                          \
    do {                                                                                           \
        static const struct row rows[] = { __VA_ARGS__ };                                          \
        check(rows, sizeof rows / sizeof *rows);                                                   \
    } while (0)

static void text_modifiers_pad(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|contains: '\\Temp\\'", "F=*'\\temp\\'*" },
          { "F|startswith: 'C:\\'", "F='c:\\'*" }, { "F|endswith: '\\cmd.exe'", "F=*'\\cmd.exe'" },
          { "F|startswith|endswith: a", "F=*'a'*" }, { "F|contains: 12", "F=*'12'*" },
          { "F|contains: 0x1F", "F=*'0x1f'*" }, { "F|contains: 1.50", "F=*'1.50'*" },
          { "F|endswith: ''", "F=*" }, { "F|contains|cased: aB", "F=*'aB'*c" },
          { "F|cased|endswith: aB", "F=*'aB'c" }, { "F|cased: 'Ab'", "F='Ab'c" });
}

static void values_keep_their_type(void **state)
{
    (void)state;
    CHECK(check_trees, { "F: 4688", "F='4688'#" }, { "F: 0x10", "F='16'#" },
          { "F: 017", "F='15'#" }, { "F: '0x10'", "F='0x10'" }, { "F: -1", "F='-1'#" },
          { "F: 3.0", "F='3'#" }, { "F: 1.50", "F='1.50'" }, { "F: true", "F='true'" },
          { "F: yes", "F='true'" }, { "F: OFF", "F='false'" }, { "F: null", "F=null" },
          { "F: ~", "F=null" }, { "F:", "F=null" }, { "F: []", "F=null" }, { "F: ''", "F=" },
          { "F: 2020-02-18", "F='2020-02-18'" },
          { "F: 99999999999999999999", "F='99999999999999999999'" }, { "F|all: []", "F=null" },
          { "F: ['', '-']", "(F= | F='-')" }, { "F: [1, x]", "(F='1'# | F='x')" });
}

static void all_joins_values_by_and(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|contains|all: [a, b]", "(F=*'a'* & F=*'b'*)" },
          { "F|all|contains: [a, b]", "(F=*'a'* & F=*'b'*)" }, { "F|contains|all: a", "F=*'a'*" },
          { "F|contains: [a, b]", "(F=*'a'* | F=*'b'*)" }, { "F|contains: [a]", "F=*'a'*" },
          { "'|all': [a, b]", "(<any>=*'a'* & <any>=*'b'*)" },
          { "'|all|startswith': [a, b]", "(<any>='a'* & <any>='b'*)" },
          { "'|re': 'a+'", "<any>~a+/" });
}

static void neq_negates_the_whole_item(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|neq: a", "!F='a'" }, { "F|neq: [a, b]", "!(F='a' | F='b')" },
          { "F|contains|neq: a", "!F=*'a'*" }, { "F|fieldref|neq: G", "!F == G" },
          { "F|neq: null", "!F=null" });
}

static void regex_takes_raw_text(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|re: '\\\\*a?\\.b'", "F~\\\\*a?\\.b/" }, { "F|re|i: Ab", "F~Ab/i" },
          { "F|re|i|m|s: a", "F~a/ims" }, { "F|re|ignorecase|multiline|dotall: a", "F~a/ims" },
          { "F|re|contains: a", "F~a/" }, { "F|re|startswith: a", "F~a/" },
          { "F|re|endswith: a", "F~a/" }, { "F|re|all: [a, b]", "(F~a/ & F~b/)" });
}

static void cidr_is_strict(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|cidr: 10.0.0.0/8", "F in v4 0a00/8" },
          { "F|cidr: 192.168.1.1", "F in v4 c0a8/32" },
          { "F|cidr: 'fe80::/10'", "F in v6 fe80/10" }, { "F|cidr: '::1/128'", "F in v6 0000/128" },
          { "F|cidr: 0.0.0.0/0", "F in v4 0000/0" },
          { "F|cidr: '2001:db8::ffff:1.2.3.4/128'", "F in v6 2001/128" });
    CHECK(check_messages, { "F|cidr: 10.0.0.1/8", "bits of the host" },
          { "F|cidr: 10.0.0.0/33", "from 0 to 32" }, { "F|cidr: 10.0.0/8", "is no network" },
          { "F|cidr: 010.0.0.0/8", "is no network" }, { "F|cidr: 256.0.0.0/8", "is no network" },
          { "F|cidr: 'fe80:::/10'", "is no network" }, { "F|cidr: 'g::/10'", "is no network" },
          { "F|cidr: 10.0.0.0/", "from 0 to 32" }, { "F|cidr: '*'", "is no network" },
          { "F|cidr: '1:2:3:4:5:6:7:8:9'", "is no network" },
          { "F|cidr: '1:2:3:4:5:6:7::8'", "is no network" });
}

static void numbers_times_and_fields_compare(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|lt: 5", "F<5" }, { "F|lte: 0x10", "F<=16" }, { "F|gt: 1.5", "F>1.5" },
          { "F|gte: '7'", "F>=7" }, { "F|exists: true", "F exists 1" },
          { "F|exists: no", "F exists 0" }, { "F|minute: 59", "F.minute=59" },
          { "F|hour: 0", "F.hour=0" }, { "F|day: 31", "F.day=31" }, { "F|week: 1", "F.week=1" },
          { "F|month: 12", "F.month=12" }, { "F|year: 2020", "F.year=2020" },
          { "F|hour: [1, 2]", "(F.hour=1 | F.hour=2)" }, { "F|fieldref: G", "F == G" },
          { "F|fieldref|contains: G", "F contains G" },
          { "F|fieldref|startswith: G", "F starts G" }, { "F|fieldref|endswith: G", "F ends G" },
          { "F|fieldref|startswith|endswith: G", "F contains G" },
          { "F|fieldref|cased: G", "F == Gc" });
    CHECK(check_messages, { "F|lt: x", "take a number" }, { "F|exists: 1", "takes true or false" },
          { "F|hour: 24", "0 to 23" }, { "F|minute: x", "take an integer" },
          { "F|fieldref: ''", "name of a field" });
}

/* Vectors of notes/sigma.md 1.7. */
static void base64_works_on_bytes(void **state)
{
    (void)state;
    CHECK(
        check_trees,
        { "F|cased|base64offset|contains: foobar",
          "(F=*'Zm9vYmFy'*c | F=*'Zvb2Jhc'*c | F=*'mb29iYX'*c)" },
        { "F|cased|base64offset|contains: foo", "(F=*'Zm9v'*c | F=*'Zvb'*c | F=*'mb2'*c)" },
        { "F|cased|wide|base64offset|contains: ping",
          "(F=*'cABpAG4AZw'*c | F=*'AAaQBuAGcA'*c | F=*'wAGkAbgBnA'*c)" },
        { "F|cased|utf16le|base64offset|contains: ping",
          "(F=*'cABpAG4AZw'*c | F=*'AAaQBuAGcA'*c | F=*'wAGkAbgBnA'*c)" },
        { "F|cased|utf16|base64offset|contains: ping",
          "(F=*'//5wAGkAbgBnA'*c | F=*'/+cABpAG4AZw'*c | F=*'//nAAaQBuAGcA'*c)" },
        { "F|cased|utf16be|base64offset|contains: ping",
          "(F=*'AHAAaQBuAG'*c | F=*'BwAGkAbgBn'*c | F=*'AcABpAG4AZ'*c)" },
        { "F|cased|base64offset|contains: \xc3\xa9", "(F=*'w6'*c | F=*'Op'*c | F=*'Dq'*c)" },
        /* one byte: the alternative at offset 1 would be empty */
        { "F|cased|base64offset|contains: a", "(F=*'Y'*c | F=*'h'*c)" },
        { "F|cased|base64: foo", "F='Zm9v'c" }, { "F|cased|base64: fooba", "F='Zm9vYmE='c" },
        { "F|cased|base64|contains: fo", "F=*'Zm8='*c" }, { "F|cased|wide|base64: a", "F='YQA='c" },
        { "F|cased|base64|base64: foo", "F='Wm05dg=='c" },
        { "F|cased|base64: 'a\\*'", "F='YSo='c" },
        { "F|base64offset|contains: foobar", "(F=*'zm9vymfy'* | F=*'zvb2jhc'* | F=*'mb29iyx'*)" },
        /* alternatives stay OR-joined under all */
        { "F|cased|base64offset|contains|all: [foo, foo]",
          "((F=*'Zm9v'*c | F=*'Zvb'*c | F=*'mb2'*c) & (F=*'Zm9v'*c | F=*'Zvb'*c | F=*'mb2'*c))" });
    CHECK(check_messages, { "F|base64: 'a*'", "cannot be encoded" },
          { "F|windash|base64: '-a'", "cannot be encoded" },
          { "F|base64: ''", "cannot be encoded" });
}

static void windash_makes_tokens(void **state)
{
    (void)state;
    CHECK(check_trees, { "F|windash: ' -a'", "F=' '-'a'" },
          { "F|contains|windash: '-a'", "F=*-'a'*" }, { "F|windash|contains: '-a'", "F=*-'a'*" },
          { "F|contains|windash|all: ['-a', ' /b']", "(F=*-'a'* & F=*' '-'b'*)" },
          { "F|endswith|windash: '-a -B'", "F=*-'a '-'b'" });
}

static void misplaced_and_unknown_modifiers_are_errors(void **state)
{
    (void)state;
    CHECK(check_messages, { "F|contain: a", "F: unknown modifier \"contain\"" },
          { "F|Contains: a", "unknown modifier \"Contains\": write \"contains\"" },
          { "F|: a", "unknown modifier" }, { "F|contains|: a", "unknown modifier" },
          { "F|contains|re: a", "misplaced modifier \"re\"" },
          { "F|all|re: [a, b]", "misplaced modifier \"re\"" },
          { "F|contains|cidr: 10.0.0.0/8", "misplaced modifier \"cidr\"" },
          { "F|cidr|contains: 10.0.0.0/8", "misplaced modifier \"contains\"" },
          { "F|i: a", "misplaced modifier \"i\": it belongs after re" },
          { "F|contains|i: a", "misplaced modifier \"i\"" },
          { "F|re|cased: a", "misplaced modifier \"cased\"" },
          { "F|re|windash: a", "misplaced modifier \"windash\"" },
          { "F|exists|all: true", "exists stands alone" },
          { "F|neq|exists: true", "misplaced modifier \"exists\"" },
          { "'|exists': true", "needs a field name" }, { "'|gt': 1", "needs a field name" },
          { "'|fieldref': G", "needs a field name" },
          { "F|gt|contains: 1", "misplaced modifier \"contains\"" },
          { "F|contains|gt: 1", "misplaced modifier \"gt\"" },
          { "F|endswith|fieldref: G", "misplaced modifier \"fieldref\"" },
          { "F|wide: a", "misplaced modifier \"wide\"" },
          { "F|wide|contains: a", "misplaced modifier \"wide\"" },
          { "F|wide|wide|base64: a", "misplaced modifier \"wide\"" },
          { "F|base64offset: foo", "misplaced modifier \"base64offset\": contains must follow" },
          { "F|contains|base64offset: foo", "misplaced modifier" },
          { "F|contains|base64offset|contains: foo", "misplaced modifier \"contains\"" },
          { "F|contains: yes", "\"yes\" without quotes is a boolean" },
          { "F|contains: null", "null cannot take the modifier \"contains\"" },
          { "F|contains: [a, null]", "null cannot take" },
          { "'|all': [null]", "null as a keyword" }, { "F|re: ''", "matches everything" },
          { "F|all|all|all|all|all|all|all|all|all: a", "more than 8 modifiers" });
}

static void expand_without_values_is_unsupported(void **state)
{
    (void)state;
    struct loaded l;
    load_item(&l, "F|contains|expand: '%Servers%'");
    assert_int_equal(l.rs->n, 0);
    assert_int_equal(l.rs->refused[REFUSAL_UNSUPPORTED], 1);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 0);
    loaded_free(&l);
}

static void tests_say_what_was_written(void **state)
{
    (void)state;
    struct loaded l;
    load_item(&l, "Image|endswith|all: ['\\A.exe', \"b\"]");
    const struct rule *r = l.rs->rule[0];
    assert_int_equal(r->ntest, 2);
    assert_true(slice_eq(r->test[0]->field, SLICE("Image")));
    assert_int_equal(r->test[0]->field_id, FIELD_IMAGE);
    assert_true(slice_eq(r->test[0]->written, SLICE("\\A.exe")));
    assert_true(slice_eq(r->test[0]->modifiers, SLICE("endswith|all")));
    assert_int_equal(r->test[0]->line, 6);
    assert_int_equal(r->test[0]->column, 30);
    assert_int_equal(r->test[1]->index, 1);
    assert_int_equal(r->test[1]->column, 40);
    loaded_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_modifiers_pad),
        cmocka_unit_test(values_keep_their_type),
        cmocka_unit_test(all_joins_values_by_and),
        cmocka_unit_test(neq_negates_the_whole_item),
        cmocka_unit_test(regex_takes_raw_text),
        cmocka_unit_test(cidr_is_strict),
        cmocka_unit_test(numbers_times_and_fields_compare),
        cmocka_unit_test(base64_works_on_bytes),
        cmocka_unit_test(windash_makes_tokens),
        cmocka_unit_test(misplaced_and_unknown_modifiers_are_errors),
        cmocka_unit_test(expand_without_values_is_unsupported),
        cmocka_unit_test(tests_say_what_was_written),
    };
    return cmocka_run_group_tests_name("modifier", tests, NULL, NULL);
}
