/* story_week.c - the ordinary week: 2026-03-02 (Monday) to 2026-03-06.
 *
 * m.keller of the finance department works at WS-FIN-07 from about 7:50 to 16:30
 * UTC; t.brandt, an administrator, looks in by remote desktop on Wednesday.
 */
#include "kinds.h"

#include <string.h>

#define SYSTEM32 "C:\\Windows\\System32\\"

/* The first processes: Security has them without command line, Sysmon was not yet there. */
static void early(struct story *s, uint64_t t)
{
    static const struct {
        unsigned pid, parent;
        const char *image, *parent_image;
    } first[] = {
        { 108, 4, "Registry", "" },
        { 356, 4, SYSTEM32 "smss.exe", "" },
        { 468, 460, SYSTEM32 "csrss.exe", SYSTEM32 "smss.exe" },
        { 544, 460, SYSTEM32 "wininit.exe", SYSTEM32 "smss.exe" },
        { 640, 544, SYSTEM32 "services.exe", SYSTEM32 "wininit.exe" },
        { 652, 544, SYSTEM32 "lsass.exe", SYSTEM32 "wininit.exe" },
        { 1956, 4, "MemCompression", "" },
    };

    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        TELL(s, LOG_SECURITY, &SEC_4688, t + i * TICKS_SECOND, "S-1-5-18", "-", "-", "0x3e7",
             story_text(s, "0x%x", first[i].pid), first[i].image, "%%1936",
             story_text(s, "0x%x", first[i].parent), "", "S-1-0-0", "-", "-", "0x0",
             first[i].parent_image, "S-1-16-16384");
}

static void boot(struct story *s, struct cast_now *c)
{
    uint64_t t = story_time("2026-03-02 06:41:17.0183422");
    struct process *system;

    s->pid_of[BY_KERNEL] = 4;
    s->pid_of[BY_SERVICES] = 640;
    s->pid_of[BY_LSASS] = 652;
    s->pid_of[BY_EVENTLOG] = 1104;
    s->pid_of[BY_SVCHOST] = 1332;
    s->pid_of[BY_SYSMON] = 2776;
    s->pid_of[BY_DEFENDER] = 3012;
    story_boot(s, t);
    early(s, t + 4 * TICKS_SECOND);
    t += 14 * TICKS_SECOND;
    c->system = story_logon(s, t, &WHO_SYSTEM, 5, "-", "System");
    c->network = ew_arena_alloc(&s->arena, sizeof *c->network);
    *c->network = (struct logon){ &WHO_NETWORK, 0x3e4, t, 0, "System", "%%1936" };
    c->local = ew_arena_alloc(&s->arena, sizeof *c->local);
    *c->local = (struct logon){ &WHO_LOCAL, 0x3e5, t, 0, "System", "%%1936" };
    system = story_standing(s, t, 4, NULL, c->system, "System", "");
    c->services = story_standing(s, t, 640, system, c->system, SYSTEM32 "services.exe",
                                 "C:\\Windows\\system32\\services.exe");
    c->lsass = story_standing(s, t, 652, system, c->system, SYSTEM32 "lsass.exe",
                              "C:\\Windows\\system32\\lsass.exe");
    c->svchost = story_standing(s, t, 872, c->services, c->system, SYSTEM32 "svchost.exe",
                                "C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p");
    c->svchost_tasks =
        story_standing(s, t, 1332, c->services, c->system, SYSTEM32 "svchost.exe",
                       "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule");
    c->wmi = story_standing(s, t, 3504, c->svchost, c->system, SYSTEM32 "wbem\\WmiPrvSE.exe",
                            "C:\\Windows\\system32\\wbem\\wmiprvse.exe");
    s->next_pid = 5200;
}

