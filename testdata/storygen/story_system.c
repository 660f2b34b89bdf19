/* story_system.c - what the machine does by itself: boot, services, tasks, updates. */
#include "kinds.h"

#include "../writer/ew_text.h"

#define BINARY_NAME_MAX 64

void story_service_state(struct story *s, uint64_t t, const char *service, const char *state)
{
    struct ew_buf wide = { 0 }, text = { 0 };

    ew_text_utf16((struct ew_str){ service, ew_str(service).n < BINARY_NAME_MAX ? ew_str(service).n
                                                                                : BINARY_NAME_MAX },
                  &wide);
    ew_buf_put(&wide,
               "/\0"
               "4\0\0\0",
               6); /* the name, '/', the new state, as Windows adds them */
    for (size_t i = 0; i < wide.n; i++)
        ew_buf_printf(&text, "%02X", wide.p[i]);
    ew_buf_int(&text, 0, 1);
    TELL(s, LOG_SYSTEM, &SCM_7036, t, service, state, (const char *)text.p);
    ew_buf_release(&wide);
    ew_buf_release(&text);
}

void story_boot(struct story *s, uint64_t t)
{
    struct ew_buf when = { 0 };

    ew_text_put_time(&when, t, 7, true);
    ew_buf_int(&when, 0, 1);
    TELL(s, LOG_SYSTEM, &KERNEL_1, t + 40 * TICKS_SECOND, "2026-03-02T06:41:57.0310000Z",
         (const char *)when.p, "1");
    s->actor_sid = "S-1-5-18";
    TELL(s, LOG_SYSTEM, &KERNEL_12, t, "10", "0", "19045", "5487", "0", "0", (const char *)when.p);
    TELL(s, LOG_SYSTEM, &LOG_6009, t + 12 * TICKS_SECOND,
         "10.00.|19045||Multiprocessor Free|17763");
    TELL(s, LOG_SYSTEM, &LOG_6005, t + 12 * TICKS_SECOND, "EA070300010002000600290011000000");
    TELL(s, LOG_SYSTEM, &LOG_6013, t + 12 * TICKS_SECOND, "||||14|60|0 Coordinated Universal Time",
         "31002E003100");
    TELL(s, LOG_SECURITY, &SEC_4608, t + 13 * TICKS_SECOND);
    TELL(s, LOG_SYSMON, &SYSMON_4, t + 21 * TICKS_SECOND, story_utc(s, t + 21 * TICKS_SECOND),
         "Started", "15.14", "4.90");
    ew_buf_release(&when);
}

void story_task(struct story *s, uint64_t t, const struct process *svchost,
                const struct logon *logon, const char *name, const char *image, const char *command,
                unsigned seconds)
{
    const char *instance =
        story_text(s, "{%s-%04x-4c1e-9d02-%s}", story_digest(s, name, 8),
                   story_between(s, 0, 0xffff), story_digest(s, story_utc(s, t), 12));
    const char *who = story_text(s, "%s\\%s", logon->who->domain, logon->who->name), *engine;
    struct process *p;
    uint64_t end;

    TELL(s, LOG_TASKS, &TASK_107, t, name, instance);
    t = story_after(s, t, 20, 80);
    p = story_start(s, t, svchost, logon, image, command);
    engine = story_text(s, "%u", p->pid);
    t = story_after(s, t, 10, 40);
    TELL(s, LOG_TASKS, &TASK_129, t, name, image, engine, "16384");
    t = story_after(s, t, 1, 6);
    TELL(s, LOG_TASKS, &TASK_100, t, name, who, instance);
    t = story_after(s, t, 1, 6);
    TELL(s, LOG_TASKS, &TASK_200, t, name, image, instance, engine);
    end = story_after(s, t + seconds * TICKS_SECOND, 0, 900);
    story_end(s, end, p);
    end = story_after(s, end, 10, 60);
    TELL(s, LOG_TASKS, &TASK_201, end, name, instance, image, "0", engine);
    end = story_after(s, end, 1, 6);
    TELL(s, LOG_TASKS, &TASK_102, end, name, who, instance);
}

static void services(struct story *s, uint64_t midnight)
{
    static const char *const names[] = { "Windows Update",
                                         "Background Intelligent Transfer Service",
                                         "Windows Modules Installer",
                                         "Software Protection",
                                         "WinHTTP Web Proxy Auto-Discovery Service",
                                         "Device Setup Manager",
                                         "Application Experience",
                                         "Delivery Optimization" };

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        uint64_t t = midnight + 6 * TICKS_HOUR + story_between(s, 0, 600) * TICKS_MINUTE;

        t = story_after(s, t, 0, 59000);
        story_service_state(s, t, names[i], "running");
        if (i % 2 == 1)
            TELL(s, LOG_SYSTEM, &SCM_7040, t, names[i], "demand start", "auto start", "svc");
        t = story_after(s, t, 120000, 1800000);
        story_service_state(s, t, names[i], "stopped");
    }
}

