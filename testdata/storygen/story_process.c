/* story_process.c - processes and what they do, in Security and Sysmon alike. */
#include "kinds.h"

#include <stdio.h>
#include <string.h>

/* What the version resource of a program says. */
static const struct {
    const char *name, *version, *description, *product, *company, *original;
} programs[] = {
#define WINDOWS "Microsoft® Windows® Operating System", "Microsoft Corporation"
    { "cmd.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "Windows Command Processor", WINDOWS,
      "Cmd.Exe" },
    { "powershell.exe", "10.0.19041.3996 (WinBuild.160101.0800)", "Windows PowerShell", WINDOWS,
      "PowerShell.EXE" },
    { "rundll32.exe", "10.0.19041.3636 (WinBuild.160101.0800)", "Windows host process (Rundll32)",
      WINDOWS, "RUNDLL32.EXE" },
    { "svchost.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "Host Process for Windows Services",
      WINDOWS, "svchost.exe" },
    { "conhost.exe", "10.0.19041.4474 (WinBuild.160101.0800)", "Console Window Host", WINDOWS,
      "CONHOST.EXE" },
    { "taskhostw.exe", "10.0.19041.4123 (WinBuild.160101.0800)", "Host Process for Windows Tasks",
      WINDOWS, "taskhostw.exe" },
    { "backgroundTaskHost.exe", "10.0.19041.3636 (WinBuild.160101.0800)", "Background Task Host",
      WINDOWS, "backgroundTaskHost.exe" },
    { "RuntimeBroker.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "Runtime Broker", WINDOWS,
      "RuntimeBroker.exe" },
    { "dllhost.exe", "10.0.19041.3636 (WinBuild.160101.0800)", "COM Surrogate", WINDOWS,
      "dllhost.exe" },
    { "SearchProtocolHost.exe", "7.0.19041.4355 (WinBuild.160101.0800)",
      "Microsoft Windows Search Protocol Host", "Windows® Search", "Microsoft Corporation",
      "SearchProtocolHost.exe" },
    { "SearchFilterHost.exe", "7.0.19041.4355 (WinBuild.160101.0800)",
      "Microsoft Windows Search Filter Host", "Windows® Search", "Microsoft Corporation",
      "SearchFilterHost.exe" },
    { "WmiPrvSE.exe", "10.0.19041.3636 (WinBuild.160101.0800)", "WMI Provider Host", WINDOWS,
      "Wmiprvse.exe" },
    { "TiWorker.exe", "10.0.19041.4467 (WinBuild.160101.0800)", "Windows Modules Installer Worker",
      WINDOWS, "TiWorker.exe" },
    { "TrustedInstaller.exe", "10.0.19041.4467 (WinBuild.160101.0800)", "Windows Modules Installer",
      WINDOWS, "TrustedInstaller.exe" },
    { "usoclient.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "UsoClient", WINDOWS,
      "UsoClient" },
    { "MoUsoCoreWorker.exe", "10.0.19041.4474 (WinBuild.160101.0800)", "MoUSO Core Worker Process",
      WINDOWS, "MoUsoCoreWorker.exe" },
    { "MpCmdRun.exe", "4.18.26010.5 (WinBuild.160101.0800)",
      "Microsoft Malware Protection Command Line Utility", WINDOWS, "MpCmdRun.exe" },
    { "whoami.exe", "10.0.19041.1 (WinBuild.160101.0800)",
      "whoami - displays logged on user information", WINDOWS, "whoami.exe" },
    { "net.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Net Command", WINDOWS, "net.exe" },
    { "net1.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Net Command", WINDOWS, "net1.exe" },
    { "nltest.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Microsoft® Logon Server Test Utility",
      WINDOWS, "nltestrk.exe" },
    { "ipconfig.exe", "10.0.19041.1 (WinBuild.160101.0800)", "IP Configuration Utility", WINDOWS,
      "ipconfig.exe" },
    { "systeminfo.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Displays system information",
      WINDOWS, "sysinfo.exe" },
    { "tasklist.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Lists the current running tasks",
      WINDOWS, "tasklist.exe" },
    { "reg.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Registry Console Tool", WINDOWS,
      "reg.exe" },
    { "sc.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Service Control Manager Configuration Tool",
      WINDOWS, "sc.exe" },
    { "schtasks.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Task Scheduler Configuration Tool",
      WINDOWS, "schtasks.exe" },
    { "fodhelper.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Features On Demand Helper", WINDOWS,
      "FodHelper.EXE" },
    { "wevtutil.exe", "10.0.19041.1 (WinBuild.160101.0800)", "Eventing Command Line Utility",
      WINDOWS, "wevtutil.exe" },
    { "curl.exe", "8.9.1", "The curl executable", "The curl executable", "curl, https://curl.se/",
      "curl.exe" },
    { "notepad.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "Notepad", WINDOWS, "NOTEPAD.EXE" },
    { "gpupdate.exe", "10.0.19041.1 (WinBuild.160101.0800)",
      "Microsoft® Group Policy Update Utility", WINDOWS, "GPUpdate.exe" },
    { "mmc.exe", "10.0.19041.4355 (WinBuild.160101.0800)", "Microsoft Management Console", WINDOWS,
      "mmc.exe" },
    { "WINWORD.EXE", "16.0.17328.20612", "Microsoft Word", "Microsoft Office",
      "Microsoft Corporation", "WinWord.exe" },
    { "EXCEL.EXE", "16.0.17328.20612", "Microsoft Excel", "Microsoft Office",
      "Microsoft Corporation", "Excel.exe" },
    { "OUTLOOK.EXE", "16.0.17328.20612", "Microsoft Outlook", "Microsoft Outlook",
      "Microsoft Corporation", "Outlook.exe" },
    { "msedge.exe", "133.0.3065.92", "Microsoft Edge", "Microsoft Edge", "Microsoft Corporation",
      "msedge.exe" },
    { "MicrosoftEdgeUpdate.exe", "1.3.195.43", "Microsoft Edge Update", "Microsoft Edge Update",
      "Microsoft Corporation", "msedgeupdate.dll" },
    { "ledger.exe", "7.2.1.0", "Ledger", "Ledger Accounting", "Example Software GmbH",
      "ledger.exe" },
    { "monagent.exe", "3.4.0.0", "Monitoring Agent", "Monitoring Agent", "Example Monitoring Ltd",
      "monagent.exe" },
};

static size_t program(const char *image)
{
    const char *name = strrchr(image, '\\');
    size_t n = sizeof programs / sizeof *programs;

    for (size_t i = 0; name != NULL && i < n; i++) {
        if (strcmp(name + 1, programs[i].name) == 0)
            return i;
    }
    return n;
}

static const char *user_text(struct story *s, const struct logon *l)
{
    return story_text(s, "%s\\%s", l->who->domain, l->who->name);
}

/* Security calls SYSTEM by the machine's account. */
static const struct account *subject(const struct logon *l)
{
    return l->who == &WHO_SYSTEM ? &WHO_MACHINE : l->who;
}

static const char *logon_guid(struct story *s, const struct logon *l)
{
    unsigned unix_time = (unsigned)(l->started / TICKS_SECOND - 11644473600U);
    unsigned id = (unsigned)l->id;

    return story_text(s, "{a1b2c3d4-%04x-%04x-%02x%02x-%02x%02x00000000}", unix_time & 0xffff,
                      unix_time >> 16, id & 0xff, id >> 8 & 0xff, id >> 16 & 0xff, id >> 24);
}

static const char *hashes(struct story *s, const char *image)
{
    return story_text(s, "MD5=%s,SHA256=%s,IMPHASH=%s", story_digest(s, image, 32),
                      story_digest(s, image, 64), story_digest(s, image + 1, 32));
}

struct process *story_standing(struct story *s, uint64_t t, unsigned pid,
                               const struct process *parent, const struct logon *logon,
                               const char *image, const char *command)
{
    struct process *p = ew_arena_alloc(&s->arena, sizeof *p);
    unsigned unix_time = (unsigned)(t / TICKS_SECOND - 11644473600U), index = s->next_index++;

    *p = (struct process){
        .pid = pid, .image = image, .command = command, .logon = logon, .parent = parent
    };
    p->directory = logon->who->domain[0] == 'C' && logon->session > 0
                       ? story_text(s, "C:\\Users\\%s\\", logon->who->name)
                       : "C:\\Windows\\system32\\";
    snprintf(p->guid, sizeof p->guid, "{a1b2c3d4-%04x-%04x-%02x%02x-000000000b00}",
             unix_time & 0xffff, unix_time >> 16, index & 0xff, index >> 8 & 0xff);
    return p;
}

static void tell_security(struct story *s, uint64_t t, const struct process *p)
{
    const struct logon *l = p->logon;
    /* A new session's first process is made by the system for somebody else. */
    bool other = p->parent->logon != l && p->parent->logon->who == &WHO_SYSTEM;
    const struct logon *by = other ? p->parent->logon : l;
    const char *label = strcmp(l->integrity, "System") == 0 ? "S-1-16-16384"
                        : strcmp(l->integrity, "High") == 0 ? "S-1-16-12288"
                                                            : "S-1-16-8192";

    TELL(s, LOG_SECURITY, &SEC_4688, t, by->who->sid, subject(by)->name, subject(by)->domain,
         story_text(s, "0x%llx", (unsigned long long)by->id), story_text(s, "0x%x", p->pid),
         p->image, l->elevation, story_text(s, "0x%x", p->parent->pid), p->command, "S-1-0-0",
         other ? l->who->name : "-", other ? l->who->domain : "-",
         other ? story_text(s, "0x%llx", (unsigned long long)l->id) : "0x0", p->parent->image,
         label);
}

static void tell_sysmon(struct story *s, uint64_t t, const struct process *p)
{
    size_t i = program(p->image);
    bool known = i < sizeof programs / sizeof *programs;
    const struct logon *l = p->logon;

    TELL(s, LOG_SYSMON, &SYSMON_1, story_after(s, t, 8, 40), "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), p->image, known ? programs[i].version : "-",
         known ? programs[i].description : "-", known ? programs[i].product : "-",
         known ? programs[i].company : "-", known ? programs[i].original : "-", p->command,
         p->directory, user_text(s, l), logon_guid(s, l),
         story_text(s, "0x%llx", (unsigned long long)l->id), story_text(s, "%u", l->session),
         l->integrity, hashes(s, p->image), p->parent->guid, story_text(s, "%u", p->parent->pid),
         p->parent->image, p->parent->command, user_text(s, p->parent->logon));
}

struct process *story_start(struct story *s, uint64_t t, const struct process *parent,
                            const struct logon *logon, const char *image, const char *command)
{
    struct process *p;

    s->next_pid = 1200 + (s->next_pid - 1200 + 4 * story_between(s, 3, 61)) % 11000;
    p = story_standing(s, t, s->next_pid, parent, logon, image, command);
    if (parent->logon == logon)
        p->directory = parent->directory;
    tell_security(s, t, p);
    tell_sysmon(s, t, p);
    return p;
}

void story_end(struct story *s, uint64_t t, const struct process *p)
{
    const struct account *who = subject(p->logon);

    TELL(s, LOG_SECURITY, &SEC_4689, t, p->logon->who->sid, who->name, who->domain,
         story_text(s, "0x%llx", (unsigned long long)p->logon->id), "0x0",
         story_text(s, "0x%x", p->pid), p->image);
    TELL(s, LOG_SYSMON, &SYSMON_5, story_after(s, t, 2, 9), "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), p->image, user_text(s, p->logon));
}

void story_lookup(struct story *s, uint64_t t, const struct process *p, const char *name,
                  const char *result)
{
    TELL(s, LOG_SYSMON, &SYSMON_22, story_after(s, t, 400, 1900), "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), name, "0", story_text(s, "::ffff:%s;", result), p->image,
         user_text(s, p->logon));
}

void story_connect(struct story *s, uint64_t t, const struct process *p, const char *ip,
                   const char *host, unsigned port, const char *service)
{
    /* Two numbers by chance: the order of arguments is not fixed, that of statements is. */
    uint64_t written = story_after(s, t, 900, 2400);
    unsigned from = story_between(s, 49700, 65400);

    TELL(s, LOG_SYSMON, &SYSMON_3, written, "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), p->image, user_text(s, p->logon), "tcp", "true", "false",
         "10.20.7.107", COMPUTER, story_text(s, "%u", from), "-", "false", ip, host,
         story_text(s, "%u", port), service);
}

void story_file(struct story *s, uint64_t t, const struct process *p, const char *path)
{
    TELL(s, LOG_SYSMON, &SYSMON_11, story_after(s, t, 1, 9), "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), p->image, path, story_utc(s, t), user_text(s, p->logon));
}

void story_registry(struct story *s, uint64_t t, const struct process *p, const char *key,
                    const char *details)
{
    TELL(s, LOG_SYSMON, &SYSMON_13, story_after(s, t, 1, 9), "-", "SetValue", story_utc(s, t),
         p->guid, story_text(s, "%u", p->pid), p->image, key, details, user_text(s, p->logon));
}

void story_access(struct story *s, uint64_t t, const struct process *p,
                  const struct process *target, const char *mask, const char *trace)
{
    TELL(s, LOG_SYSMON, &SYSMON_10, story_after(s, t, 1, 9), "-", story_utc(s, t), p->guid,
         story_text(s, "%u", p->pid), story_text(s, "%u", p->pid + 8), p->image, target->guid,
         story_text(s, "%u", target->pid), target->image, mask, trace, user_text(s, p->logon),
         user_text(s, target->logon));
}
