/* test_lint.c - each check of the lint by a rule that it must find and one that it must leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"
#include "rule/lint.h"

static struct lint lint;
static struct names *names;
static struct ruleset *rules;
static char found[4096];

static void drop(void)
{
    lint_release(&lint);
    ruleset_free(rules);
    names_free(names);
    rules = NULL;
    names = NULL;
}

/* "check:line check:line ..." of the documents in text. */
static const char *lint_of(const char *text)
{
    size_t n = 0;
    found[0] = '\0';
    names = names_new();
    assert_int_equal(ruleset_load_text(slice_str(text), "rule.yml", names, &rules, NULL), EV_OK);
    lint_init(&lint);
    lint.thorough = true;
    lint_rules(&lint, rules);
    for (size_t i = 0; i < lint.note.n && n < sizeof found; i++)
        n += (size_t)snprintf(found + n, sizeof found - n, "%s%s:%u", i ? " " : "",
                              lint.note.v[i].check, lint.note.v[i].line);
    return found;
}

#define GOOD_HEAD                                                                                  \
    "title: A good title\nid: 523e5b27-74ac-4315-8f19-60c81dd5b995\nstatus: test\n"                \
    "description: Something that nobody does by accident.\nauthor: somebody\n"                     \
    "date: 2026-03-01\nmodified: 2026-03-02\nreferences:\n    - https://example.org/\n"            \
    "tags:\n    - attack.execution\n    - attack.t1059\n    - cve.2021-44228\n    - tlp.red\n"     \
    "    - car.2013-05-009\n    - stp.2a\n    - detection.dfir\n"                                  \
    "falsepositives:\n    - Unknown\nlevel: high\n"
#define PROCESS "logsource:\n    category: process_creation\n    product: windows\n"
#define DETECTION                                                                                  \
    "detection:\n    selection:\n        Image|endswith: '\\a.exe'\n    condition: selection\n"

static void a_good_rule_has_no_notes(void **state)
{
    (void)state;
    assert_string_equal(lint_of(GOOD_HEAD PROCESS DETECTION), "");
    drop();
}

/* --- what a rule says of itself --- */

static const struct {
    const char *head, *want;
} head_cases[] = {
    { "title: t\n",
      "id-missing:1 status-missing:1 level-missing:1 author-missing:1 "
      "description-missing:1 falsepositives-missing:1 date-missing:1 tags-missing:1" },
    { "title: Detects a thing.\nid: 1-2\n",
      "title-form:1 title-form:1 id-form:2 status-missing:1 level-missing:1 author-missing:1 "
      "description-missing:1 falsepositives-missing:1 date-missing:1 tags-missing:1" },
    { "title: t\nid: 523e5b27-74ac-4315-8f19-60c81dd5b995\nstatus: test\nlevel: low\nauthor: a\n"
      "description: Too short\nfalsepositives: [Unknown]\ndate: 2020/03/01\nmodified: 2019-01-01\n"
      "tags: [attack.t1003, attack.t1003, attack.credential_access, Attack.X, cve.2021.44228, "
      "tlp.white, "
      "stp.9, detection.x, car.2013, foo.bar, x]\n"
      "references: [example.org, https://a/, https://a/]\n"
      "related:\n    - id: 523E5b27-74ac-4315-8f19-60c81dd5b995\n      type: similar\n"
      "    - id: x\n      type: cousin\n",
      "related-form:12 related-form:12 related-form:12 description-form:6 date-form:8 date-order:9 "
      "reference-form:11 reference-duplicate:11 tag-duplicate:10 tag-form:10 tag-form:10 "
      "tag-form:10 tag-form:10 tag-form:10 tag-form:10 tag-form:10 tag-form:10 tag-form:10" },
};

static void heads_follow_conventions(void **state)
{
    char text[4096];
    (void)state;
    for (size_t i = 0; i < sizeof head_cases / sizeof *head_cases; i++) {
        snprintf(text, sizeof text, "%s" PROCESS DETECTION, head_cases[i].head);
        assert_string_equal(lint_of(text), head_cases[i].want);
        drop();
    }
}

static void titles_are_unique(void **state)
{
    (void)state;
    assert_string_equal(
        lint_of(GOOD_HEAD PROCESS DETECTION "---\ntitle: A good title\n" PROCESS DETECTION),
        "title-duplicate:29 id-missing:29 status-missing:29 level-missing:29 author-missing:29 "
        "description-missing:29 falsepositives-missing:29 date-missing:29 tags-missing:29");
    drop();
    /* Documents made of one `action: global` share title and id. */
    assert_string_equal(
        lint_of("action: global\n" GOOD_HEAD "---\n" PROCESS DETECTION "---\n" PROCESS DETECTION),
        "");
    for (size_t i = 0; i < rules->nmessage; i++)
        fail_msg("%.*s", SLICE_ARG(rules->message[i].text));
    drop();
}

/* --- detections: the first line of the selection is line 23 --- */

