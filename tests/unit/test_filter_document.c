/* test_filter_document.c - filter documents: to which rules they apply, and what becomes of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build_event.h"
#include "load_rule.h"
#include "match/matcher.h"
#include "rule/filter.h"
#include "rule/link.h"

#define RULE                                                                                       \
    "title: r\nid: id-r\nname: r\nlogsource: {category: process_creation, product: windows}\n"     \
    "detection: {s: {Image|endswith: '\\cmd.exe'}, condition: s}\n---\n"
#define OTHER                                                                                      \
    "title: o\nname: o\nlogsource: {product: windows, service: security}\n"                        \
    "detection: {s: {EventID: 4688}, condition: s}\n---\n"
#define FILTER(rules, logsource, rest)                                                             \
    "title: f\nlogsource: {" logsource "}\nfilter:\n  rules: " rules "\n" rest "\n---\n"
#define NOT_BOB "  sel: {User|endswith: '\\bob'}\n  condition: not sel"

static void load(struct loaded *l, const char *text)
{
    loaded_text(l, slice_str(text));
    ruleset_link(l->rs);
}

static size_t filters_of(const struct loaded *l, size_t i)
{
    return l->rs->rule[i]->nfilter;
}

static void applies_by_reference_and_log_source(void **state)
{
    static const struct {
        const char *filter;
        size_t r, o;
    } cases[] = {
        { FILTER("r", "category: process_creation", NOT_BOB), 1, 0 },
        { FILTER("[ID-R]", "product: windows", NOT_BOB), 1, 0 },
        { FILTER("[r, o]", "product: windows", NOT_BOB), 1, 1 },
        { FILTER("any", "product: windows", NOT_BOB), 1, 1 },
        { FILTER("[]", "product: windows", NOT_BOB), 1, 1 },
        { FILTER("any", "service: security", NOT_BOB), 0, 1 },
        { FILTER("[r, o]", "category: process_creation", NOT_BOB), 1, 0 },
        { FILTER("any", "product: linux", NOT_BOB), 0, 0 },
        { FILTER("nobody", "product: windows", NOT_BOB), 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded l;
        struct buf b;
        buf_init(&b, LIMIT_KIB(8));
        buf_printf(&b, "%s%s%s", RULE, OTHER, cases[i].filter);
        loaded_text(&l, buf_view(&b));
        ruleset_link(l.rs);
        assert_int_equal(l.rs->n, 2);
        if (filters_of(&l, 0) != cases[i].r || filters_of(&l, 1) != cases[i].o)
            fail_msg("%s: %zu, %zu", cases[i].filter, filters_of(&l, 0), filters_of(&l, 1));
        loaded_free(&l);
        buf_release(&b);
    }
}

static void warnings_and_faults(void **state)
{
    static const struct {
        const char *filter, *message;
    } cases[] = {
        { FILTER("r", "product: windows", "  sel: {User: a}\n  condition: sel"), "has no \"not\"" },
        { FILTER("nobody", "product: windows", NOT_BOB), "no loaded rule has the id or name" },
        { FILTER("o", "category: process_creation", NOT_BOB), "another log source" },
        { FILTER("any", "product: linux", NOT_BOB), "no loaded rule has its log source" },
        { FILTER("{a: b}", "product: windows", NOT_BOB), "takes ids or names" },
        { "title: f\nlogsource: {product: windows}\nfilter: {sel: {User: a}, condition: not sel}\n",
          "no rules are named" },
        { "title: f\nfilter: {rules: r, sel: {User: a}, condition: not sel}\n", "log source" },
        { FILTER("r", "product: windows", "  sel: {User: a}\n  condition: not other"),
          "\"other\" is not a selection" },
        { FILTER("r", "product: windows", "  sel: {User: a}\n  condition: sel | count() > 1"),
          "a filter cannot count" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded l;
        struct buf b;
        buf_init(&b, LIMIT_KIB(8));
        buf_printf(&b, "%s%s%s", RULE, OTHER, cases[i].filter);
        loaded_text(&l, buf_view(&b));
        ruleset_link(l.rs);
        if (strstr(loaded_messages(&l), cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].filter, loaded_messages(&l));
        loaded_free(&l);
        buf_release(&b);
    }
}

/* --- on events, by both matchers --- */

struct answer {
    const char *verdict; /* "none": no row */
    uint64_t suppressed, undecided;
};

static struct answer ask(const char *text, enum matcher_kind kind, const char *const *pairs)
{
    struct build b;
    struct loaded l;
    struct hits hits;
    struct matcher *m = NULL;
    const struct match_options o = { .kind = kind };
    build_init(&b);
    l = (struct loaded){ .names = b.names };
    buf_init(&l.text, LIMIT_KIB(64));
    assert_int_equal(ruleset_load_text(slice_str(text), "t.yml", b.names, &l.rs, NULL), EV_OK);
    assert_int_equal(matcher_check(l.rs), 0);
    ruleset_link(l.rs);
    assert_int_equal(matcher_build(l.rs, &o, &m, NULL), EV_OK);
    struct scratch *s = scratch_new(m);
    matcher_run(m, s,
                build_event(&b, "Security", "Microsoft-Windows-Security-Auditing", 4688, pairs),
                &hits);
    const struct rule_counts *n = scratch_counts(s);
    const struct answer a = { hits.n > 0 ? verdict_name(hits.v[0].verdict) : "none",
                              n[0].suppressed, n[0].undecided };
    scratch_free(s);
    matcher_free(m);
    ruleset_free(l.rs);
    buf_release(&l.text);
    build_release(&b);
    return a;
}