static void first_logon(struct story *s, struct cast_now *c, uint64_t t)
{
    c->user_admin = story_logon(s, t, &WHO_USER, 2, "127.0.0.1", "High");
    c->user_admin->elevation = "%%1937";
    s->next_logon = c->user_admin->id + 0x2d;
    c->user = story_logon(s, t, &WHO_USER, 2, "127.0.0.1", "Medium");
    s->actor_sid = "S-1-5-18";
    TELL(s, LOG_SESSIONS, &LSM_41, t, "CORP\\m.keller", "1");
    TELL(s, LOG_SESSIONS, &LSM_42, t + TICKS_SECOND, "CORP\\m.keller", "1");
    TELL(s, LOG_SESSIONS, &LSM_21, t + TICKS_SECOND, "CORP\\m.keller", "1", "LOCAL");
    TELL(s, LOG_SESSIONS, &LSM_22, t + 3 * TICKS_SECOND, "CORP\\m.keller", "1", "LOCAL");
    c->explorer = story_standing(s, t, 4580, c->svchost, c->user, "C:\\Windows\\explorer.exe",
                                 "C:\\Windows\\Explorer.EXE");
    c->explorer->directory = "C:\\Windows\\system32\\";
}

static void unlock(struct story *s, uint64_t t)
{
    struct logon *l = story_logon(s, t, &WHO_USER, 7, "127.0.0.1", "High");

    story_logoff(s, story_after(s, t, 40, 90), l, 7);
}

/* A program of the user: started, seen on the network, ended. */
static void use(struct story *s, struct cast_now *c, uint64_t t, const char *image,
                const char *command, const char *name, const char *ip, unsigned minutes)
{
    struct process *p = story_start(s, t, c->explorer, c->user, image, command);

    if (name != NULL) {
        story_lookup(s, story_after(s, t, 300, 900), p, name, ip);
        story_connect(s, story_after(s, t, 1000, 1900), p, ip, "-", 443, "https");
    }
    story_end(s, story_after(s, t + minutes * TICKS_MINUTE, 0, 59000), p);
}

static void office_day(struct story *s, struct cast_now *c, uint64_t midnight)
{
    static const struct {
        unsigned minute, length;
        const char *image, *command, *name, *ip;
    } habit[] = {
        { 476, 30, "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
          "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" "
          "--profile-directory=Default",
          "intranet.corp.example", "10.20.1.80" },
        { 489, 200, "C:\\Program Files\\Ledger\\ledger.exe",
          "\"C:\\Program Files\\Ledger\\ledger.exe\" /profile:fin07", "ledger.corp.example",
          "10.20.1.44" },
        { 545, 40, "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE",
          "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" "
          "\"\\\\FS-02\\Finance\\2026\\Umsatz Februar.xlsx\"",
          NULL, NULL },
        { 610, 9, "C:\\Windows\\System32\\notepad.exe",
          "\"C:\\Windows\\system32\\NOTEPAD.EXE\" C:\\Users\\m.keller\\Desktop\\todo.txt", NULL,
          NULL },
        { 655, 25, "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
          "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --single-argument "
          "https://news.example/wirtschaft",
          "news.example", "198.51.100.20" },
        { 780, 70, "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
          "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n "
          "\"C:\\Users\\m.keller\\Documents\\Mahnung.docx\" /o \"\"",
          NULL, NULL },
        { 840, 35, "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
          "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --single-argument "
          "https://bank.example/",
          "bank.example", "198.51.100.77" },
        { 905, 60, "C:\\Program Files\\Ledger\\ledger.exe",
          "\"C:\\Program Files\\Ledger\\ledger.exe\" /report:offene-posten", "ledger.corp.example",
          "10.20.1.44" },
    };

    for (size_t i = 0; i < sizeof habit / sizeof *habit; i++) {
        uint64_t t = story_after(s, midnight + habit[i].minute * TICKS_MINUTE, 0, 480000);

        use(s, c, t, habit[i].image, habit[i].command, habit[i].name, habit[i].ip, habit[i].length);
    }
}

