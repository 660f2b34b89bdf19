/* test_sigma.c - documents as rules: keys, shapes of detections, old actions, tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load_rule.h"

#define HEAD "title: t\nlogsource: {product: windows}\n"
#define TAIL "detection: {s: {F: 1}, condition: s}\n"

static bool is(struct slice s, const char *text)
{
    return slice_eq(s, slice_str(text));
}

static void all_keys_are_read(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE("title: A title\n"
                          "id: 5e3d3601-0662-4af0-b1d2-36a05e90c40a\n"
                          "name: short_name\n"
                          "related:\n"
                          "    - {id: x, type: derived}\n"
                          "    - {id: y, type: obsoletes}\n"
                          "status: experimental\n"
                          "description: |\n"
                          "    Two\n"
                          "    lines\n"
                          "license: MIT\n"
                          "author: [A, B]\n"
                          "references:\n"
                          "    - https://a.example/\n"
                          "date: 2020/2/18\n"
                          "modified: 2020-02-19\n"
                          "tags: [attack.t1003.001, attack.credential_access]\n"
                          "logsource:\n"
                          "    category: process_creation\n"
                          "    product: windows\n"
                          "    definition: needs a policy\n"
                          "fields: [CommandLine]\n"
                          "falsepositives: Unlikely\n"
                          "level: critical\n"
                          "my_own_key: {a: b}\n"
                          "enrichment: [EN_0001]\n" TAIL));
    assert_string_equal(loaded_messages(&l), "");
    assert_int_equal(l.rs->n, 1);
    const struct rule *r = l.rs->rule[0];
    assert_true(is(r->title, "A title") && is(r->name, "short_name") && is(r->license, "MIT"));
    assert_true(is(r->id, "5e3d3601-0662-4af0-b1d2-36a05e90c40a"));
    assert_int_equal(r->nrelated, 2);
    assert_true(is(r->related[0].type, "derived") && is(r->related[1].type, "obsolete"));
    assert_int_equal(r->status, STATUS_EXPERIMENTAL);
    assert_true(is(r->description, "Two\nlines") && is(r->author, "A, B"));
    assert_true(is(r->date, "2020-02-18") && is(r->modified, "2020-02-19"));
    assert_int_equal(r->tags.n, 2);
    assert_true(is(r->tags.v[1], "attack.credential_access"));
    assert_true(is(r->references.v[0], "https://a.example/") && r->references.n == 1);
    assert_true(is(r->fields.v[0], "CommandLine") && is(r->falsepositives.v[0], "Unlikely"));
    assert_true(is(r->category, "process_creation") && is(r->product, "windows"));
    assert_true(is(r->definition, "needs a policy") && r->service.p == NULL);
    assert_true(r->has_level && r->level == LEVEL_CRITICAL);
    assert_true(is(r->file, "t.yml") && r->document == 0 && r->line == 1 && r->index == 0);
    loaded_free(&l);
}

static void absent_keys_have_defaults(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD TAIL));
    const struct rule *r = l.rs->rule[0];
    assert_int_equal(r->level, LEVEL_MEDIUM);
    assert_false(r->has_level);
    assert_int_equal(r->status, STATUS_UNKNOWN);
    assert_true(r->id.p == NULL && r->date.p == NULL && r->tags.n == 0);
    loaded_free(&l);
}

static void faults_of_information_are_warnings(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD "date: soon\nlevel: huge\nstatus: odd\nrelated: [{id: x}]\n"
                               "tags: [{a: b}]\nauthor: {a: b}\nmodified: 2020-13-01\n" TAIL));
    assert_int_equal(l.rs->n, 1);
    assert_string_equal(loaded_messages(&l),
                        "W 3:7 \"soon\" is no date: write YYYY-MM-DD\n"
                        "W 4:8 unknown level, taken as medium: write informational, low, medium, "
                        "high or critical\n"
                        "W 5:9 unknown status: write stable, test, experimental, deprecated or "
                        "unsupported\n"
                        "W 6:11 an entry of \"related\" needs id and type: ignored\n"
                        "W 7:8 a map where text belongs: ignored\n"
                        "W 8:9 a map where text belongs: ignored\n"
                        "W 9:11 \"2020-13-01\" is no date: write YYYY-MM-DD");
    loaded_free(&l);
}

static void faults_that_decide_are_errors(void **state)
{
    static const struct {
        struct slice text;
        const char *want;
        enum refusal why;
    } rows[] = {
        { SLICE_INIT("logsource: {product: windows}\n" TAIL), "has no title", REFUSAL_SYNTAX },
        { SLICE_INIT("title: t\n" TAIL), "has no log source", REFUSAL_SYNTAX },
        { SLICE_INIT("title: t\nlogsource: windows\n" TAIL), "must be a map", REFUSAL_SYNTAX },
        { SLICE_INIT("title: t\nlogsource: {definition: x}\n" TAIL), "needs a category",
          REFUSAL_SYNTAX },
        { SLICE_INIT("title: t\nlogsource: {product: [windows]}\n" TAIL), "one text each",
          REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "detection: {s: {F: 1}}\n"), "has no condition", REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "detection: {condition: s}\n"), "has no selection", REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "detection: []\n"), "detection is a list", REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "detection: {}\n"), "detection is empty", REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "detection:\n"), "detection is null", REFUSAL_SYNTAX },
        { SLICE_INIT(HEAD "taxonomy: ecs\n" TAIL), "taxonomy \"ecs\"", REFUSAL_UNSUPPORTED },
        { SLICE_INIT("title: c\ncorrelation: {type: temporal, rules: a}\n"),
          "correlation: add \"timespan", REFUSAL_SYNTAX },
        { SLICE_INIT("title: f\nlogsource: {product: windows}\nfilter: {rules: any}\n"),
          "detection is empty", REFUSAL_SYNTAX },
        { SLICE_INIT("title: t\nlogsource: {product: linux}\n" TAIL), "product \"linux\"",
          REFUSAL_LOGSOURCE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loaded l;
        loaded_text(&l, rows[i].text);
        assert_int_equal(l.rs->n, 0);
        if (strstr(loaded_messages(&l), rows[i].want) == NULL)
            fail_msg("row %zu: %s", i, loaded_messages(&l));
        assert_int_equal(l.rs->refused[rows[i].why], 1);
        assert_int_equal(l.rs->file[0].refused, 1);
        assert_int_equal(l.rs->nmessage, 1);
        loaded_free(&l);
    }
}

/* The shapes of notes/sigma.md 1.3. */
static void every_shape_of_a_selection_is_read(void **state)
{
    static const struct {
        const char *selection, *want;
    } rows[] = {
        { "{A: x, B: y}", "(A='x' & B='y')" },
        { "{A: x}", "A='x'" },
        { "{A: [x, y], B: z}", "((A='x' | A='y') & B='z')" },
        { "{A|contains: x, A|endswith: y}", "(A=*'x'* & A=*'y')" },
        { "[{A: x}, {A: y, B: z}]", "(A='x' | (A='y' & B='z'))" },
        { "[{A: x}]", "A='x'" },
        { "[x, y]", "(<any>=*'x'* | <any>=*'y'*)" },
        { "word", "<any>=*'word'*" },
        { "[4688]", "<any>=*'4688'*" },
        { "['a*b']", "<any>=*'a'*'b'*" },
        { "[x, {A: y}]", "(<any>=*'x'* | A='y')" },
        { "[[x, y], {A: z}]", "((<any>=*'x'* | <any>=*'y'*) | A='z')" },
        { "{'|all': [x, y]}", "(<any>=*'x'* & <any>=*'y'*)" },
        { "{'|all': [x, y], A: z}", "((<any>=*'x'* & <any>=*'y'*) & A='z')" },
        { "{A: []}", "A=null" },
        { "{A: null, B: ''}", "(A=null & B=)" },
        { "{A: [null, x]}", "(A=null | A='x')" },
        { "[a|b]", "<any>=*'a|b'*" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loaded l;
        struct buf b;
        buf_init(&b, LIMIT_KIB(4));
        buf_printf(&b, "    s: %s\n    condition: s\n", rows[i].selection);
        loaded_detection(&l, render_text(&b));
        if (l.rs->n != 1)
            fail_msg("%s: %s", rows[i].selection, loaded_messages(&l));
        assert_string_equal(loaded_selection(&l, 0), rows[i].want);
        buf_release(&b);
        loaded_free(&l);
    }
}

static void every_fault_of_a_selection_is_told(void **state)
{
    struct loaded l;
    (void)state;
    loaded_detection(&l, "    a: {}\n"
                         "    b: []\n"
                         "    c: {F: {G: 1}}\n"
                         "    d: {F: [[1]]}\n"
                         "    e: [{}]\n"
                         "    f: {F|nope: 1, G|re|nope: 2}\n"
                         "    g: {'|all': []}\n"
                         "    h: null\n"
                         "    condition: a and nope\n");
    assert_int_equal(l.rs->n, 0);
    assert_string_equal(
        loaded_messages(&l),
        "E 5:8 selection \"a\" has a map without content: fill or remove it\n"
        "E 6:8 selection \"b\" has a list without content: fill or remove it\n"
        "E 7:12 F: a map as a value: indent it as an item of its own\n"
        "E 8:13 F: a list inside a list of values: join them into one list\n"
        "E 9:9 selection \"e\" has a map without content: fill or remove it\n"
        "E 10:9 F: unknown modifier \"nope\": evtriage-rules(5) lists those there are\n"
        "E 10:20 G: unknown modifier \"nope\": evtriage-rules(5) lists those there are\n"
        "E 11:17 keywords: an empty list of keywords: add one\n"
        "E 12:8 keywords: null as a keyword matches nothing: quote it\n"
        "E 13:22 condition: \"nope\" is not a selection of this rule: correct the name");
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 1);
    loaded_free(&l);
}

