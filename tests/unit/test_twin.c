/* test_twin.c - each field of Windows' own events in the language of Sigma's categories. */
#include "event/twin.h"
#include "twin_events.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