static const struct {
    const char *detection, *want;
} detection_cases[] = {
    { "s: {CommandLine: 'C:\\*'}\n    condition: s", "escaped-wildcard" },
    { "s: {CommandLine: 'C:\\\\*'}\n    condition: s", "wildcard-ends" },
    { "s: {CommandLine|contains: 'C:\\*'}\n    condition: s", "" },
    { "s: {CommandLine|startswith: '\\\\srv\\share'}\n    condition: s", "unc-backslash" },
    { "s: {CommandLine|startswith: '\\\\\\\\srv\\share'}\n    condition: s", "" },
    { "s: {CommandLine|contains: '\\\\srv\\share'}\n    condition: s", "" },
    { "s: {Image|startswith: '\\\\Device\\x'}\n    condition: s", "" },
    { "s: {OriginalFileName: '\\a.exe'}\n    condition: s", "path-never" },
    { "s: {Image: a.exe}\n    condition: s", "path-never" },
    { "s: {Image: 'C:\\a.exe'}\n    condition: s", "" },
    { "s: {Image: System}\n    condition: s", "" },
    { "s: {CommandLine: '*'}\n    condition: s", "value-everything" },
    { "s: {CommandLine: 'a**b'}\n    condition: s", "wildcard-double" },
    { "s: {CommandLine|contains|windash: [a, b]}\n    condition: s", "windash-idle" },
    { "s: {CommandLine|contains|windash: [a, ' -b']}\n    condition: s", "" },
    { "s: {CommandLine: \"a\\eb\"}\n    condition: s", "value-control" },
    { "s: {CommandLine|re: abc}\n    condition: s", "regex-plain" },
    { "s: {CommandLine|re: '.*a+'}\n    condition: s", "regex-ends" },
    { "s: {CommandLine|re: 'a+b'}\n    condition: s", "" },
    { "s: {CommandLine|contains|all: a}\n    condition: s", "all-single" },
    { "s: {CommandLine: [a, A]}\n    condition: s", "value-duplicate" },
    { "s: {CommandLine|cased: [a, A]}\n    condition: s", "" },
    { "s: {CommandLine|contains: [ab, xaby]}\n    condition: s", "value-covered" },
    { "s: {CommandLine|contains|all: [ab, xaby]}\n    condition: s", "" },
    { "s: {CommandLin: a}\n    condition: s", "field-unknown" },
    { "s: {EventID: 1, CommandLine: a}\n    condition: s", "eventid-category" },
    { "s: {Image|endswith: a.exe, Image: 'C:\\b.exe'}\n    condition: s",
      "selection-dead condition-never" },
    { "s: {Image|startswith: a, Image|contains: b}\n    condition: s", "" },
    { "s: {Image|endswith: [a, b], Image: [xa, xc]}\n    condition: s", "" },
    { "s: {Image|exists: false, Image|contains: b}\n    condition: s",
      "selection-dead condition-never" },
    { "s: {Image: null, Image|contains: b}\n    condition: s", "selection-dead condition-never" },
    { "s: {ProcessId|gt: 5, ProcessId|lt: 3}\n    condition: s", "" },
    { "s: {LogonId|gt: 5, LogonId|lt: 3}\n    condition: s", "selection-dead condition-never" },
    { "s: {LogonId|gte: 5, LogonId|lte: 5}\n    condition: s", "" },
    { "s: {Image: a}\n    t: {Image: b}\n    condition: s and t", "condition-never" },
    { "s: {Image: a}\n    t: {Image: b}\n    condition: s or t", "" },
    { "s: {Image: a}\n    f: {Image: b}\n    condition: s and not f", "selection-idle" },
    { "s: {Image: a}\n    condition: s and not s", "condition-never" },
    { "s: {Image: a}\n    condition: s or not s", "condition-always" },
    { "s: {Image: a}\n    condition: not s", "condition-negative" },
    { "s: {Image: a}\n    t: {User: b}\n    condition: s or (s and t)", "selection-idle" },
    { "s: {IntegrityLevel: High}\n    t: {IntegrityLevel: S-1-16-12288}\n    condition: s and t",
      "" },
};

static void detections_mean_what_they_say(void **state)
{
    char text[4096], *at;
    (void)state;
    for (size_t i = 0; i < sizeof detection_cases / sizeof *detection_cases; i++) {
        snprintf(text, sizeof text, GOOD_HEAD PROCESS "detection:\n    %s\n",
                 detection_cases[i].detection);
        lint_of(text);
        /* Lines were tested above: the names alone. */
        for (char *colon = found; (at = strchr(colon, ':')) != NULL; colon = at)
            memmove(at, at + strcspn(at, " "), strlen(at + strcspn(at, " ")) + 1);
        if (strcmp(found, detection_cases[i].want) != 0)
            fail_msg("\"%s\" gives \"%s\", not \"%s\"", detection_cases[i].detection, found,
                     detection_cases[i].want);
        drop();
    }
}

static void unknown_keys_are_kept(void **state)
{
    (void)state;
    lint_of(GOOD_HEAD PROCESS DETECTION "enrichment: [EN_0001, {a: 'b\"c', n: 1}]\nowner: me\n");
    const struct rule_key *k = rule_key_find(rules->rule[0], "enrichment");
    assert_non_null(k);
    assert_false(k->known);
    assert_int_equal(k->line, 28);
    assert_true(slice_eq(k->text, SLICE("[\"EN_0001\", {\"a\": \"b\\\"c\", \"n\": 1}]")));
    assert_true(slice_eq(rule_key_find(rules->rule[0], "owner")->text, SLICE("me")));
    assert_true(rule_key_find(rules->rule[0], "tags")->known);
    drop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_rule_has_no_notes), cmocka_unit_test(heads_follow_conventions),
        cmocka_unit_test(titles_are_unique),        cmocka_unit_test(detections_mean_what_they_say),
        cmocka_unit_test(unknown_keys_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