/* The tree keeps both pairs, so that the faults of both are told. */
static void keys_that_stand_twice_are_safe(void **state)
{
    static const char *const keys[] = {
        "detection:\n    a: {F: 1}\n    b: {F: 2}\n    condition: [a, b, a and b]\n",
        "detection:\n    c: {F: 1}\n    condition: 1 of *\n",
        "tags: [a, b, c]\n",
        "tags: [d]\n",
        "related: [{id: a, type: similar}, {id: b, type: similar}]\n",
        "related: [{id: a, type: similar}]\n",
        "tests: [{expect: match, event: {A: 1}}, {expect: match, event: {A: 1}}]\n",
        "tests: [{expect: match, event: {A: 1}}]\n",
    };
    struct loaded l;
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_KIB(4));
    buf_str(&b, HEAD);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        buf_str(&b, keys[i]);
    loaded_text(&l, buf_view(&b));
    assert_int_equal(l.rs->n, 0);
    assert_int_equal(l.rs->nmessage, 4);
    for (size_t i = 0; i < l.rs->nmessage; i++)
        assert_true(slice_find(l.rs->message[i].text, SLICE("stands twice")) != SIZE_MAX);
    buf_release(&b);
    loaded_free(&l);
}

static void timeframe_is_no_selection(void **state)
{
    struct loaded l;
    (void)state;
    loaded_detection(&l, "    s: {F: 1}\n    timeframe: 15m\n    condition: 1 of them\n");
    assert_int_equal(l.rs->rule[0]->nselection, 1);
    assert_string_equal(loaded_condition(&l, 0), "s");
    loaded_free(&l);
}