#define CMD "NewProcessName", "C:\\Windows\\cmd.exe"
#define BOB "SubjectUserName", "bob", "SubjectDomainName", "X", "SubjectLogonId", "0x1"
#define EVE "SubjectUserName", "eve", "SubjectDomainName", "X", "SubjectLogonId", "0x1"

static void what_a_filter_takes_away_is_counted(void **state)
{
    static const struct {
        const char *filter;
        const char *pairs[12];
        struct answer want;
    } cases[] = {
        { "", { CMD, BOB }, { "full", 0, 0 } },
        { FILTER("r", "product: windows", NOT_BOB), { CMD, BOB }, { "none", 1, 0 } },
        { FILTER("r", "product: windows", NOT_BOB), { CMD, EVE }, { "full", 0, 0 } },
        /* The rule does not match: nothing was taken away. */
        { FILTER("r", "product: windows", NOT_BOB),
          { "NewProcessName", "x", BOB },
          { "none", 0, 0 } },
        /* As pySigma reads it: what is described is kept. */
        { FILTER("r", "product: windows", "  sel: {User|endswith: '\\bob'}\n  condition: sel"),
          { CMD, BOB },
          { "full", 0, 0 } },
        { FILTER("r", "product: windows", "  sel: {User|endswith: '\\bob'}\n  condition: sel"),
          { CMD, EVE },
          { "none", 1, 0 } },
        /* Two filters: one is enough; counted once. */
        { FILTER("r", "product: windows", NOT_BOB) FILTER("any", "product: windows", NOT_BOB),
          { CMD, BOB },
          { "none", 1, 0 } },
        /* The record cannot show what the filter asks. */
        { FILTER("r", "product: windows",
                 "  sel: {OriginalFileName: Cmd.Exe}\n  condition: not sel"),
          { CMD, BOB },
          { "unfiltered", 0, 0 } },
        { FILTER("r", "product: windows", "  sel: {OriginalFileName: Cmd.Exe}\n  condition: sel"),
          { CMD, BOB },
          { "none", 1, 1 } },
        /* A rule that is open stays so only where the filter does not decide. */
        { FILTER("q", "product: windows", NOT_BOB), { CMD, BOB }, { "full", 0, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, LIMIT_KIB(8));
        buf_printf(&b, "%s%s", RULE, cases[i].filter);
        buf_byte(&b, '\0');
        for (int kind = MATCHER_INDEXED; kind <= MATCHER_NAIVE; kind++) {
            struct answer a = ask((const char *)b.p, (enum matcher_kind)kind, cases[i].pairs);
            if (strcmp(a.verdict, cases[i].want.verdict) != 0 ||
                a.suppressed != cases[i].want.suppressed || a.undecided != cases[i].want.undecided)
                fail_msg("case %zu, matcher %d: %s, %d suppressed, %d undecided", i, kind,
                         a.verdict, (int)a.suppressed, (int)a.undecided);
        }
        buf_release(&b);
    }
}

#define OPEN                                                                                       \
    "title: q\nname: q\nlogsource: {category: process_creation, product: windows}\n"               \
    "detection: {s: {Image|endswith: '\\cmd.exe', OriginalFileName: x}, condition: s}\n---\n"

static void a_filter_may_decide_what_the_rule_leaves_open(void **state)
{
    static const char *const pairs[] = { CMD, BOB, NULL };
    (void)state;
    for (int kind = MATCHER_INDEXED; kind <= MATCHER_NAIVE; kind++) {
        assert_int_equal(ask(OPEN, (enum matcher_kind)kind, pairs).undecided, 1);
        assert_int_equal(
            ask(OPEN FILTER("q", "product: windows", NOT_BOB), (enum matcher_kind)kind, pairs)
                .undecided,
            0);
    }
}

static void a_filter_with_a_faulty_regex_is_left_out(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, slice_str(RULE FILTER("r", "product: windows",
                                          "  sel: {User|re: '('}\n  condition: not sel")));
    assert_int_equal(matcher_check(l.rs), 1);
    ruleset_link(l.rs);
    assert_int_equal(l.rs->n, 1);
    assert_int_equal(filters_of(&l, 0), 0);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 1);
    loaded_free(&l);
}

static void classes_know_of_filters(void **state)
{
    struct loaded l;
    struct arena a;
    struct slices missing;
    (void)state;
    arena_init(&a, LIMIT_MIB(1));
    load(&l, RULE);
    assert_int_equal(rule_classify(l.rs->rule[0], SHAPE_4688, &a, &missing), CLASS_FULL);
    loaded_free(&l);
    load(&l, RULE FILTER("r", "product: windows",
                         "  sel: {OriginalFileName: x}\n  condition: not sel"));
    assert_int_equal(rule_classify(l.rs->rule[0], SHAPE_4688, &a, &missing), CLASS_UNFILTERED);
    loaded_free(&l);
    load(&l,
         RULE FILTER("r", "product: windows", "  sel: {OriginalFileName: x}\n  condition: sel"));
    assert_int_equal(rule_classify(l.rs->rule[0], SHAPE_4688, &a, &missing), CLASS_CANNOT_FIRE);
    loaded_free(&l);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applies_by_reference_and_log_source),
        cmocka_unit_test(warnings_and_faults),
        cmocka_unit_test(what_a_filter_takes_away_is_counted),
        cmocka_unit_test(a_filter_may_decide_what_the_rule_leaves_open),
        cmocka_unit_test(a_filter_with_a_faulty_regex_is_left_out),
        cmocka_unit_test(classes_know_of_filters),
    };
    return cmocka_run_group_tests_name("filter_document", tests, NULL, NULL);
}
