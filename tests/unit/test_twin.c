/* test_twin.c - Windows' own events in the language of Sigma's categories: each field, and rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "build_event.h"
#include "match/matcher.h"

static int setup(void **state)
{
    static struct build b;

    build_init(&b);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    build_release(*state);
    return 0;
}

/* All values of the field, joined with " | "; absent: "-". */
static const char *values(struct build *b, struct event *ev, const char *name)
{
    struct slice s = SLICE_ABSENT;

    for (size_t i = 0; i < ev->n; i++)
        if (slice_eq(ev->field[i].name, slice_str(name)))
            s = arena_printf(&b->arena, "%.*s%s%.*s", SLICE_ARG(s), s.p ? " | " : "",
                             SLICE_ARG(event_text(ev, i)));
    return s.p ? arena_str(&b->arena, s) : "-";
}

static void expect(struct build *b, struct event *ev, const char *name, const char *want)
{
    struct event twin;
    enum twin_kind kind = event_twin_kind(ev);

    assert_int_not_equal(kind, TWIN_NONE);
    assert_int_equal(twin_make(ev, kind, &twin), EV_OK);
    if (strcmp(values(b, &twin, name), want) != 0)
        fail_msg("%s is \"%s\", expected \"%s\"", name, values(b, &twin, name), want);
}

/* --- registry: 4657 --- */

static struct event *security_4657(struct build *b, const char *key, const char *value,
                                   const char *operation, const char *type, const char *data)
{
    return build_security(b, 4657,
                          PAIRS("SubjectUserSid", "S-1-5-18", "SubjectUserName", "HOST$",
                                "SubjectDomainName", "CORP", "SubjectLogonId", "0x3e7",
                                "ObjectName", key, "ObjectValueName", value, "HandleId", "0x54",
                                "OperationType", operation, "OldValueType", "-", "OldValue", "-",
                                "NewValueType", type, "NewValue", data, "ProcessId", "0x1f4",
                                "ProcessName", "C:\\Windows\\regedit.exe"));
}

