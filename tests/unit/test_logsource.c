/* test_logsource.c - categories and services as places in event logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build_event.h"
#include "rule/logsource.h"

#define SYSMON "Microsoft-Windows-Sysmon/Operational"

static struct rule source(const char *category, const char *product, const char *service)
{
    return (struct rule){ .category = slice_str(category),
                          .product = slice_str(product),
                          .service = slice_str(service) };
}

/* notes/sigma.md 1.12: each category with the Sysmon EventIDs that it means. */
static void categories_of_sysmon_have_their_event_ids(void **state)
{
    static const struct {
        const char *category;
        uint16_t id[4];
    } rows[] = {
        { "process_creation", { 1 } },
        { "file_change", { 2 } },
        { "network_connection", { 3 } },
        { "sysmon_status", { 4, 16 } },
        { "process_termination", { 5 } },
        { "driver_load", { 6 } },
        { "image_load", { 7 } },
        { "create_remote_thread", { 8 } },
        { "raw_access_thread", { 9 } },
        { "process_access", { 10 } },
        { "file_event", { 11 } },
        { "create_stream_hash", { 15 } },
        { "pipe_created", { 17, 18 } },
        { "dns_query", { 22 } },
        { "file_delete", { 23 } },
        { "clipboard_capture", { 24 } },
        { "clipboard_change", { 24 } },
        { "process_tampering", { 25 } },
        { "file_delete_detected", { 26 } },
        { "file_block_executable", { 27 } },
        { "file_block_shredding", { 28 } },
        { "file_executable_detected", { 29 } },
        { "sysmon_error", { 255 } },
        { "registry_event", { 12, 13, 14 } },
        { "registry_add", { 12 } },
        { "registry_delete", { 12 } },
        { "registry_set", { 13 } },
        { "registry_rename", { 14 } },
        { "wmi_event", { 19, 20, 21 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(rows[i].category, "windows", NULL);
        struct logsource s;
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        assert_string_equal(s.target[0].channel, SYSMON);
        assert_string_equal(s.target[0].provider, "Microsoft-Windows-Sysmon");
        size_t n = 0;
        while (n < 4 && rows[i].id[n] != 0)
            n++;
        if (s.target[0].nid != n || memcmp(s.target[0].id, rows[i].id, n * sizeof(uint16_t)) != 0)
            fail_msg("%s", rows[i].category);
    }
}

static void process_creation_is_also_4688(void **state)
{
    struct rule r = source("process_creation", "windows", NULL);
    struct logsource s;
    (void)state;
    assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.target[0].twin, TWIN_NONE);
    assert_string_equal(s.target[1].channel, "Security");
    assert_int_equal(s.target[1].id[0], 4688);
    assert_int_equal(s.target[1].twin, TWIN_PROCESS_4688);
}

static void services_have_their_channels(void **state)
{
    static const struct {
        const char *service, *channel;
    } rows[] = {
        { "application", "Application" },
        { "application-experience",
          "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant" },
        { "applocker", "Microsoft-Windows-AppLocker/Packaged app-Execution" },
        { "appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/Admin" },
        { "appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/Operational" },
        { "appxpackaging-om", "Microsoft-Windows-AppxPackaging/Operational" },
        { "bitlocker", "Microsoft-Windows-BitLocker/BitLocker Management" },
        { "bits-client", "Microsoft-Windows-Bits-Client/Operational" },
        { "capi2", "Microsoft-Windows-CAPI2/Operational" },
        { "certificateservicesclient-lifecycle-system",
          "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational" },
        { "codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational" },
        { "dhcp", "Microsoft-Windows-DHCP-Server/Operational" },
        { "diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/Operational" },
        { "dns-client", "Microsoft-Windows-DNS Client Events/Operational" },
        { "dns-server", "DNS Server" },
        { "dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical" },
        { "dns-server-audit", "Microsoft-Windows-DNS-Server/Audit" },
        { "driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational" },
        { "firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall" },
        { "hyper-v-worker", "Microsoft-Windows-Hyper-V-Worker" },
        { "iis-configuration", "Microsoft-IIS-Configuration/Operational" },
        { "kernel-event-tracing", "Microsoft-Windows-Kernel-EventTracing" },
        { "kernel-shimengine", "Microsoft-Windows-Kernel-ShimEngine/Diagnostic" },
        { "ldap", "Microsoft-Windows-LDAP-Client/Debug" },
        { "ldap_debug", "Microsoft-Windows-LDAP-Client/Debug" },
        { "lsa-server", "Microsoft-Windows-LSA/Operational" },
        { "microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Admin" },
        { "msexchange-management", "MSExchange Management" },
        { "ntfs", "Microsoft-Windows-Ntfs/Operational" },
        { "ntlm", "Microsoft-Windows-NTLM/Operational" },
        { "openssh", "OpenSSH/Operational" },
        { "powershell", "PowerShellCore/Operational" },
        { "powershell-classic", "Windows PowerShell" },
        { "printservice-admin", "Microsoft-Windows-PrintService/Admin" },
        { "printservice-operational", "Microsoft-Windows-PrintService/Operational" },
        { "security", "Security" },
        { "security-mitigations", "Microsoft-Windows-Security-Mitigations/Kernel Mode" },
        { "sense", "Microsoft-Windows-SENSE/Operational" },
        { "servicebus-client", "Microsoft-ServiceBus-Client/Operational" },
        { "shell-core", "Microsoft-Windows-Shell-Core/Operational" },
        { "smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity" },
        { "smbclient-security", "Microsoft-Windows-SmbClient/Security" },
        { "smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity" },
        { "sysmon", SYSMON },
        { "system", "System" },
        { "taskscheduler", "Microsoft-Windows-TaskScheduler/Operational" },
        { "terminalservices-localsessionmanager",
          "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational" },
        { "vhdmp", "Microsoft-Windows-VHDMP/Operational" },
        { "windefend", "Microsoft-Windows-Windows Defender/Operational" },
        { "wmi", "Microsoft-Windows-WMI-Activity/Operational" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(NULL, "windows", rows[i].service);
        struct logsource s;
        bool found = false;
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        for (size_t t = 0; t < s.n; t++) {
            found |= strcmp(s.target[t].channel, rows[i].channel) == 0;
            assert_int_equal(s.target[t].nid, 0);
        }
        if (!found)
            fail_msg("%s", rows[i].service);
    }
}

static void powershell_categories_have_both_channels(void **state)
{
    static const struct {
        const char *category, *channel;
        uint16_t id;
        size_t n;
    } rows[] = { { "ps_module", "PowerShellCore/Operational", 4103, 2 },
                 { "ps_script", "PowerShellCore/Operational", 4104, 2 },
                 { "ps_classic_start", "Windows PowerShell", 400, 1 },
                 { "ps_classic_provider_start", "Windows PowerShell", 600, 1 },
                 { "ps_classic_script", "Windows PowerShell", 800, 1 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(rows[i].category, "windows", NULL);
        struct logsource s;
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        assert_int_equal(s.n, rows[i].n);
        assert_string_equal(s.target[s.n - 1].channel, rows[i].channel);
        assert_int_equal(s.target[s.n - 1].id[0], rows[i].id);
    }
}

static void category_and_service_are_both_asked(void **state)
{
    struct rule sysmon = source("process_creation", "windows", "sysmon");
    struct rule security = source("process_creation", "windows", "security");
    struct rule never = source("process_creation", "windows", "system");
    struct logsource s;
    struct ev_err err;
    (void)state;
    assert_int_equal(logsource_resolve(&sysmon, &s, NULL), EV_OK);
    assert_true(s.n == 1 && strcmp(s.target->channel, SYSMON) == 0);
    assert_int_equal(logsource_resolve(&security, &s, NULL), EV_OK);
    assert_true(s.n == 1 && s.target->twin == TWIN_PROCESS_4688);
    assert_int_equal(logsource_resolve(&never, &s, &err), EV_EUNSUPPORTED);
}

static void unsatisfiable_sources_say_why(void **state)
{
    static const struct {
        const char *category, *product, *service, *want;
    } rows[] = {
        { "process_creation", "linux", NULL, "product \"linux\"" },
        { "process_creation", NULL, NULL, "without product" },
        { NULL, NULL, "security", "without product" },
        { "webserver", NULL, NULL, "without product" },
        { "nonsense", "windows", NULL, "category \"nonsense\"" },
        { NULL, "windows", "nonsense", "service \"nonsense\"" },
        { NULL, "Windows", "security", "product \"Windows\"" }, /* values are exact */
        { NULL, "windows", "Security", "service \"Security\"" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(rows[i].category, rows[i].product, rows[i].service);
        struct logsource s;
        struct ev_err err = { .rc = 0 };
        assert_int_equal(logsource_resolve(&r, &s, &err), EV_EUNSUPPORTED);
        if (strstr(err.text, rows[i].want) == NULL)
            fail_msg("row %zu: %s", i, err.text);
    }
}

static void categories_of_etw_alone_load_without_a_target(void **state)
{
    static const char *const categories[] = { "file_access", "file_rename" };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rule r = source(categories[i], "windows", NULL);
        struct logsource s = { .n = 1 };
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        assert_int_equal(s.n, 0);
        assert_string_equal(s.never, "needs the Kernel-File ETW provider, never in an event log");
        r = source(categories[i], "windows", "security");
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        assert_int_equal(s.n, 0);
    }
}

struct twin_row {
    const char *category, *channel;
    uint16_t id;
    enum twin_kind twin;
    const char *field, *value[2];
};

static void categories_have_their_twins(void **state)
{
    static const struct twin_row rows[] = {
        { "registry_set",
          "Security",
          4657,
          TWIN_REGISTRY_4657,
          "OperationType",
          { "%%1904", "%%1905" } },
        { "registry_delete",
          "Security",
          4657,
          TWIN_REGISTRY_4657,
          "OperationType",
          { "%%1906", NULL } },
        { "registry_event", "Security", 4657, TWIN_REGISTRY_4657, NULL, { NULL, NULL } },
        { "network_connection", "Security", 5156, TWIN_NETWORK_5156, NULL, { NULL, NULL } },
        { "wmi_event",
          "Microsoft-Windows-WMI-Activity/Operational",
          5861,
          TWIN_WMI_5861,
          NULL,
          { NULL, NULL } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(rows[i].category, "windows", NULL);
        struct logsource s;
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        assert_int_equal(s.n, 2);
        const struct logsource_target *t = &s.target[1];
        assert_string_equal(t->channel, rows[i].channel);
        assert_int_equal(t->id[0], rows[i].id);
        assert_int_equal(t->nid, 1);
        assert_int_equal(t->twin, rows[i].twin);
        assert_true((t->field == NULL) == (rows[i].field == NULL));
        for (size_t v = 0; v < 2 && t->field; v++)
            assert_true((t->value[v] == NULL) == (rows[i].value[v] == NULL) &&
                        (!t->value[v] || strcmp(t->value[v], rows[i].value[v]) == 0));
        assert_true(logsource_asks_ids(slice_str(rows[i].channel)));
    }
    assert_false(logsource_asks_ids(SLICE("Application")));
}

static void windows_alone_is_every_event(void **state)
{
    struct rule r = source(NULL, "windows", NULL);
    struct logsource s;
    struct build b;
    (void)state;
    assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
    assert_int_equal(s.n, 1);
    build_init(&b);
    static const char *const none[] = { NULL };
    assert_true(logsource_target_takes(s.target, build_event(&b, "X", "Y", 7, none)));
    assert_true(logsource_target_takes(s.target, build_event(&b, NULL, NULL, 0, none)));
    build_release(&b);
}

static void antivirus_is_defender_under_other_names(void **state)
{
    struct rule r = source("antivirus", NULL, NULL), other = source(NULL, "windows", "windefend");
    struct logsource s;
    (void)state;
    assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
    assert_int_equal(s.target->nid, 12);
    assert_true(slice_eq(logsource_field(&r, SLICE("Signature")), SLICE("ThreatName")));
    assert_true(slice_eq(logsource_field(&r, SLICE("Filename")), SLICE("Path")));
    assert_true(slice_eq(logsource_field(&r, SLICE("Image")), SLICE("Image")));
    assert_true(slice_eq(logsource_field(&other, SLICE("Signature")), SLICE("Signature")));
}

static void targets_take_channel_provider_and_id(void **state)
{
    struct rule r = source("process_creation", "windows", NULL);
    struct logsource s;
    struct build b;
    static const char *const none[] = { NULL };
    (void)state;
    build_init(&b);
    assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
    const struct logsource_target *sysmon = &s.target[0], *security = &s.target[1];
    assert_true(logsource_target_takes(
        sysmon, build_event(&b, SYSMON, "Microsoft-Windows-Sysmon", 1, none)));
    assert_true(
        logsource_target_takes(sysmon, build_event(&b, "MICROSOFT-windows-sysmon/operational",
                                                   "microsoft-windows-sysmon", 1, none)));
    assert_false(logsource_target_takes(
        sysmon, build_event(&b, SYSMON, "Microsoft-Windows-Sysmon", 3, none)));
    assert_false(
        logsource_target_takes(sysmon, build_event(&b, SYSMON, "Another-Provider", 1, none)));
    assert_false(logsource_target_takes(
        sysmon, build_event(&b, "System", "Microsoft-Windows-Sysmon", 1, none)));
    assert_false(logsource_target_takes(sysmon, build_event(&b, SYSMON, NULL, 1, none)));
    assert_true(logsource_target_takes(
        security, build_event(&b, "Security", "Microsoft-Windows-Security-Auditing", 4688, none)));
    struct event *ev =
        build_event(&b, "Security", "Microsoft-Windows-Security-Auditing", 4688, none);
    ev->has_event_id = false;
    assert_false(logsource_target_takes(security, ev));
    build_release(&b);
}

static void registry_targets_take_event_types(void **state)
{
    static const struct {
        const char *category, *type;
        bool takes;
    } rows[] = {
        { "registry_add", "CreateKey", true },     { "registry_add", "DeleteKey", false },
        { "registry_delete", "DeleteKey", true },  { "registry_delete", "DeleteValue", true },
        { "registry_delete", "CreateKey", false }, { "registry_event", "CreateKey", true },
        { "registry_add", "createkey", true }
    };
    (void)state;
    struct build b;
    build_init(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule r = source(rows[i].category, "windows", NULL);
        struct logsource s;
        const char *const pairs[] = { "RuleName", "-", "EventType", rows[i].type, NULL };
        assert_int_equal(logsource_resolve(&r, &s, NULL), EV_OK);
        struct event *ev = build_event(&b, SYSMON, "Microsoft-Windows-Sysmon", 12, pairs);
        if (logsource_target_takes(s.target, ev) != rows[i].takes)
            fail_msg("%s %s", rows[i].category, rows[i].type);
    }
    build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(categories_of_sysmon_have_their_event_ids),
        cmocka_unit_test(process_creation_is_also_4688),
        cmocka_unit_test(services_have_their_channels),
        cmocka_unit_test(powershell_categories_have_both_channels),
        cmocka_unit_test(category_and_service_are_both_asked),
        cmocka_unit_test(unsatisfiable_sources_say_why),
        cmocka_unit_test(categories_of_etw_alone_load_without_a_target),
        cmocka_unit_test(categories_have_their_twins),
        cmocka_unit_test(windows_alone_is_every_event),
        cmocka_unit_test(antivirus_is_defender_under_other_names),
        cmocka_unit_test(targets_take_channel_provider_and_id),
        cmocka_unit_test(registry_targets_take_event_types),
    };
    return cmocka_run_group_tests_name("logsource", tests, NULL, NULL);
}
