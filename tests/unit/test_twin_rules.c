/* test_twin_rules.c - rules of Sigma's categories on Windows' own events. */
#include "match/matcher.h"
#include "twin_events.h"

/* The verdict of one rule on ev; "none". */
static const char *verdict(struct build *b, struct event *ev, const char *category,
                           const char *detection)
{
    const struct match_options o = { 0 };
    struct ruleset *rs = NULL;
    struct matcher *m = NULL;
    struct hits hits;
    const char *ret;
    char text[2048];

    snprintf(text, sizeof text,
             "title: t\nlogsource:\n  product: windows\n  category: %s\ndetection: %s\n", category,
             detection);
    assert_int_equal(ruleset_load_text(slice_str(text), "t.yml", b->names, &rs, NULL), EV_OK);
    if (rs->n != 1)
        fail_msg("not loaded:\n%s", text);
    assert_int_equal(matcher_build(rs, &o, &m, NULL), EV_OK);
    /* Rules bring names: the event's ids are those of now. */
    for (size_t i = 0; i < ev->n; i++)
        ev->field[i].id = names_find(b->names, ev->field[i].name);
    struct scratch *s = scratch_new(m);
    matcher_run(m, s, ev, &hits);
    ret = hits.n ? verdict_name(hits.v[0].verdict) : "none";
    scratch_free(s);
    matcher_free(m);
    ruleset_free(rs);
    return ret;
}

struct rule_row {
    const char *category, *detection, *want;
};

static void expect_rules(struct build *b, struct event *ev, const struct rule_row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *have = verdict(b, ev, row[i].category, row[i].detection);

        if (strcmp(have, row[i].want) != 0)
            fail_msg("%s, expected %s: %s: %s", have, row[i].want, row[i].category,
                     row[i].detection);
    }
}
#define EXPECT_RULES(b, ev, rows) expect_rules(b, ev, rows, sizeof(rows) / sizeof *(rows))

static void registry_rules_see_4657_by_its_operation(void **state)
{
    static const struct rule_row set[] = {
        { "registry_set",
          "{s: {TargetObject|contains: '\\CurrentControlSet\\Services\\', Details: 'DWORD "
          "(0x00000004)'}, condition: s}",
          "full" },
        { "registry_event",
          "{s: {EventType: SetValue, Image|endswith: '\\regedit.exe'}, "
          "condition: s}",
          "full" },
        { "registry_set",
          "{s: {TargetObject|startswith: HKLM}, f: {Company: x}, condition: s and not f}", "full" },
        { "registry_set",
          "{s: {TargetObject|startswith: HKLM}, f: {ProcessGuid: x}, condition: s and not f}",
          "unfiltered" },
        { "registry_delete", "{s: {TargetObject|startswith: HKLM}, condition: s}", "none" },
        { "registry_add", "{s: {TargetObject|startswith: HKLM}, condition: s}", "none" },
        { "registry_rename", "{s: {TargetObject|startswith: HKLM}, condition: s}", "none" },
    };
    static const struct rule_row gone[] = {
        { "registry_delete", "{s: {TargetObject|startswith: HKLM}, condition: s}", "full" },
        { "registry_event", "{s: {EventType: DeleteValue}, condition: s}", "full" },
        { "registry_event",
          "{s: {TargetObject|startswith: HKLM}, f: {Details: x}, condition: s "
          "and not f}",
          "unfiltered" },
        { "registry_set", "{s: {TargetObject|startswith: HKLM}, condition: s}", "none" },
    };

    EXPECT_RULES(*state,
                 security_4657(*state, "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
                               "Start", "%%1905", "%%1876", "4"),
                 set);
    EXPECT_RULES(*state, security_4657(*state, "\\REGISTRY\\MACHINE\\x", "v", "%%1906", "-", "-"),
                 gone);
}

static void connection_rules_see_5156(void **state)
{
    static const struct rule_row rows[] = {
        { "network_connection",
          "{s: {Initiated: 'true', DestinationPort: 3389, Protocol: tcp}, condition: s}", "full" },
        { "network_connection",
          "{s: {Initiated: true}, f: {Image|startswith: 'C:\\Windows\\'}, condition: s and not f}",
          "none" },
        { "network_connection",
          "{s: {Initiated: true}, f: {DestinationIp|cidr: '10.0.0.0/8'}, condition: s and not f}",
          "none" },
        { "network_connection",
          "{s: {Initiated: true}, f: {DestinationHostname|endswith: '.example'}, condition: s and "
          "not f}",
          "unfiltered" },
        { "network_connection", "{s: {DestinationHostname|endswith: '.example'}, condition: s}",
          "none" },
    };

    EXPECT_RULES(*state,
                 security_5156(*state, "\\device\\harddiskvolume2\\windows\\system32\\mshta.exe",
                               "%%14593", "10.0.0.1", "10.0.0.2", "6"),
                 rows);
}