/* Everyday system processes, their parents and command lines. */
static void background(struct story *s, struct cast_now *c, uint64_t midnight)
{
    static const struct {
        const char *image, *command;
        bool as_user;
    } often[] = {
        { SYSTEM32 "backgroundTaskHost.exe",
          "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" "
          "-ServerName:CortanaUI.AppX3bn25b6f886wmg6twh46972vprk9tnbf.mca",
          true },
        { SYSTEM32 "RuntimeBroker.exe", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding",
          true },
        { SYSTEM32 "dllhost.exe",
          "C:\\Windows\\system32\\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}",
          true },
        { SYSTEM32 "SearchProtocolHost.exe",
          "\"C:\\Windows\\system32\\SearchProtocolHost.exe\" Global\\UsGthrFltPipeMssGthrPipe31_ "
          "Global\\UsGthrCtrlFltPipeMssGthrPipe31 1 -2147483646 "
          "\"Software\\Microsoft\\Windows Search\"",
          false },
        { SYSTEM32 "SearchFilterHost.exe",
          "\"C:\\Windows\\system32\\SearchFilterHost.exe\" 0 816 820 828 8192 824 796", false },
        { SYSTEM32 "wbem\\WmiPrvSE.exe",
          "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding", false },
        { SYSTEM32 "MoUsoCoreWorker.exe", "C:\\Windows\\System32\\mousocoreworker.exe -Embedding",
          false },
        { "C:\\Windows\\servicing\\TrustedInstaller.exe",
          "C:\\Windows\\servicing\\TrustedInstaller.exe", false },
    };

    for (unsigned i = 0; i < 45; i++) {
        uint64_t t = story_after(s, midnight + 8 * TICKS_HOUR + i * 11 * TICKS_MINUTE, 0, 650000);
        size_t k = story_between(s, 0, sizeof often / sizeof *often - 1);
        const struct process *parent =
            strstr(often[k].image, "Trusted") != NULL ? c->services : c->svchost;
        struct process *p = story_start(s, t, parent, often[k].as_user ? c->user : c->system,
                                        often[k].image, often[k].command);

        story_end(s, story_after(s, t, 20000, 600000), p);
    }
}

static void tasks(struct story *s, struct cast_now *c, uint64_t midnight)
{
    static const struct {
        unsigned minute, seconds;
        const char *name, *image, *command;
    } daily[] = {
        { 425, 4, "\\Microsoft\\Windows\\Windows Defender\\Windows Defender Scheduled Scan",
          "C:\\Program Files\\Windows Defender\\MpCmdRun.exe",
          "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" Scan -ScheduleJob -ScanTrigger 55 "
          "-IdleScheduledJob" },
        { 470, 12, "\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan",
          SYSTEM32 "usoclient.exe", "C:\\Windows\\system32\\usoclient.exe StartScan" },
        { 540, 31, "\\MicrosoftEdgeUpdateTaskMachineUA",
          "C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe",
          "\"C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe\" /ua "
          "/installsource scheduler" },
        { 600, 3, "\\Corp\\Inventory", SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe",
          "powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File \"C:\\Program "
          "Files\\Monitoring\\inventory.ps1\"" },
        { 720, 25,
          "\\Microsoft\\Windows\\Application Experience\\Microsoft Compatibility Appraiser",
          SYSTEM32 "taskhostw.exe", "taskhostw.exe" },
        { 960, 18, "\\MicrosoftEdgeUpdateTaskMachineUA",
          "C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe",
          "\"C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe\" /ua "
          "/installsource scheduler" },
    };

    for (size_t i = 0; i < sizeof daily / sizeof *daily; i++)
        story_task(s, story_after(s, midnight + daily[i].minute * TICKS_MINUTE, 0, 55000),
                   c->svchost_tasks, c->system, daily[i].name, daily[i].image, daily[i].command,
                   daily[i].seconds);
}

