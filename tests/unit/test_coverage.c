/* test_coverage.c - could a rule have fired, judged on evidence made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/filetime.h"
#include "knowledge/coverage.h"
#include "load_rule.h"
#include "rule/link.h"

#define SYSMON "Microsoft-Windows-Sysmon/Operational"
#define POWERSHELL "Microsoft-Windows-PowerShell/Operational"
#define DAY (86400 * FILETIME_SECOND)
/* 2026-03-05T10:00:00Z */
#define TEN UINT64_C(134171784000000000)

struct bench {
    struct loaded rules;
    struct evidence e;
    struct evidence_host host;
    struct evidence_channel channel[4];
    struct evidence_id id[4][8];
    struct coverage c;
    bool judged;
    struct buf text;
};

static int setup(void **state)
{
    static struct bench b;

    memset(&b, 0, sizeof b);
    evidence_init(&b.e);
    buf_init(&b.text, LIMIT_KIB(64));
    b.host.computer = SLICE("WS01");
    b.host.channel = b.channel;
    b.e.host = &b.host;
    b.e.nhost = 1;
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    if (b->judged)
        coverage_release(&b->c);
    evidence_release(&b->e);
    buf_release(&b->text);
    loaded_free(&b->rules);
    return 0;
}

/* A channel with n events of each id (0 ends the list). */
static struct evidence_channel *has(struct bench *b, const char *name, uint64_t n,
                                    const uint32_t *ids)
{
    struct evidence_channel *c = &b->channel[b->host.nchannel];

    c->name = slice_str(name);
    c->id = b->id[b->host.nchannel++];
    c->oldest = TEN;
    c->newest = TEN + DAY;
    for (; *ids; ids++) {
        c->id[c->nid++] = (struct evidence_id){ .event_id = *ids, .n = n };
        c->events += n;
    }
    c->all = c->events;
    return c;
}

#define IDS(...) ((const uint32_t[]){ __VA_ARGS__, 0 })

/* 4688: n of them, of these `with` with a command line. */
static void has_4688(struct bench *b, uint64_t n, uint64_t with)
{
    has(b, "Security", n, IDS(4688));
    b->host.process = (struct summary_host){ .s4688 = n, .s4688_with_command_line = with };
}

static void rules(struct bench *b, const char *text)
{
    loaded_text(&b->rules, slice_str(text));
    assert_non_null(b->rules.rs);
    ruleset_link(b->rules.rs);
    assert_int_equal(b->rules.rs->nmessage, 0);
    coverage_init(&b->c, b->rules.rs, &b->e, NULL, NULL, NULL);
    b->judged = true;
}

/* "could not: no Sysmon log" of rule i. */
static const char *answer(struct bench *b, size_t i)
{
    const struct cover one = coverage_judge(&b->c, 0, b->rules.rs->rule[i]);

    buf_clear(&b->text);
    buf_printf(&b->text, "%s: ", cover_state_name(one.state));
    cover_text(&one, &b->text);
    return render_text(&b->text);
}

#define PROCESS(detection)                                                                         \
    "title: t\nlogsource: {product: windows, category: process_creation}\n"                        \
    "detection:\n    s:\n        " detection "\n    condition: s\n"
#define SERVICE(service, detection)                                                                \
    "title: t\nlogsource: {product: windows, service: " service "}\n"                              \
    "detection:\n    s: {" detection "}\n    condition: s\n"
#define CATEGORY(category)                                                                         \
    "title: t\nlogsource: {product: windows, category: " category "}\n"                            \
    "detection:\n    s: {Image: x}\n    condition: s\n"

static void without_logs_every_way_is_named(void **state)
{
    struct bench *b = *state;

    rules(b, PROCESS("Image: x"));
    assert_string_equal(answer(b, 0), "could not: no Sysmon log, no Security log");
}

static void a_kind_that_must_be_switched_on_has_to_be_there(void **state)
{
    struct bench *b = *state;

    has(b, SYSMON, 10, IDS(1, 3));
    rules(b, CATEGORY("process_access"));
    assert_string_equal(answer(b, 0), "could not: no event 10 in the Sysmon log");
}

