/* story_dc.c - two older machines of the same network, Security logs only.
 *
 * DC-01 (Windows Server 2012 R2): 4688 in version 1, with command lines and, from
 * programs of the system, without; 4768, 4769, 4624 version 1, 4625.
 * SRV-PRN-01 (Windows Server 2008 R2): 4688 in version 0, which has none.
 */
#include "kinds.h"

#define SYSTEM32 "C:\\Windows\\System32\\"
#define NO_GUID "{00000000-0000-0000-0000-000000000000}"

struct sample {
    const char *image, *command;
    bool admin;
};

static const struct sample samples[] = {
    { SYSTEM32 "taskhostex.exe", "taskhostex.exe", false },
    { SYSTEM32 "wbem\\WmiPrvSE.exe",
      "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding", false },
    { SYSTEM32 "mmc.exe", "\"C:\\Windows\\system32\\mmc.exe\" \"C:\\Windows\\system32\\dsa.msc\" ",
      true },
    { SYSTEM32 "cmd.exe", "\"C:\\Windows\\system32\\cmd.exe\" ", true },
    { SYSTEM32 "repadmin.exe", "repadmin  /replsummary", true },
    { SYSTEM32 "dcdiag.exe", "dcdiag  /q", true },
    { SYSTEM32 "conhost.exe", "", false },
};

static void process(struct story *s, enum log log, const struct kind *kind, uint64_t t,
                    const char *machine, const struct sample *p)
{
    const struct account *who = p->admin ? &WHO_ADMIN : &WHO_SYSTEM;
    const char *pid = story_text(s, "0x%x", 4 * story_between(s, 200, 2000)),
               *parent = story_text(s, "0x%x", 4 * story_between(s, 100, 900));
    const char *name = p->admin ? who->name : story_text(s, "%s$", machine);
    const char *value[9] = { who->sid,  name,     "CORP",   p->admin ? "0x41c2a9" : "0x3e7",
                             pid,       p->image, "%%1936", parent,
                             p->command };

    story_tell(s, log, kind, t, value, kind->version == 0 ? 8 : 9);
}

static void kerberos(struct story *s, uint64_t t, const struct account *who, const char *ip)
{
    const char *port = story_text(s, "%u", story_between(s, 49200, 65000));
    const char *guid = story_text(s, "{%s-1f2e-4a3b-8c4d-%s}", story_digest(s, port, 8),
                                  story_digest(s, who->name, 12));

    TELL(s, LOG_DC, &SEC_4768, t, who->name, "CORP", who->sid, "krbtgt",
         "S-1-5-21-1004336348-1177238915-682003330-502", "0x40810010", "0x0", "0x12", "2",
         story_text(s, "::ffff:%s", ip), port, "", "", "");
    TELL(s, LOG_DC, &SEC_4769, t + 300000, story_text(s, "%s@CORP.EXAMPLE", who->name),
         "CORP.EXAMPLE", "DC-01$", "S-1-5-21-1004336348-1177238915-682003330-1001", "0x40810000",
         "0x12", story_text(s, "::ffff:%s", ip), port, "0x0", guid, "-");
    TELL(s, LOG_DC, &SEC_4624_V1, t + 600000, "S-1-0-0", "-", "-", "0x0", who->sid, who->name,
         "CORP", story_text(s, "0x%x", story_between(s, 0x410000, 0x990000)), "3", "Kerberos",
         "Kerberos", "", guid, "-", "-", "0", "0x0", "-", ip, port, "%%1833");
}

static void controller(struct story *s, uint64_t midnight)
{
    static const struct account *const who[] = { &WHO_USER, &WHO_MONITOR, &WHO_ADMIN };
    static const char *const ip[] = { "10.20.7.107", "10.20.1.60", "10.20.3.15" };

    for (unsigned i = 0; i < 9; i++)
        kerberos(s, story_after(s, midnight + (7 + i) * TICKS_HOUR, 0, 3500000), who[i % 3],
                 ip[i % 3]);
    for (unsigned i = 0; i < 10; i++)
        process(s, LOG_DC, &SEC_4688_V1,
                story_after(s, midnight + (7 + i) * TICKS_HOUR, 0, 3500000), "DC-01",
                &samples[i % (sizeof samples / sizeof *samples)]);
}