static void global_documents_are_merged_under_later_ones(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE("action: global\n"
                          "title: common\n"
                          "level: high\n"
                          "detection: {condition: s}\n"
                          "---\n"
                          "title: own\n"
                          "logsource: {product: windows, service: security}\n"
                          "detection: {s: {A: 1}}\n"
                          "---\n"
                          "logsource: {product: windows, service: system}\n"
                          "detection: {s: {B: 1}}\n"
                          "---\n"
                          "action: reset\n"
                          "---\n"
                          "title: alone\n"
                          "logsource: {product: windows}\n"
                          "detection: {s: {C: 1}, condition: s}\n"));
    assert_string_equal(loaded_messages(&l), "");
    assert_int_equal(l.rs->n, 3);
    assert_int_equal(l.rs->not_rules, 0);
    assert_true(is(l.rs->rule[0]->title, "common")); /* the global value wins */
    assert_true(is(l.rs->rule[0]->service, "security"));
    assert_int_equal(l.rs->rule[0]->document, 1);
    assert_true(is(l.rs->rule[1]->service, "system"));
    assert_int_equal(l.rs->rule[1]->level, LEVEL_HIGH);
    assert_true(is(l.rs->rule[2]->title, "alone"));
    assert_int_equal(l.rs->rule[2]->level, LEVEL_MEDIUM);
    loaded_free(&l);
}

static void repeat_emits_the_rule_before_again(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD "level: low\n"
                               "detection: {s: {A: 1}, condition: s}\n"
                               "---\n"
                               "action: repeat\n"
                               "logsource: {service: system}\n"
                               "detection: {s: {B: 2}}\n"));
    assert_string_equal(loaded_messages(&l), "");
    assert_int_equal(l.rs->n, 2);
    const struct rule *r = l.rs->rule[1];
    assert_true(is(r->title, "t") && is(r->product, "windows") && is(r->service, "system"));
    assert_int_equal(r->ntest, 2); /* maps are merged: A and B */
    assert_int_equal(l.rs->rule[0]->ntest, 1);
    loaded_free(&l);
    loaded_text(&l, SLICE("action: repeat\ntitle: x\n"));
    assert_non_null(strstr(loaded_messages(&l), "without a rule before it"));
    loaded_free(&l);
}