static void wmi_rules_see_5861(void **state)
{
    static const struct rule_row rows[] = {
        { "wmi_event", "{s: {EventID: [19, 20, 21]}, condition: s}", "full" },
        { "wmi_event", "{s: {Destination|contains: ' -enc '}, condition: s}", "full" },
        { "wmi_event", "{s: {Operation: Deleted}, condition: s}", "none" },
        { "wmi_event", "{s: {EventID: 20}, f: {Operation: Deleted}, condition: s and not f}",
          "unfiltered" },
    };

    EXPECT_RULES(*state,
                 wmi_5861(*state, FILTER_TEXT "instance of CommandLineEventConsumer\n{\n\t"
                                              "CommandLineTemplate = \"powershell -enc x\";\n};"),
                 rows);
}

static void antivirus_rules_see_defender(void **state)
{
    static const struct rule_row rows[] = {
        { "antivirus",
          "{s: {Signature|contains: Mimikatz, Filename|endswith: '\\m.exe'}, "
          "condition: s}",
          "full" },
        { "antivirus", "{s: {Signature|contains: Other}, condition: s}", "none" },
    };

    EXPECT_RULES(*state,
                 build_event(*state, "Microsoft-Windows-Windows Defender/Operational",
                             "Microsoft-Windows-Windows Defender", 1116,
                             PAIRS("Threat Name", "HackTool:Win32/Mimikatz", "Path",
                                   "file:_C:\\Temp\\m.exe")),
                 rows);
}

/* --- what others do wrong on 4688 (notes/peers.md 5.4) --- */

static struct event *security_4688(struct build *b)
{
    return build_security(
        b, 4688,
        PAIRS("SubjectUserSid", "S-1-5-18", "SubjectUserName", "HOST$", "SubjectDomainName", "CORP",
              "SubjectLogonId", "0x3e7", "NewProcessId", "0x1f4", "NewProcessName",
              "C:\\Windows\\System32\\cmd.exe", "TokenElevationType", "%%1936", "ProcessId",
              "0x2bc", "CommandLine",
              "cmd /c \xC3\x84"
              "b \xE2\x80\x93x",
              "TargetUserSid", "S-1-0-0", "TargetUserName", "-", "TargetDomainName", "-",
              "TargetLogonId", "0x0", "ParentProcessName", "C:\\Windows\\System32\\services.exe",
              "MandatoryLabel", "S-1-16-16384"));
}

#define PC "process_creation"

static void rules_on_4688_avoid_the_faults_of_others(void **state)
{
    static const struct rule_row rows[] = {
        /* 1: SYSTEM is HOST$ in the log */
        { PC, "{s: {User|contains: [AUTHORI, AUTORI]}, condition: s}", "full" },
        { PC, "{s: {User: 'NT AUTHORITY\\SYSTEM'}, condition: s}", "full" },
        { PC, "{s: {User|contains: 'HOST$'}, condition: s}", "none" },
        /* 2: both spellings, and no third one */
        { PC, "{s: {IntegrityLevel: [System, S-1-16-16384]}, condition: s}", "full" },
        { PC, "{s: {IntegrityLevel: System}, condition: s}", "full" },
        { PC, "{s: {IntegrityLevel: S-1-16-16384}, condition: s}", "full" },
        { PC, "{s: {IntegrityLevel: None}, condition: s}", "none" },
        /* 3: Image and its kin are mapped, ProcessId is the new process */
        { PC, "{s: {Image|endswith: '\\cmd.exe'}, condition: s}", "full" },
        { PC, "{s: {ParentImage|endswith: '\\services.exe'}, condition: s}", "full" },
        { PC, "{s: {ProcessId: 500}, condition: s}", "full" },
        { PC, "{s: {ProcessId: '0x1f4'}, condition: s}", "full" },
        { PC, "{s: {ProcessId: 700}, condition: s}", "none" },
        { PC, "{s: {ProcessId: '0x2bc'}, condition: s}", "none" },
        { PC, "{s: {ParentProcessId: 700}, condition: s}", "full" },
        { PC, "{s: {LogonId: '0x3e7'}, condition: s}", "full" },
        { PC, "{s: {LogonId: 999}, condition: s}", "full" },
        /* 4: a field that 4688 lacks fails one alternative, not the rule */
        { PC, "{s: [{Image|endswith: '\\cmd.exe'}, {OriginalFileName: Cmd.Exe}], condition: s}",
          "full" },
        { PC, "{s: {OriginalFileName: Cmd.Exe}, condition: s}", "none" },
        { PC,
          "{s: {Image|endswith: '\\cmd.exe'}, f: {ParentCommandLine|contains: x}, condition: s "
          "and not f}",
          "unfiltered" },
        /* 6: wildcards bind the whole value, escapes, folding beyond ASCII, dashes */
        { PC, "{s: {Image: '*\\cmd.exe'}, condition: s}", "full" },
        { PC, "{s: {Image: '\\cmd.exe'}, condition: s}", "none" },
        { PC, "{s: {Image: 'C:\\Windows\\System32\\cmd.ex?'}, condition: s}", "full" },
        { PC, "{s: {Image: 'C:\\Windows\\\\System32\\\\cmd.exe'}, condition: s}", "full" },
        { PC, "{s: {Image|endswith: '\\*.exe'}, condition: s}", "none" },
        { PC, "{s: {Image|endswith: '\\\\*.exe'}, condition: s}", "full" },
        { PC,
          "{s: {CommandLine|contains: '\xC3\xA4"
          "B'}, condition: s}",
          "full" },
        { PC, "{s: {CommandLine|contains|windash: ' -x'}, condition: s}", "full" },
        { PC, "{s: {CommandLine|contains: ' -x'}, condition: s}", "none" },
    };

    EXPECT_RULES(*state, security_4688(*state), rows);
}