static void a_kind_that_is_there_is_enough(void **state)
{
    struct bench *b = *state;

    has(b, SYSMON, 10, IDS(1, 10));
    rules(b, CATEGORY("process_access"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void windows_always_writes_a_service_that_was_installed(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(6005));
    rules(b, SERVICE("system", "EventID: 7045"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void an_event_of_the_audit_subcategory_proves_that_it_is_on(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 3, IDS(4722));
    rules(b, SERVICE("security", "EventID: 4720"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void a_rare_event_that_is_missing_proves_nothing(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 1000, IDS(4624));
    rules(b, SERVICE("security", "EventID: 4720"));
    assert_string_equal(answer(b, 0),
                        "in part: no event 4720 in the Security log and none else of audit "
                        "subcategory User Account Management: off, or nothing happened");
}

static void a_busy_event_that_is_missing_from_a_long_log_was_off(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 1000, IDS(4672));
    rules(b, SERVICE("security", "EventID: 4688"));
    assert_string_equal(answer(b, 0),
                        "could not: no event 4688 in the Security log: audit of Process Creation "
                        "is off");
}

static void a_busy_event_that_is_missing_from_a_short_log_proves_nothing(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 20, IDS(4672));
    rules(b, SERVICE("security", "EventID: 4688"));
    assert_non_null(strstr(answer(b, 0), "in part: "));
}

static void a_rule_of_every_log_may_name_its_channel(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(1149));
    rules(b, "title: t\nlogsource: {product: windows}\n"
             "detection: {s: {Channel: A/Operational, EventID: 1149}, condition: s}\n");
    assert_string_equal(answer(b, 0), "could not: no A log");
}

static void clearing_the_security_log_is_written_whatever_the_policy(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 20, IDS(4672));
    rules(b, SERVICE("security", "EventID: 1102"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void command_lines_that_were_never_written(void **state)
{
    struct bench *b = *state;

    has_4688(b, 50, 0);
    b->host.process.first = TEN;
    b->host.process.last = TEN + DAY;
    rules(b, PROCESS("CommandLine|contains: x"));
    assert_string_equal(answer(b, 0), "could not: 4688 without command line from "
                                      "2026-03-05T10:00:00Z to 2026-03-06T10:00:00Z");
}

static void command_lines_that_were_off_for_a_time(void **state)
{
    struct bench *b = *state;
    struct summary_span span = { .first = TEN, .last = TEN + FILETIME_SECOND, .count = 20 };

    has_4688(b, 50, 30);
    b->host.process.span = &span;
    b->host.process.nspan = 1;
    rules(b, PROCESS("CommandLine|contains: x"));
    assert_string_equal(answer(b, 0), "in part: 4688 without command line from "
                                      "2026-03-05T10:00:00Z to 2026-03-05T10:00:01Z");
}

static void a_rule_without_command_line_does_not_care(void **state)
{
    struct bench *b = *state;

    has_4688(b, 50, 0);
    rules(b, PROCESS("Image: x"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void fields_that_4688_lacks_are_named(void **state)
{
    struct bench *b = *state;

    has_4688(b, 50, 50);
    rules(b, PROCESS("OriginalFileName: x"));
    assert_string_equal(answer(b, 0), "could not: Security 4688 has no OriginalFileName");
}

static void sysmon_makes_up_for_4688(void **state)
{
    struct bench *b = *state;

    has_4688(b, 50, 0);
    has(b, SYSMON, 5, IDS(1));
    b->host.process.sysmon_1 = 5;
    rules(b, PROCESS("OriginalFileName: x"));
    assert_string_equal(answer(b, 0), "could fire: ");
}

static void an_old_sysmon_tells_no_original_name(void **state)
{
    struct bench *b = *state;

    has(b, SYSMON, 5, IDS(1));
    b->host.process.sysmon_1 = b->host.process.sysmon_1_old = 5;
    rules(b, PROCESS("OriginalFileName: x"));
    assert_string_equal(answer(b, 0), "in part: Sysmon before version 10 has no OriginalFileName");
}

static void a_short_log_does_not_tell_that_auditing_was_off(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 20, IDS(4624));
    rules(b, PROCESS("Image: x"));
    assert_string_equal(answer(b, 0), "could not: no event 4688 in the Security log");
}

static void a_poorer_source_counts_in_part(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 5, IDS(4657));
    rules(b, CATEGORY("registry_set"));
    assert_string_equal(answer(b, 0), "in part: only event 4657 of the Security log, which tells "
                                      "less than Sysmon");
}

static void script_blocks_may_be_the_suspicious_ones_only(void **state)
{
    struct bench *b = *state;

    has(b, POWERSHELL, 5, IDS(4104));
    b->host.script_blocks = 5;
    rules(b, "title: t\nlogsource: {product: windows, category: ps_script}\n"
             "detection: {s: {ScriptBlockText: x}, condition: s}\n");
    assert_string_equal(answer(b, 0), "in part: only script blocks that PowerShell found "
                                      "suspicious: logging of all is off");
}

static void a_log_that_begins_after_the_window(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    b->e.from = TEN - 2 * DAY;
    b->e.to = TEN - DAY;
    rules(b, SERVICE("system", "EventID: 7045"));
    assert_string_equal(answer(b, 0), "could not: System log begins after the time asked for: "
                                      "2026-03-05T10:00:00Z");
}

static void a_log_that_begins_inside_the_window(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    b->e.from = TEN - DAY;
    rules(b, SERVICE("system", "EventID: 7045"));
    assert_string_equal(answer(b, 0), "in part: System log begins after the time asked for: "
                                      "2026-03-05T10:00:00Z");
}

static void a_log_that_ends_before_the_window(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    b->e.from = TEN + 2 * DAY;
    rules(b, SERVICE("system", "EventID: 7045"));
    assert_string_equal(answer(b, 0), "could not: System log ends before the time asked for: "
                                      "2026-03-06T10:00:00Z");
}

static void no_event_log_holds_every_access_to_files(void **state)
{
    struct bench *b = *state;

    rules(b, CATEGORY("file_access"));
    assert_non_null(strstr(answer(b, 0), "could not: category file_access needs"));
}

#define TWO_RULES                                                                                  \
    "title: a\nname: a\nlogsource: {product: windows, service: system}\n"                          \
    "detection: {s: {EventID: 7045}, condition: s}\n---\n"                                         \
    "title: b\nname: b\nlogsource: {product: windows, category: process_access}\n"                 \
    "detection: {s: {Image: x}, condition: s}\n---\n"                                              \
    "title: c\ncorrelation:\n    type: "

static void a_sequence_needs_all_its_rules(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    rules(b, TWO_RULES "temporal\n    rules: [a, b]\n    timespan: 5m\n");
    assert_string_equal(answer(b, 2), "could not: no Sysmon log");
}

static void a_count_needs_one_of_its_rules(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    rules(b, TWO_RULES "event_count\n    rules: [a, b]\n    timespan: 5m\n"
                       "    condition: {gte: 2}\n");
    assert_string_equal(answer(b, 2), "could fire: ");
}

static void events_that_no_rule_looks_at_come_by_number(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(6005, 7040, 7045));
    b->channel[0].id[1].n = 9;
    rules(b, SERVICE("system", "EventID: 7045"));
    assert_int_equal(b->c.blanks.n, 2);
    assert_int_equal(b->c.blanks.v[0].event_id, 7040);
    assert_int_equal(b->c.blanks.v[1].event_id, 6005);
    assert_int_equal(b->c.blank_events, 12);
}

static void the_setting_that_would_help_most_comes_first(void **state)
{
    struct bench *b = *state;

    has(b, "Security", 1000, IDS(4624));
    rules(b, PROCESS("CommandLine|contains: x") "---\n" PROCESS("Image: y") "---\n" SERVICE(
                 "security", "EventID: 4720"));
    assert_true(b->c.settings.n >= 3);
    assert_int_equal(b->c.settings.v[0].rules, 2);
    assert_true(slice_eq(b->c.settings.v[0].name,
                         SLICE("Detailed Tracking: Process Creation, with command lines")));
    assert_true(
        slice_starts(b->c.settings.v[0].how, SLICE("auditpol /set /subcategory:{0CCE922B")));
}

static void tactics_count_rules_by_state(void **state)
{
    struct bench *b = *state;

    has(b, "System", 3, IDS(7045));
    rules(b, "title: a\ntags: [attack.persistence, attack.t1543.003]\n"
             "logsource: {product: windows, service: system}\n"
             "detection: {s: {EventID: 7045}, condition: s}\n---\n"
             "title: b\ntags: [attack.persistence]\n"
             "logsource: {product: windows, category: process_access}\n"
             "detection: {s: {Image: x}, condition: s}\n");
    assert_int_equal(b->c.tactics.n, 1);
    assert_string_equal(b->c.tactics.v[0].entry->id, "TA0003");
    assert_int_equal(b->c.tactics.v[0].n[COVER_FIRE], 1);
    assert_int_equal(b->c.tactics.v[0].n[COVER_NOT], 1);
    assert_int_equal(b->c.techniques.n, 1);
    assert_int_equal(b->c.n[COVER_FIRE], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_logs_every_way_is_named),
        TEST(a_kind_that_must_be_switched_on_has_to_be_there),
        TEST(a_kind_that_is_there_is_enough),
        TEST(windows_always_writes_a_service_that_was_installed),
        TEST(an_event_of_the_audit_subcategory_proves_that_it_is_on),
        TEST(a_rare_event_that_is_missing_proves_nothing),
        TEST(a_busy_event_that_is_missing_from_a_long_log_was_off),
        TEST(a_busy_event_that_is_missing_from_a_short_log_proves_nothing),
        TEST(a_rule_of_every_log_may_name_its_channel),
        TEST(clearing_the_security_log_is_written_whatever_the_policy),
        TEST(command_lines_that_were_never_written),
        TEST(command_lines_that_were_off_for_a_time),
        TEST(a_rule_without_command_line_does_not_care),
        TEST(fields_that_4688_lacks_are_named),
        TEST(sysmon_makes_up_for_4688),
        TEST(an_old_sysmon_tells_no_original_name),
        TEST(a_short_log_does_not_tell_that_auditing_was_off),
        TEST(a_poorer_source_counts_in_part),
        TEST(script_blocks_may_be_the_suspicious_ones_only),
        TEST(a_log_that_begins_after_the_window),
        TEST(a_log_that_begins_inside_the_window),
        TEST(a_log_that_ends_before_the_window),
        TEST(no_event_log_holds_every_access_to_files),
        TEST(a_sequence_needs_all_its_rules),
        TEST(a_count_needs_one_of_its_rules),
        TEST(events_that_no_rule_looks_at_come_by_number),
        TEST(the_setting_that_would_help_most_comes_first),
        TEST(tactics_count_rules_by_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