static void rules_carry_their_tests(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD TAIL "tests:\n"
                                    "    - name: first\n"
                                    "      expect: match\n"
                                    "      event:\n"
                                    "          Channel: Security\n"
                                    "          EventID: 0x10\n"
                                    "          Data: [a, b]\n"
                                    "          Gone: null\n"
                                    "          Empty: ''\n"
                                    "    - name: second\n"
                                    "      expect: no-match\n"
                                    "      event: {A: 1}\n"));
    assert_string_equal(loaded_messages(&l), "");
    const struct rule *r = l.rs->rule[0];
    assert_int_equal(r->nrule_test, 2);
    const struct rule_test *t = &r->rule_test[0];
    assert_true(is(t->name, "first") && t->expect_match && t->line == 5);
    assert_int_equal(t->nevent, 1);
    const struct test_event *e = &t->event[0];
    assert_int_equal(e->n, 5);
    assert_true(is(e->key[1], "EventID") && is(e->value[1], "0x10"));
    assert_true(is(e->key[2], "Data") && is(e->value[2], "a"));
    assert_true(is(e->key[3], "Data") && is(e->value[3], "b"));
    assert_true(is(e->key[4], "Empty") && e->value[4].p != NULL && e->value[4].n == 0);
    assert_false(r->rule_test[1].expect_match);
    loaded_free(&l);
}

static void a_test_may_have_a_sequence_of_events(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD TAIL "tests:\n"
                                    "    - name: first\n"
                                    "      expect: match\n"
                                    "      events:\n"
                                    "          - &one {A: 1}\n"
                                    "          - *one\n"
                                    "          - {A: 2, B: 3}\n"));
    assert_string_equal(loaded_messages(&l), "");
    const struct rule_test *t = &l.rs->rule[0]->rule_test[0];
    assert_int_equal(t->nevent, 3);
    assert_true(is(t->event[1].value[0], "1"));
    assert_int_equal(t->event[2].n, 2);
    loaded_free(&l);
    loaded_text(&l, SLICE(HEAD TAIL "tests:\n"
                                    "    - {name: a, expect: match, events: []}\n"
                                    "    - {name: b, expect: match, events: [{A: 1}, text]}\n"));
    assert_int_equal(l.rs->rule[0]->nrule_test, 0);
    assert_int_equal(l.rs->nmessage, 2);
    loaded_free(&l);
}

static void a_rule_of_context_says_so(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD TAIL "context: true\n"));
    assert_string_equal(loaded_messages(&l), "");
    assert_true(l.rs->rule[0]->context);
    loaded_free(&l);
    loaded_text(&l, SLICE(HEAD TAIL "context: [a]\n"));
    assert_int_equal(l.rs->nmessage, 1);
    assert_false(l.rs->rule[0]->context);
    loaded_free(&l);
}

static void bad_tests_are_warnings(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE(HEAD TAIL "tests:\n"
                                    "    - {name: a, expect: maybe, event: {A: 1}}\n"
                                    "    - {name: b, expect: match}\n"
                                    "    - {name: c, expect: match, event: {A: {B: 1}}}\n"
                                    "    - text\n"));
    assert_int_equal(l.rs->n, 1);
    assert_int_equal(l.rs->rule[0]->nrule_test, 0);
    assert_int_equal(l.rs->nmessage, 4);
    for (size_t i = 0; i < l.rs->nmessage; i++)
        assert_int_equal(l.rs->message[i].kind, MESSAGE_WARNING);
    loaded_free(&l);
}

static void names_of_levels_and_statuses_go_both_ways(void **state)
{
    enum rule_level level = LEVEL_LOW;
    enum rule_status status = STATUS_UNKNOWN;
    (void)state;
    for (int i = LEVEL_INFORMATIONAL; i <= LEVEL_CRITICAL; i++) {
        assert_int_equal(level_parse(slice_str(level_name((enum rule_level)i)), &level), EV_OK);
        assert_int_equal(level, i);
    }
    for (int i = STATUS_STABLE; i <= STATUS_UNSUPPORTED; i++) {
        assert_int_equal(status_parse(slice_str(status_name((enum rule_status)i)), &status), EV_OK);
        assert_int_equal(status, i);
    }
    assert_string_equal(status_name(STATUS_UNKNOWN), "");
    assert_int_equal(status_parse(SLICE(""), &status), EV_ESYNTAX);
    assert_int_equal(level_parse(SLICE("none"), &level), EV_ESYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(absent_keys_have_defaults),
        cmocka_unit_test(faults_of_information_are_warnings),
        cmocka_unit_test(faults_that_decide_are_errors),
        cmocka_unit_test(every_shape_of_a_selection_is_read),
        cmocka_unit_test(every_fault_of_a_selection_is_told),
        cmocka_unit_test(keys_that_stand_twice_are_safe),
        cmocka_unit_test(timeframe_is_no_selection),
        cmocka_unit_test(global_documents_are_merged_under_later_ones),
        cmocka_unit_test(repeat_emits_the_rule_before_again),
        cmocka_unit_test(rules_carry_their_tests),
        cmocka_unit_test(a_test_may_have_a_sequence_of_events),
        cmocka_unit_test(a_rule_of_context_says_so),
        cmocka_unit_test(bad_tests_are_warnings),
        cmocka_unit_test(names_of_levels_and_statuses_go_both_ways),
    };
    return cmocka_run_group_tests_name("sigma", tests, NULL, NULL);
}