static void failures(struct story *s)
{
    static const char *const name[] = { "administrator", "backup",  "scan",
                                        "t.brandt",      "svc-sql", "test" };
    uint64_t t = story_time("2026-03-05 11:11:00.5000000");

    for (unsigned i = 0; i < 6; i++)
        TELL(s, LOG_DC, &SEC_4625, t + i * 4 * TICKS_SECOND, "S-1-0-0", "-", "-", "0x0", "S-1-0-0",
             name[i], "CORP", i == 3 ? "0xc000006d" : "0xc000006d", "%%2313",
             i == 3 ? "0xc000006a" : "0xc0000064", "3", "NtLmSsp ", "NTLM", HOST, "-", "-", "0",
             "0x0", "-", "10.20.7.107", story_text(s, "%u", 50400 + i));
}

/* The attacker's service as it goes on to the domain controller. */
static void reach(struct story *s)
{
    uint64_t t = story_time("2026-03-05 11:36:40.1000000");
    static const struct sample steps[] = {
        { "C:\\Windows\\Temp\\upd.exe", "C:\\Windows\\Temp\\upd.exe -k netsvcs", false },
        { SYSTEM32 "cmd.exe",
          "cmd.exe /c rundll32 comsvcs.dll,MiniDump 580 C:\\Windows\\Temp\\n.dmp full", false },
        { SYSTEM32 "rundll32.exe",
          "rundll32  comsvcs.dll,MiniDump 580 C:\\Windows\\Temp\\n.dmp full", false },
        { SYSTEM32 "ntdsutil.exe",
          "ntdsutil  \"ac i ntds\" \"ifm\" \"create full C:\\Windows\\Temp\\ifm\" q q", false },
    };

    for (size_t i = 0; i < 4; i++)
        process(s, LOG_DC, &SEC_4688_V1, t + i * 9 * TICKS_SECOND, "DC-01", &steps[i]);
}

static void print_server(struct story *s, uint64_t midnight)
{
    static const struct sample old[] = {
        { SYSTEM32 "taskeng.exe", "", false },
        { SYSTEM32 "spoolsv.exe", "", false },
        { SYSTEM32 "cmd.exe", "", true },
        { SYSTEM32 "rundll32.exe", "", false },
    };

    for (unsigned i = 0; i < 8; i++)
        process(s, LOG_OLD, &SEC_4688_V0,
                story_after(s, midnight + (6 + i) * TICKS_HOUR, 0, 3500000), "SRV-PRN-01",
                &old[i % 4]);
    TELL(s, LOG_OLD, &SEC_4624_V0, story_after(s, midnight + 8 * TICKS_HOUR, 0, 3500000),
         "S-1-5-18", "SRV-PRN-01$", "CORP", "0x3e7", "S-1-5-18", "SYSTEM", "NT AUTHORITY", "0x3e7",
         "5", "Advapi  ", "Negotiate", "", NO_GUID, "-", "-", "0", "0x1d4", SYSTEM32 "services.exe",
         "-", "-");
}

void story_dc(struct story *s)
{
    uint64_t monday = story_time("2026-03-02 00:00:00");

    s->computer = "DC-01.corp.example";
    s->pid_of[BY_LSASS] = 504;
    for (unsigned day = 0; day < 5; day++)
        controller(s, monday + day * TICKS_DAY);
    failures(s);
    reach(s);
    s->computer = "SRV-PRN-01.corp.example";
    s->pid_of[BY_LSASS] = 488;
    for (unsigned day = 0; day < 5; day++)
        print_server(s, monday + day * TICKS_DAY);
    s->computer = COMPUTER;
}
