/* test_needed.c - what rules need, and the settings for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "event/carried.h"
#include "knowledge/needed.h"
#include "knowledge/needs.h"
#include "rule/ruleset.h"

#define SYSMON "Microsoft-Windows-Sysmon/Operational"

static void event_is_found_without_case_of_its_channel(void **state)
{
    (void)state;
    const struct needed_entry *e = needed_find(SLICE("security"), 4688);
    assert_non_null(e);
    assert_int_equal(e->event_id, 4688);
    assert_false(e->any);
    assert_true(needed_has_field(e, SLICE("CommandLine")));
    assert_true(needed_has_field(e, SLICE("SubjectUserName")));
    assert_false(needed_has_field(e, SLICE("CommandLine@8.1")));
    assert_false(needed_has_field(e, SLICE("OriginalFileName")));
}

static void unknown_event_gets_the_entry_of_its_channel(void **state)
{
    (void)state;
    const struct needed_entry *e = needed_find(SLICE("System"), 4242);
    assert_non_null(e);
    assert_true(e->any);
    assert_null(needed_find(SLICE("No such channel"), 1));
}

static size_t needed_of(const char *text, const struct needed_entry **ret)
{
    struct names *names = names_new();
    struct ruleset *rs = NULL;
    assert_int_equal(ruleset_load_text(slice_str(text), "t.yml", names, &rs, NULL), EV_OK);
    assert_int_equal(rs->n, 1);
    size_t n = needed_of_rule(rs->rule[0], ret, NEEDED_ROOM);
    ruleset_free(rs);
    names_free(names);
    return n;
}

static void category_needs_each_of_its_sources(void **state)
{
    (void)state;
    const struct needed_entry *e[NEEDED_ROOM];
    size_t n = needed_of("title: t\nlogsource: {product: windows, category: process_creation}\n"
                         "detection: {a: {Image: x}, condition: a}\n",
                         e);
    assert_int_equal(n, 2);
    assert_string_equal(e[0]->channel, SYSMON);
    assert_int_equal(e[0]->event_id, 1);
    assert_string_equal(e[1]->channel, "Security");
    assert_int_equal(e[1]->event_id, 4688);
}

static void service_needs_the_event_ids_that_it_tests(void **state)
{
    (void)state;
    const struct needed_entry *e[NEEDED_ROOM];
    size_t n = needed_of("title: t\nlogsource: {product: windows, service: security}\n"
                         "detection: {a: {EventID: [4624, 4625]}, condition: a}\n",
                         e);
    assert_int_equal(n, 2);
    assert_int_equal(e[0]->event_id, 4624);
    assert_int_equal(e[1]->event_id, 4625);
    n = needed_of("title: t\nlogsource: {product: windows, service: system}\n"
                  "detection: {a: {Provider_Name: x}, condition: a}\n",
                  e);
    assert_int_equal(n, 1);
    assert_true(e[0]->any);
}

struct words {
    char text[400];
};

static void add_words(void *ctx, struct slice text)
{
    struct words *w = ctx;
    size_t n = strlen(w->text);
    snprintf(w->text + n, sizeof w->text - n, "%s%.*s", n ? " | " : "", SLICE_ARG(text));
}

static void classes_are(const char *rule, const char *want)
{
    struct names *names = names_new();
    struct ruleset *rs = NULL;
    struct words w = { "" };
    assert_int_equal(ruleset_load_text(slice_str(rule), "t.yml", names, &rs, NULL), EV_OK);
    assert_int_equal(rs->n, 1);
    rule_needs(rs->rule[0], NEED_CLASS, add_words, &w);
    assert_string_equal(w.text, want);
    ruleset_free(rs);
    names_free(names);
}

static void each_source_has_its_class(void **state)
{
    (void)state;
    classes_are("title: t\nlogsource: {product: windows, category: network_connection}\n"
                "detection: {a: {Image: x}, b: {DestinationHostname: y}, condition: a and not b}\n",
                "Sysmon/3: full | Security/5156: unfiltered; not told: DestinationHostname");
    classes_are("title: t\nlogsource: {product: windows, category: registry_event}\n"
                "detection: {a: {Details: x}, condition: a}\n",
                "Sysmon/12: cannot-fire; not told: Details | Sysmon/13: full | "
                "Sysmon/14: cannot-fire; not told: Details | Security/4657, value set: full | "
                "Security/4657, value deleted: cannot-fire; not told: Details");
    classes_are("title: t\nlogsource: {product: windows, category: wmi_event}\n"
                "detection: {a: {Destination: x}, condition: a}\n",
                "Sysmon/19: cannot-fire; not told: Destination | Sysmon/20: full | "
                "Sysmon/21: cannot-fire; not told: Destination | WMI-Activity/5861: full");
    classes_are("title: t\nlogsource: {category: antivirus}\n"
                "detection: {a: {Signature: x}, b: {Filename: y}, condition: a or b}\n",
                "Windows Defender: full");
    classes_are("title: t\nlogsource: {product: windows, service: security}\n"
                "detection: {a: {EventID: 4624}, condition: a}\n",
                "Security: full");
}

static void command(const char *policy, const char *want)
{
    struct buf b;
    buf_init(&b, 4096);
    const struct policy_entry *p = policy_find(slice_str(policy));
    assert_non_null(p);
    policy_command(p, &b);
    assert_int_equal(b.n, strlen(want));
    assert_memory_equal(b.p, want, b.n);
    buf_release(&b);
}

static void policies_are_commands_to_copy(void **state)
{
    (void)state;
    command("process-creation", "auditpol /set "
                                "/subcategory:{0CCE922B-69AE-11D9-BED3-505054503030} "
                                "/success:enable");
    command("process-command-line",
            "reg add \"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\"
            "Audit\" /v ProcessCreationIncludeCmdLine_Enabled /t REG_DWORD /d 1 /f");
    command("sysmon-1", "<ProcessCreate onmatch=\"exclude\"/>");
    command("dns-client", "wevtutil set-log \"Microsoft-Windows-DNS-Client/Operational\" "
                          "/enabled:true");
    command("exchange", "");
}

static void policies_of_a_field_follow_the_alternatives(void **state)
{
    (void)state;
    const struct policy_entry *p[POLICY_ROOM];
    size_t n = policies_of(needed_find(SLICE("Security"), 4688), p, POLICY_ROOM);
    assert_int_equal(n, 2);
    assert_string_equal(p[0]->id, "process-creation");
    assert_string_equal(p[0]->field, "");
    assert_string_equal(p[1]->field, "CommandLine");
    n = policies_of(needed_find(SLICE("Microsoft-Windows-CAPI2/Operational"), 70), p, POLICY_ROOM);
    assert_int_equal(n, 1);
    assert_string_equal(p[0]->id, "capi2");
    n = policies_of(needed_find(SLICE("Microsoft-Windows-PowerShell/Operational"), 4104), p,
                    POLICY_ROOM);
    assert_int_equal(n, 1);
    assert_string_equal(p[0]->id, "powershell-script-block");
}

/* Each event of the Security log is written by some subcategory, and every policy that names a
 * field names one that an event of it has. */