static void inventory(struct story *s, struct cast_now *c, uint64_t midnight)
{
    uint64_t t = midnight + 10 * TICKS_HOUR + 2 * TICKS_MINUTE;
    const char *command = "powershell.exe -NoProfile -NonInteractive -File \"C:\\Program "
                          "Files\\Monitoring\\disk.ps1\"";
    struct process *agent = story_standing(
        s, t, 3180, c->services, c->system, "C:\\Program Files\\Monitoring\\monagent.exe",
        "\"C:\\Program Files\\Monitoring\\monagent.exe\" --service");
    struct process *p = story_start(s, t, agent, c->system,
                                    SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe", command);

    story_engine(s, story_after(s, t, 300, 500), p);
    story_script(s, story_after(s, t, 900, 990), p,
                 "# disk.ps1 - free space of fixed disks, for the monitoring agent\r\n"
                 "Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType=3' |\r\n"
                 "    Select-Object DeviceID, Size, FreeSpace | ConvertTo-Json -Compress\r\n",
                 "C:\\Program Files\\Monitoring\\disk.ps1", 8000);
    story_end(s, story_after(s, t, 3000, 5000), p);
}

static void visitors(struct story *s, uint64_t midnight)
{
    for (unsigned hour = 7; hour < 17; hour += 2) {
        uint64_t t = story_after(s, midnight + hour * TICKS_HOUR, 0, 600000);
        struct logon *l = story_logon(s, t, &WHO_MONITOR, 3, "10.20.1.60", "High");

        story_logoff(s, story_after(s, t, 400, 4000), l, 3);
        t = story_after(s, t, 900000, 2400000);
        story_logon(s, t, &WHO_SYSTEM, 5, "-", "System");
    }
}

static void maintenance(struct story *s, struct cast_now *c)
{
    uint64_t t = story_time("2026-03-04 14:05:11.4400211");
    struct logon *l = story_logon(s, t, &WHO_ADMIN, 10, "10.20.3.15", "High");
    struct process *shell, *p;

    l->elevation = "%%1937";
    s->actor_sid = "S-1-5-18";
    TELL(s, LOG_SESSIONS, &LSM_41, t, "CORP\\t.brandt", "2");
    TELL(s, LOG_SESSIONS, &LSM_42, t + TICKS_SECOND, "CORP\\t.brandt", "2");
    TELL(s, LOG_SESSIONS, &LSM_21, t + TICKS_SECOND, "CORP\\t.brandt", "2", "10.20.3.15");
    TELL(s, LOG_SESSIONS, &LSM_22, t + 4 * TICKS_SECOND, "CORP\\t.brandt", "2", "10.20.3.15");
    shell = story_standing(s, t, 8804, c->svchost, l, "C:\\Windows\\explorer.exe",
                           "C:\\Windows\\Explorer.EXE");
    p = story_start(s, t + TICKS_MINUTE, shell, l,
                    SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe",
                    "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" ");
    story_engine(s, t + TICKS_MINUTE + 5000000, p);
    story_script(s, t + 2 * TICKS_MINUTE, p, "Get-Service | Where-Object Status -ne 'Running'", "",
                 8000);
    story_script(
        s, t + 3 * TICKS_MINUTE, p,
        "Get-WinEvent -LogName System -MaxEvents 50 | Format-Table TimeCreated, Id, Message", "",
        8000);
    story_script(s, t + 6 * TICKS_MINUTE, p, "Restart-Service -Name Spooler -Verbose", "", 8000);
    story_service_state(s, t + 6 * TICKS_MINUTE + TICKS_SECOND, "Print Spooler", "stopped");
    story_service_state(s, t + 6 * TICKS_MINUTE + 3 * TICKS_SECOND, "Print Spooler", "running");
    story_end(s, t + 14 * TICKS_MINUTE, p);
    TELL(s, LOG_SESSIONS, &LSM_24, t + 15 * TICKS_MINUTE, "CORP\\t.brandt", "2", "10.20.3.15");
    TELL(s, LOG_SESSIONS, &LSM_25, t + 25 * TICKS_MINUTE, "CORP\\t.brandt", "2", "10.20.3.15");
    TELL(s, LOG_SESSIONS, &LSM_23, t + 31 * TICKS_MINUTE, "CORP\\t.brandt", "2");
    story_logoff(s, t + 31 * TICKS_MINUTE, l, 10);
}

void story_week(struct story *s, struct cast_now *c)
{
    uint64_t monday = story_time("2026-03-02 00:00:00");

    boot(s, c);
    for (unsigned day = 0; day < 5; day++) {
        uint64_t midnight = monday + day * TICKS_DAY,
                 t = story_after(s, midnight + 7 * TICKS_HOUR + 50 * TICKS_MINUTE, 0, 600000);

        if (day == 0)
            first_logon(s, c, t);
        else
            unlock(s, t);
        unlock(s, story_after(s, midnight + 12 * TICKS_HOUR + 40 * TICKS_MINUTE, 0, 600000));
        story_system_day(s, midnight);
        office_day(s, c, midnight);
        background(s, c, midnight);
        tasks(s, c, midnight);
        inventory(s, c, midnight);
        visitors(s, midnight);
    }
    maintenance(s, c);
}
