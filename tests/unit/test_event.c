/* test_event.c - events, names, twins and messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build_event.h"
#include "event/accounting.h"
#include "event/carried.h"
#include "event/message.h"
#include "event/twin.h"

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

static struct event *security_4688(struct build *b)
{
    return build_security(
        b, 4688,
        PAIRS("SubjectUserSid", "S-1-5-21-1-2-3-1001", "SubjectUserName", "jdoe",
              "SubjectDomainName", "CORP", "SubjectLogonId", "0x3E8", "NewProcessId", "0x1f4",
              "NewProcessName", "C:\\Windows\\System32\\rundll32.exe", "TokenElevationType",
              "%%1938", "ProcessId", "0x2bc", "CommandLine", "rundll32 x,#1", "TargetUserSid",
              "S-1-0-0", "TargetUserName", "-", "TargetDomainName", "-", "TargetLogonId", "0x0",
              "ParentProcessName", "C:\\Windows\\System32\\cmd.exe", "MandatoryLabel",
              "S-1-16-8192"));
}

static void tell(struct event *ev, struct slice *ret)
{
    struct process p;

    process_of(ev, &p);
    event_message(ev, &p, ret);
}

static void names_ignore_blanks(void **state)
{
    struct build *b = *state;
    uint32_t id = names_add(b->names, SLICE("DetectionUser"));

    assert_int_equal(names_find(b->names, SLICE("Detection User")), id);
    assert_int_equal(names_find(b->names, SLICE("detectionuser")), NAME_NONE);
    assert_int_equal(names_find(b->names, SLICE("Threat Name")), FIELD_THREATNAME);
    assert_slice(names_text(b->names, FIELD_IMAGE), "Image");
    assert_int_equal(names_add(b->names, SLICE("Image")), FIELD_IMAGE);
    assert_int_equal(names_count(b->names), FIELD_FIXED + 1);
}

static void repeated_names_are_found_in_order(void **state)
{
    struct build *b = *state;
    struct event *ev = build_sysmon(b, 1, PAIRS("Image", "a", "User", "u", "Image", "b"));
    size_t i = event_find(ev, FIELD_IMAGE, 0);

    assert_slice(event_text(ev, i), "a");
    assert_slice(event_text(ev, event_find(ev, FIELD_IMAGE, i + 1)), "b");
    assert_int_equal(event_find(ev, NAME_NONE, 0), SIZE_MAX);
    build_value(b, "Company", value_utf8(SLICE("x")), EVENT_RENDERING);
    assert_slice(event_get(ev, FIELD_COMPANY), NULL);
}

static void content_hash_tells_names_from_values(void **state)
{
    struct build *b = *state;
    uint8_t one[16], two[16], three[16];

    event_content_hash(build_sysmon(b, 1, PAIRS("ab", "c")), one);
    event_content_hash(build_sysmon(b, 1, PAIRS("a", "bc")), two);
    event_content_hash(build_sysmon(b, 1, PAIRS("ab", "c")), three);
    assert_memory_not_equal(one, two, 16);
    assert_memory_equal(one, three, 16);
}

static size_t twin_count(struct event *twin, uint32_t id, const char *text)
{
    size_t n = 0;

    for (size_t i = event_find(twin, id, 0); i != SIZE_MAX; i = event_find(twin, id, i + 1))
        n += slice_eq(event_text(twin, i), slice_str(text));
    return n;
}

static void twin_of_4688_speaks_sysmon(void **state)
{
    struct event twin;

    assert_int_equal(twin_make(security_4688(*state), TWIN_PROCESS_4688, &twin), EV_OK);
    assert_slice(event_get(&twin, FIELD_IMAGE), "C:\\Windows\\System32\\rundll32.exe");
    assert_slice(event_get(&twin, FIELD_PARENTIMAGE), "C:\\Windows\\System32\\cmd.exe");
    assert_slice(event_get(&twin, FIELD_COMMANDLINE), "rundll32 x,#1");
    assert_slice(event_get(&twin, FIELD_USER), "CORP\\jdoe");
    assert_slice(event_get(&twin, FIELD_LOGONID), "0x3E8");
    assert_slice(event_get(&twin, FIELD_TOKENELEVATIONTYPE), "%%1938");
    assert_int_equal(twin_count(&twin, FIELD_PROCESSID, "500"), 1);
    assert_int_equal(twin_count(&twin, FIELD_PROCESSID, "0x1f4"), 1);
    assert_int_equal(twin_count(&twin, FIELD_PROCESSID, "0x2bc"), 0);
    assert_int_equal(twin_count(&twin, FIELD_PARENTPROCESSID, "700"), 1);
    assert_int_equal(twin_count(&twin, FIELD_PARENTPROCESSID, "0x2bc"), 1);
    assert_int_equal(twin_count(&twin, FIELD_INTEGRITYLEVEL, "Medium"), 1);
    assert_int_equal(twin_count(&twin, FIELD_INTEGRITYLEVEL, "S-1-16-8192"), 1);
}

struct account_case {
    const char *subject_sid, *subject, *subject_domain;
    const char *target_sid, *target, *target_domain, *target_logon;
    const char *user, *logon;
};

static void account_of_4688_is_chosen_by_target_logon(void **state)
{
    static const struct account_case c[] = {
        { "S-1-5-21-9", "jdoe", "CORP", "S-1-0-0", "-", "-", "0x0", "CORP\\jdoe", "0x3e7" },
        { "S-1-5-18", "HOST$", "CORP", "S-1-0-0", "-", "-", "0x0", "NT AUTHORITY\\SYSTEM",
          "0x3e7" },
        { "S-1-5-18", "HOST$", "CORP", "S-1-0-0", "eve", "CORP", "0x77", "CORP\\eve", "0x77" },
        { "S-1-5-18", "HOST$", "CORP", "S-1-5-19", "LOCAL SERVICE", "NT-AUTORITAET", "0x3e5",
          "NT AUTHORITY\\LOCAL SERVICE", "0x3e5" },
        { "S-1-5-20", "HOST$", "CORP", "S-1-5-21-9", "eve", "CORP", "0x0",
          "NT AUTHORITY\\NETWORK SERVICE", "0x3e7" },
        { "S-1-5-21-9", "jdoe", "-", "S-1-0-0", "-", "-", "", "jdoe", "0x3e7" },
        { "S-1-5-21-9", "-", "CORP", "S-1-0-0", "-", "-", "-", NULL, "0x3e7" },
    };

    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        struct event twin,
            *ev = build_security(*state, 4688,
                                 PAIRS("SubjectUserSid", c[i].subject_sid, "SubjectUserName",
                                       c[i].subject, "SubjectDomainName", c[i].subject_domain,
                                       "SubjectLogonId", "0x3e7", "TargetUserSid", c[i].target_sid,
                                       "TargetUserName", c[i].target, "TargetDomainName",
                                       c[i].target_domain, "TargetLogonId", c[i].target_logon));

        assert_int_equal(twin_make(ev, TWIN_PROCESS_4688, &twin), EV_OK);
        assert_slice(event_get(&twin, FIELD_USER), c[i].user);
        assert_slice(event_get(&twin, FIELD_LOGONID), c[i].logon);
    }
}

static void first_version_of_4688_uses_the_subject(void **state)
{
    struct event twin, *ev = build_security(*state, 4688,
                                            PAIRS("SubjectUserName", "jdoe", "SubjectDomainName",
                                                  "CORP", "SubjectLogonId", "0x3e8"));

    assert_int_equal(twin_make(ev, TWIN_PROCESS_4688, &twin), EV_OK);
    assert_slice(event_get(&twin, FIELD_USER), "CORP\\jdoe");
    assert_slice(event_get(&twin, FIELD_LOGONID), "0x3e8");
    assert_slice(event_get(&twin, FIELD_PARENTIMAGE), NULL);
    assert_slice(event_get(&twin, FIELD_INTEGRITYLEVEL), NULL);
}

static void process_columns_come_from_any_event(void **state)
{
    struct process p;

    process_of(security_4688(*state), &p);
    assert_slice(p.id, "500");
    assert_slice(p.parent_id, "700");
    assert_slice(p.logon_id, "0x3e8");
    assert_slice(p.user, "CORP\\jdoe");
    process_of(build_security(*state, 4663,
                              PAIRS("SubjectUserName", "jdoe", "SubjectDomainName", "CORP",
                                    "SubjectLogonId", "0xAB", "ProcessId", "0x10", "ProcessName",
                                    "C:\\x.exe")),
               &p);
    assert_slice(p.id, "16");
    assert_slice(p.image, "C:\\x.exe");
    assert_slice(p.logon_id, "0xab");
    assert_slice(p.user, "CORP\\jdoe");
    assert_slice(p.command_line, NULL);
    struct event *ev = build_sysmon(*state, 4, PAIRS("State", "Started"));
    ev->user_sid = SLICE("S-1-5-18");
    process_of(ev, &p);
    assert_slice(p.user, "S-1-5-18");
    assert_slice(p.image, NULL);
}

static void fields_that_a_source_lacks_are_unknown(void **state)
{
    static const struct slice pc = SLICE_INIT("process_creation");
    struct event twin;

    assert_int_equal(twin_make(security_4688(*state), TWIN_PROCESS_4688, &twin), EV_OK);
    assert_true(field_unknown(&twin, pc, SLICE("OriginalFileName"), FIELD_ORIGINALFILENAME));
    assert_true(field_unknown(&twin, pc, SLICE("GrandParentImage"), NAME_NONE));
    assert_false(field_unknown(&twin, pc, SLICE("CommandLine"), FIELD_COMMANDLINE));
    assert_false(field_unknown(&twin, pc, SLICE("NoSuchField"), NAME_NONE));
    assert_false(field_unknown(&twin, SLICE("image_load"), SLICE("ParentImage"), NAME_NONE));
    assert_int_equal(twin_make(build_security(*state, 4688,
                                              PAIRS("CommandLine", "", "ParentProcessName", "-",
                                                    "NewProcessName", "")),
                               TWIN_PROCESS_4688, &twin),
                     EV_OK);
    assert_true(field_unknown(&twin, pc, SLICE("CommandLine"), FIELD_COMMANDLINE));
    assert_true(field_unknown(&twin, pc, SLICE("ParentImage"), FIELD_PARENTIMAGE));
    assert_false(field_unknown(&twin, pc, SLICE("Image"), FIELD_IMAGE));
    struct event *ev = build_sysmon(*state, 1, PAIRS("CommandLine", "", "ParentImage", "-"));
    assert_false(field_unknown(ev, pc, SLICE("CommandLine"), FIELD_COMMANDLINE));
    assert_false(field_unknown(ev, pc, SLICE("ParentImage"), FIELD_PARENTIMAGE));
    assert_true(field_unknown(ev, pc, SLICE("OriginalFileName"), FIELD_ORIGINALFILENAME));
}

static void shapes_differ_in_one_field(void **state)
{
    (void)state;
    assert_true(shape_carries(SHAPE_SYSMON_1, SLICE("ParentCommandLine")));
    assert_false(shape_carries(SHAPE_SYSMON_1, SLICE("GrandParentImage")));
    assert_false(shape_carries(SHAPE_4688, SLICE("ParentCommandLine")));
    assert_true(shape_carries(SHAPE_4688, SLICE("IntegrityLevel")));
    assert_true(shape_carries(SHAPE_4688, SLICE("Provider_Name")));
    assert_false(shape_carries(SHAPE_4688_NO_COMMAND_LINE, SLICE("CommandLine")));
    assert_true(shape_carries(SHAPE_4688_NO_COMMAND_LINE, SLICE("ParentImage")));
    assert_false(shape_carries(SHAPE_4688_NO_PARENT, SLICE("ParentImage")));
    assert_string_equal(shape_name(SHAPE_4688_NO_PARENT), "Security/4688-no-parent");
}

static void messages_say_one_sentence(void **state)
{
    struct slice s;

    tell(security_4688(*state), &s);
    assert_slice(s, "Process rundll32.exe started by cmd.exe as CORP\\jdoe");
    tell(build_event(
             *state, "System", "Service Control Manager", 7045,
             PAIRS("ServiceName", "x", "ImagePath", "C:\\x.exe", "AccountName", "LocalSystem")),
         &s);
    assert_slice(s, "Service x installed: C:\\x.exe, as LocalSystem");
    tell(build_event(*state, "System", "Other", 7045, NULL), &s);
    assert_slice(s, NULL);
    tell(build_security(*state, 4625,
                        PAIRS("TargetUserName", "admin", "TargetDomainName", "CORP", "LogonType",
                              "3", "Status", "0xc000006d", "SubStatus", "0xc000006a", "IpAddress",
                              "-", "WorkstationName", "WS")),
         &s);
    assert_slice(s, "Logon of CORP\\admin failed, type network (3), workstation WS: bad user name "
                    "or password (0xc000006d), wrong password (0xc000006a)");
    tell(build_event(*state, "System", "Microsoft-Windows-Eventlog", 104,
                     PAIRS("SubjectUserName", "jdoe", "Channel", "Application")),
         &s);
    assert_slice(s, "Log Application cleared by jdoe");
    tell(build_security(*state, 4719,
                        PAIRS("SubjectUserName", "jdoe", "AuditPolicyChanges", "%%8448, %%8450")),
         &s);
    assert_slice(s, "Audit policy changed by jdoe: success auditing removed, failure auditing "
                    "removed (%%8448, %%8450)");
    tell(build_security(*state, 4673,
                        PAIRS("SubjectUserName", "jdoe", "PrivilegeList", "SeA\r\n\t\t\tSeB ")),
         &s);
    assert_slice(s, "jdoe called a privileged service with SeA SeB");
}

static void long_values_are_cut_in_messages(void **state)
{
    char text[3000];
    struct slice s;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    tell(build_sysmon(*state, 11, PAIRS("Image", "a.exe", "TargetFilename", text)), &s);
    assert_true(s.n < 300);
    assert_true(slice_ends(s, SLICE("xxx\xe2\x80\xa6")));
}

static void parameters_are_decoded(void **state)
{
    struct event *ev = build_security(*state, 4663,
                                      PAIRS("AccessList", "%%4416\n\t\t\t\t%%1537 ", "Other", "%%1",
                                            "Text", "50%% of", "Elevation", "%%1937"));

    assert_slice(event_meaning(ev, 4), "ReadData, DELETE");
    assert_slice(event_meaning(ev, 5), NULL);
    assert_slice(event_meaning(ev, 6), NULL);
    assert_slice(event_meaning(ev, 7), "elevated token");
    assert_slice(event_meaning(ev, 1), NULL);
}

static void accounting_adds_every_count(void **state)
{
    struct accounting one, sum = { 0 };

    (void)state;
    memset(&one, 1, sizeof one);
    accounting_add(&sum, &one);
    assert_memory_equal(&one, &sum, sizeof sum);
    for (int k = 0; k < FINDING_KINDS; k++)
        assert_non_null(finding_name((enum finding_kind)k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_ignore_blanks, setup, teardown),
        cmocka_unit_test_setup_teardown(repeated_names_are_found_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(content_hash_tells_names_from_values, setup, teardown),
        cmocka_unit_test_setup_teardown(twin_of_4688_speaks_sysmon, setup, teardown),
        cmocka_unit_test_setup_teardown(account_of_4688_is_chosen_by_target_logon, setup, teardown),
        cmocka_unit_test_setup_teardown(first_version_of_4688_uses_the_subject, setup, teardown),
        cmocka_unit_test_setup_teardown(process_columns_come_from_any_event, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_that_a_source_lacks_are_unknown, setup, teardown),
        cmocka_unit_test(shapes_differ_in_one_field),
        cmocka_unit_test_setup_teardown(messages_say_one_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(long_values_are_cut_in_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(parameters_are_decoded, setup, teardown),
        cmocka_unit_test(accounting_adds_every_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