static void key_of_4657_is_written_as_sysmon_does(void **state)
{
    static const char *const rows[][3] = {
        { "\\REGISTRY\\MACHINE\\SOFTWARE\\Run", "evil", "HKLM\\SOFTWARE\\Run\\evil" },
        { "\\registry\\machine\\Software", "v", "HKLM\\Software\\v" },
        { "\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001\\Environment", "windir",
          "HKU\\S-1-5-21-1-2-3-1001\\Environment\\windir" },
        { "\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001_Classes\\ms-settings", "",
          "HKU\\S-1-5-21-1-2-3-1001_Classes\\ms-settings\\(Default)" },
        { "\\REGISTRY\\USER\\.DEFAULT\\Software", "-", "HKU\\.DEFAULT\\Software\\(Default)" },
        { "\\REGISTRY\\MACHINE", "v", "HKLM\\v" },
        { "\\REGISTRY\\MACHINERY\\x", "v", "\\REGISTRY\\MACHINERY\\x\\v" },
        { "\\REGISTRY\\A\\{1}\\Root", "v", "\\REGISTRY\\A\\{1}\\Root\\v" },
        { "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x", "Start",
          "HKLM\\System\\CurrentControlSet\\Services\\x\\Start | "
          "HKLM\\SYSTEM\\ControlSet001\\Services\\x\\Start" },
        { "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001", "v",
          "HKLM\\System\\CurrentControlSet\\v | HKLM\\SYSTEM\\ControlSet001\\v" },
        { "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet1\\x", "v", "HKLM\\SYSTEM\\ControlSet1\\x\\v" },
        { "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001x", "v", "HKLM\\SYSTEM\\ControlSet001x\\v" },
        { "\\REGISTRY\\USER\\SYSTEM\\ControlSet001\\x", "v", "HKU\\SYSTEM\\ControlSet001\\x\\v" },
        { "\\REGISTRY\\MACHINE\\SOFTWARE\\Classes\\exefile", "v",
          "HKCR\\exefile\\v | HKLM\\SOFTWARE\\Classes\\exefile\\v" },
        { "\\REGISTRY\\MACHINE\\SOFTWARE\\ClassesRoot", "v", "HKLM\\SOFTWARE\\ClassesRoot\\v" },
        { "", "v", "-" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(*state, security_4657(*state, rows[i][0], rows[i][1], "%%1905", "%%1873", "x"),
               "TargetObject", rows[i][2]);
}

static void data_of_4657_are_written_by_type(void **state)
{
    static const char *const rows[][3] = {
        { "%%1873", "C:\\x.exe", "C:\\x.exe" },
        { "%%1873", "", "(Empty)" },
        { "%%1874", "%SystemRoot%\\x", "%SystemRoot%\\x" },
        { "%%1876", "1", "DWORD (0x00000001)" },
        { "%%1876", "0", "DWORD (0x00000000)" },
        { "%%1876", "0x1f", "DWORD (0x0000001f)" },
        { "%%1876", "4294967295", "DWORD (0xffffffff)" },
        { "%%1876", "4294967296", "4294967296" },
        { "%%1876", "a lot", "a lot" },
        { "%%1876\n", "1", "DWORD (0x00000001)" },
        { "%%1883", "131604949443184480", "QWORD (0x01d38e01-0x163e8760)" },
        { "%%1875", "0102", "Binary Data" },
        { "%%1879", "a b", "Binary Data" },
        { "%%1872", "", "Binary Data" },
        { "%%1884", "?", "?" },
        { "-", "1", "1" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(
            *state,
            security_4657(*state, "\\REGISTRY\\MACHINE\\x", "v", "%%1905", rows[i][0], rows[i][1]),
            "Details", rows[i][2]);
}

static void operation_of_4657_is_sysmons_event_type(void **state)
{
    static const char *const rows[][3] = {
        { "%%1904", "SetValue", "new" },
        { "%%1905\n\t\t", "SetValue", "new" },
        { "%%1906", "DeleteValue", "-" }, /* Sysmon 12 has no Details */
        { "%%1907", "-", "-" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event *ev =
            security_4657(*state, "\\REGISTRY\\MACHINE\\x", "v", rows[i][0], "%%1873", "new");

        expect(*state, ev, "EventType", rows[i][1]);
        expect(*state, ev, "Details", rows[i][2]);
    }
}

static void process_of_4657_is_named(void **state)
{
    struct event *ev =
        security_4657(*state, "\\REGISTRY\\MACHINE\\x", "v", "%%1905", "%%1873", "x");
    struct process p;

    expect(*state, ev, "Image", "C:\\Windows\\regedit.exe");
    expect(*state, ev, "ProcessId", "500 | 0x1f4");
    expect(*state, ev, "User", "NT AUTHORITY\\SYSTEM");
    expect(*state, ev, "ProcessGuid", "-");
    expect(*state, ev, "ObjectName", "\\REGISTRY\\MACHINE\\x");
    process_of(ev, &p);
    assert_slice(p.image, "C:\\Windows\\regedit.exe");
    assert_slice(p.id, "500");
    assert_slice(p.user, "NT AUTHORITY\\SYSTEM");
}

/* --- connections: 5156 --- */

static struct event *security_5156(struct build *b, const char *application, const char *direction,
                                   const char *from, const char *to, const char *protocol)
{
    return build_security(b, 5156,
                          PAIRS("ProcessID", "820", "Application", application, "Direction",
                                direction, "SourceAddress", from, "SourcePort", "49222",
                                "DestAddress", to, "DestPort", "3389", "Protocol", protocol,
                                "FilterRTID", "1", "LayerName", "%%14611", "LayerRTID", "48",
                                "RemoteUserID", "S-1-0-0", "RemoteMachineID", "S-1-0-0"));
}

static void program_of_5156_gets_a_drive_letter_where_it_is_known(void **state)
{
    static const char *const rows[][2] = {
        { "\\device\\harddiskvolume2\\windows\\system32\\svchost.exe",
          "\\device\\harddiskvolume2\\windows\\system32\\svchost.exe | "
          "C:\\windows\\system32\\svchost.exe" },
        { "\\Device\\HarddiskVolume11\\Program Files (x86)\\x.exe",
          "\\Device\\HarddiskVolume11\\Program Files (x86)\\x.exe | C:\\Program Files "
          "(x86)\\x.exe" },
        { "\\device\\harddiskvolume4\\users\\u\\plink.exe",
          "\\device\\harddiskvolume4\\users\\u\\plink.exe | C:\\users\\u\\plink.exe" },
        { "\\device\\harddiskvolume4\\temp\\plink.exe",
          "\\device\\harddiskvolume4\\temp\\plink.exe | ?:\\temp\\plink.exe" },
        { "\\device\\mup\\srv\\share\\x.exe",
          "\\device\\mup\\srv\\share\\x.exe | \\\\srv\\share\\x.exe" },
        { "\\device\\harddiskvolume\\x.exe", "\\device\\harddiskvolume\\x.exe" },
        { "\\device\\harddiskvolume1", "\\device\\harddiskvolume1" },
        { "\\device\\cdrom0\\x.exe", "\\device\\cdrom0\\x.exe" },
        { "System", "System" },
        { "", "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(*state, security_5156(*state, rows[i][0], "%%14593", "10.0.0.1", "10.0.0.2", "6"),
               "Image", rows[i][1]);
}

static void connection_of_5156_is_told_as_sysmon_does(void **state)
{
    static const struct {
        const char *direction, *from, *to, *protocol, *name, *want;
    } rows[] = {
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "Initiated", "true" },
        { "%%14592", "10.0.0.1", "10.0.0.2", "6", "Initiated", "false" },
        { "%%14594", "10.0.0.1", "10.0.0.2", "6", "Initiated", "-" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "Protocol", "tcp" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "17", "Protocol", "udp" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "0x11", "Protocol", "udp" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "1", "Protocol", "1" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "SourceIp", "10.0.0.1" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "DestinationIp", "10.0.0.2" },
        { "%%14592", "10.0.0.1", "10.0.0.2", "6", "SourceIp", "10.0.0.1" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "SourcePort", "49222" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "DestinationPort", "3389" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "SourceIsIpv6", "false" },
        { "%%14593", "fe80::1", "ff02::c", "17", "SourceIsIpv6", "true" },
        { "%%14593", "fe80::1", "ff02::c", "17", "DestinationIsIpv6", "true" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "ProcessId", "820 | 0x334" },
        { "%%14593", "10.0.0.1", "10.0.0.2", "6", "User", "-" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(*state,
               security_5156(*state, "System", rows[i].direction, rows[i].from, rows[i].to,
                             rows[i].protocol),
               rows[i].name, rows[i].want);
}

/* --- WMI subscriptions: 5861 --- */

static struct event *wmi_5861(struct build *b, const char *cause)
{
    return build_event(b, "Microsoft-Windows-WMI-Activity/Operational",
                       "Microsoft-Windows-WMI-Activity", 5861,
                       PAIRS("Namespace", "//./root/subscription", "ESS", "SiteStatus", "CONSUMER",
                             "CommandLineEventConsumer=\"SiteStatus\"", "PossibleCause", cause));
}

#define FILTER_TEXT                                                                                \
    "Binding EventFilter: \ninstance of __EventFilter\n{\n\tCreatorSID = {1, 5, 0};\n"             \
    "\tEventNamespace = \"root\\\\cimv2\";\n\tName = \"F;{1}\";\n\tQuery = \"SELECT * FROM x "     \
    "WHERE a = \\\"b\\\"\";\n};\n"

static void subscription_of_5861_is_told_as_sysmon_does(void **state)
{
    static const char *const command =
        FILTER_TEXT "Perm. Consumer: \ninstance of CommandLineEventConsumer\n{\n\t"
                    "CommandLineTemplate = \"C:\\\\x.exe -w\";\n\tName = \"C\";\n};\n";
    static const char *const script =
        "instance of ActiveScriptEventConsumer as $C\n{\n\tName = \"S\";\n\tScriptText = "
        "\"var a = \\\"};\\\";\";\n};\n";
    static const char *const other = "instance of SMTPEventConsumer\n{\nname=\"M\";\n};\n";
    const struct {
        const char *cause, *name, *want;
    } rows[] = {
        { command, "EventID", "5861 | 19 | 20 | 21" },
        { command, "EventType", "WmiFilterEvent | WmiConsumerEvent | WmiBindingEvent" },
        { command, "EventNamespace", " \"root\\\\cimv2\"" },
        { command, "Name", " \"F;{1}\" |  \"C\"" },
        { command, "Query", " \"SELECT * FROM x WHERE a = \\\"b\\\"\"" },
        { command, "Type", "Command Line" },
        { command, "Destination", " \"C:\\\\x.exe -w\"" },
        { command, "Consumer", " \"CommandLineEventConsumer.Name=\\\"C\\\"\"" },
        { command, "Filter", " \"__EventFilter.Name=\\\"F;{1}\\\"\"" },
        { command, "User", "-" },
        { script, "Type", "Script" },
        { script, "Destination", " \"var a = \\\"};\\\";\"" },
        { script, "Consumer", " \"ActiveScriptEventConsumer.Name=\\\"S\\\"\"" },
        { script, "Filter", "-" },
        { other, "Type", "SMTPEventConsumer" },
        { other, "Name", " \"M\"" },
        { other, "Destination", "-" },
        { "instance of __EventFilter {Name = \"cut", "Name", " \"cut" },
        { "instance of ", "Type", "" },
        { "Permanent", "Type", "-" },
        { "", "EventType", "WmiFilterEvent | WmiConsumerEvent | WmiBindingEvent" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(*state, wmi_5861(*state, rows[i].cause), rows[i].name, rows[i].want);
}

/* --- rules on twins --- */

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
        cmocka_unit_test_setup_teardown(key_of_4657_is_written_as_sysmon_does, setup, teardown),
        cmocka_unit_test_setup_teardown(data_of_4657_are_written_by_type, setup, teardown),
        cmocka_unit_test_setup_teardown(operation_of_4657_is_sysmons_event_type, setup, teardown),
        cmocka_unit_test_setup_teardown(process_of_4657_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(program_of_5156_gets_a_drive_letter_where_it_is_known,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(connection_of_5156_is_told_as_sysmon_does, setup, teardown),
        cmocka_unit_test_setup_teardown(subscription_of_5861_is_told_as_sysmon_does, setup,
                                        teardown),
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