static void tables_agree_with_each_other(void **state)
{
    (void)state;
    const struct policy_entry *p[POLICY_ROOM];
    for (size_t i = 0; needed_at(i) != NULL; i++) {
        const struct needed_entry *e = needed_at(i);
        assert_true(policies_of(e, p, POLICY_ROOM) <= POLICY_ROOM);
        if (strcmp(e->channel, "Security") == 0 && !e->any && policies_of(e, p, POLICY_ROOM) == 0)
            fail_msg("no policy writes Security/%u", e->event_id);
    }
    for (size_t i = 0; policy_at(i) != NULL; i++) {
        const struct policy_entry *q = policy_at(i);
        assert_ptr_equal(policy_find(slice_str(q->id)), q);
        assert_non_null(needed_find(slice_str(q->channel), q->ids[0].from));
        if (q->field[0] != '\0')
            assert_true(needed_has_field(needed_find(slice_str(q->channel), q->ids[0].from),
                                         slice_str(q->field)));
    }
}

/* What a Sysmon event has here is what event/source.def says of it. */
static void fields_of_sysmon_agree_with_the_matcher(void **state)
{
    (void)state;
    static const char *const category[] = { NULL, "process_creation", "file_change",
                                            "network_connection" };
    for (uint32_t id = 1; id <= 3; id++) {
        struct slice left = slice_str(needed_find(SLICE(SYSMON), id)->fields);
        while (left.n > 0) {
            size_t end = slice_find_byte(left, ' ');
            if (end == SIZE_MAX)
                end = left.n;
            struct slice field = slice_sub(left, 0, end);
            size_t at = slice_find_byte(field, '@');
            if (at != SIZE_MAX)
                field = slice_sub(field, 0, at);
            assert_true(category_carries(slice_str(category[id]), field));
            left = slice_sub(left, end + 1, left.n);
        }
    }
}

static void releases_have_words(void **state)
{
    (void)state;
    assert_string_equal(release_text("8.1"), "Windows 8.1, Windows Server 2012 R2");
    assert_string_equal(release_text("no-such"), "no-such");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_is_found_without_case_of_its_channel),
        cmocka_unit_test(unknown_event_gets_the_entry_of_its_channel),
        cmocka_unit_test(category_needs_each_of_its_sources),
        cmocka_unit_test(service_needs_the_event_ids_that_it_tests),
        cmocka_unit_test(each_source_has_its_class),
        cmocka_unit_test(policies_are_commands_to_copy),
        cmocka_unit_test(policies_of_a_field_follow_the_alternatives),
        cmocka_unit_test(tables_agree_with_each_other),
        cmocka_unit_test(fields_of_sysmon_agree_with_the_matcher),
        cmocka_unit_test(releases_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