static void updates(struct story *s, uint64_t midnight)
{
    uint64_t t = story_after(s, midnight + 11 * TICKS_HOUR, 0, 1200000);
    const char *old = story_text(s, "1.445.%u.0", (unsigned)(midnight / TICKS_DAY % 100) * 7), *now;
    const char *title, *guid;

    now = story_text(s, "1.445.%u.0", (unsigned)(midnight / TICKS_DAY % 100) * 7 + 7);
    title = story_text(s,
                       "Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 "
                       "(Version %s) - Current Channel (Broad)",
                       now);
    guid = story_text(s, "{%s-4d11-4c52-9a10-%s}", story_digest(s, now, 8),
                      story_digest(s, title, 12));
    s->actor_sid = "S-1-5-18";
    TELL(s, LOG_SYSTEM, &UPDATE_44, t, title, guid, "200");
    t = story_after(s, t, 9000, 30000);
    TELL(s, LOG_SYSTEM, &UPDATE_43, t, title, guid, "200");
    t = story_after(s, t, 9000, 30000);
    TELL(s, LOG_DEFENDER, &DEF_2000, t, "Microsoft Defender Antivirus", "4.18.26010.5", now, old,
         "", "", "", "NT AUTHORITY", "SYSTEM", "S-1-5-18", "1", "AntiVirus", "2", "Delta",
         "1.1.26010.1", "1.1.26010.1");
    TELL(s, LOG_DEFENDER, &DEF_2000, story_after(s, t, 5, 20), "Microsoft Defender Antivirus",
         "4.18.26010.5", now, old, "", "", "", "NT AUTHORITY", "SYSTEM", "S-1-5-18", "2",
         "AntiSpyware", "2", "Delta", "1.1.26010.1", "1.1.26010.1");
    t = story_after(s, t, 3000, 9000);
    TELL(s, LOG_SYSTEM, &UPDATE_19, t, title, guid, "200",
         "{9482f4b4-e343-43b6-b170-9a65bc822c77}");
}

static void scan(struct story *s, uint64_t midnight)
{
    uint64_t t = story_after(s, midnight + 10 * TICKS_HOUR, 0, 1800000);
    const char *id = story_text(s, "{%s-0A2B-4C3D-8E4F-%s}", story_digest(s, story_utc(s, t), 8),
                                story_digest(s, story_utc(s, midnight), 12));

    TELL(s, LOG_DEFENDER, &DEF_1000, t, "Microsoft Defender Antivirus", "4.18.26010.5", id, "1",
         "Antimalware", "1", "Quick Scan", "NT AUTHORITY", "SYSTEM", "S-1-5-18", "");
    t = story_after(s, t, 150000, 260000);
    TELL(s, LOG_DEFENDER, &DEF_1001, t, "Microsoft Defender Antivirus", "4.18.26010.5", id, "1",
         "Antimalware", "1", "Quick Scan", "NT AUTHORITY", "SYSTEM", "S-1-5-18", "0", "3", "41");
}

static void small_things(struct story *s, uint64_t midnight)
{
    static const struct {
        const char *name, *path;
    } provider[] = { { "CIMWin32", "%SystemRoot%\\system32\\wbem\\cimwin32.dll" },
                     { "WMIProv", "%systemroot%\\system32\\wbem\\wmiprov.dll" },
                     { "MSFT_NetAdapter", "%SystemRoot%\\system32\\wbem\\netadaptercim.dll" },
                     { "NetTCPIP", "%systemroot%\\system32\\wbem\\nettcpip.dll" } };

    for (unsigned i = 0; i < 4; i++) {
        uint64_t t = story_after(s, midnight + (7 + i * 3) * TICKS_HOUR, 0, 3000000);
        const char *pid = story_text(s, "%u", 4 * story_between(s, 800, 2400));

        TELL(s, LOG_WMI, &WMI_5857, t, provider[i].name, "0x0", "wmiprvse.exe", pid,
             provider[i].path);
        if (i % 2 == 0)
            TELL(s, LOG_WMI, &WMI_5858, t + 40 * TICKS_SECOND,
                 story_text(s, "{%s-0000-0000-0000-000000000000}", story_digest(s, pid, 8)), HOST,
                 "NT AUTHORITY\\SYSTEM", "3180", "Unknown",
                 "Start IWbemServices::ExecQuery - ROOT\\CIMV2 : SELECT * FROM Win32_Battery",
                 "0x80041032", "Unknown");
    }
    TELL(s, LOG_WMI, &WMI_5860, midnight + 7 * TICKS_HOUR + 12 * TICKS_MINUTE, "ROOT\\CIMV2",
         "SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'wsmprovhost.exe'",
         "NT AUTHORITY\\SYSTEM", "3180", HOST, "Temporary");
    s->actor_sid = WHO_USER.sid;
    TELL(s, LOG_SYSTEM, &DCOM_10016, midnight + 8 * TICKS_HOUR + 3 * TICKS_MINUTE,
         "application-specific", "Local", "Activation", "{2593F8B9-4EAF-457C-B68A-50F6B8EA6B54}",
         "{15C20B67-12E7-4BB6-92BB-7AFF07997402}", "CORP", "m.keller", WHO_USER.sid,
         "LocalHost (Using LRPC)", "Unavailable", "Unavailable");
    s->actor_sid = "S-1-5-18";
    TELL(s, LOG_SYSTEM, &POLICY_1501, story_after(s, midnight + 9 * TICKS_HOUR, 0, 900000), "1",
         "5012", "0", "1812", "\\\\DC-01.corp.example");
    TELL(s, LOG_SYSTEM, &TIME_37, midnight + 7 * TICKS_HOUR + 31 * TICKS_MINUTE,
         "DC-01.corp.example (ntp.d|0.0.0.0:123->10.20.1.10:123)");
}

void story_system_day(struct story *s, uint64_t midnight)
{
    services(s, midnight);
    updates(s, midnight);
    scan(s, midnight);
    small_things(s, midnight);
}