/* 7: the provider and the channel of the record decide, never the EventID alone. */
static void other_providers_and_channels_are_no_process_creation(void **state)
{
    static const struct {
        const char *channel, *provider;
        uint32_t id;
        const char *want;
    } rows[] = {
        { "Security", "Microsoft-Windows-Security-Auditing", 4688, "full" },
        { "Security", "Somebody", 4688, "none" },
        { "Application", "Microsoft-Windows-Security-Auditing", 4688, "none" },
        { "System", "Microsoft-Windows-Kernel-General", 1, "none" },
        { "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 1, "full" },
        { "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Kernel-General", 1, "none" },
        { "ForwardedEvents", "Microsoft-Windows-Sysmon", 1, "none" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event *ev = build_event(*state, rows[i].channel, rows[i].provider, rows[i].id,
                                       PAIRS("Image", "C:\\x.exe", "NewProcessName", "C:\\x.exe"));

        assert_string_equal(
            verdict(*state, ev, PC, "{s: {Image|endswith: '\\x.exe'}, condition: s}"),
            rows[i].want);
    }
}

/* Versions differ by the fields that are there, not by a number. */
static void versions_of_4688_differ_by_their_fields(void **state)
{
    static const struct rule_row v0[] = {
        { PC, "{s: {Image|endswith: '\\a.exe'}, condition: s}", "full" },
        { PC, "{s: {User: 'CORP\\jdoe'}, condition: s}", "full" },
        { PC,
          "{s: {Image|endswith: '\\a.exe'}, f: {CommandLine|contains: x}, condition: s and not "
          "f}",
          "unfiltered" },
        { PC, "{s: {CommandLine|contains: x}, condition: s}", "none" },
        { PC,
          "{s: {Image|endswith: '\\a.exe'}, f: {IntegrityLevel: System}, condition: s and not "
          "f}",
          "unfiltered" },
    };
    static const struct rule_row v1[] = {
        { PC, "{s: {CommandLine|contains: x}, condition: s}", "full" },
        { PC,
          "{s: {CommandLine|contains: x}, f: {ParentImage|endswith: '\\p.exe'}, condition: s "
          "and not f}",
          "unfiltered" },
    };

    EXPECT_RULES(
        *state,
        build_security(*state, 4688,
                       PAIRS("SubjectUserSid", "S-1-5-21-1-2-3-1001", "SubjectUserName", "jdoe",
                             "SubjectDomainName", "CORP", "SubjectLogonId", "0x1234",
                             "NewProcessId", "0x1f4", "NewProcessName", "C:\\a.exe",
                             "TokenElevationType", "%%1938", "ProcessId", "0x2bc")),
        v0);
    EXPECT_RULES(*state,
                 build_security(*state, 4688,
                                PAIRS("SubjectUserSid", "S-1-5-21-1-2-3-1001", "SubjectUserName",
                                      "jdoe", "SubjectDomainName", "CORP", "SubjectLogonId",
                                      "0x1234", "NewProcessId", "0x1f4", "NewProcessName",
                                      "C:\\a.exe", "TokenElevationType", "%%1938", "ProcessId",
                                      "0x2bc", "CommandLine", "a.exe x")),
                 v1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registry_rules_see_4657_by_its_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(connection_rules_see_5156, setup, teardown),
        cmocka_unit_test_setup_teardown(wmi_rules_see_5861, setup, teardown),
        cmocka_unit_test_setup_teardown(antivirus_rules_see_defender, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_on_4688_avoid_the_faults_of_others, setup, teardown),
        cmocka_unit_test_setup_teardown(other_providers_and_channels_are_no_process_creation, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(versions_of_4688_differ_by_their_fields, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
