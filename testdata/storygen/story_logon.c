/* story_logon.c - logons: 4624, 4672, 4634, 4648. */
#include "kinds.h"

#include <string.h>

#define NO_GUID "{00000000-0000-0000-0000-000000000000}"
#define PRIVILEGES                                                                                 \
    "SeSecurityPrivilege\\r\\n\\t\\t\\tSeTakeOwnershipPrivilege\\r\\n\\t\\t\\tSeLoadDriverPrivile" \
    "ge\\r\\n\\t\\t\\tSeBackupPrivilege"                                                           \
    "\\r\\n\\t\\t\\tSeRestorePrivilege\\r\\n\\t\\t\\tSeDebugPrivilege\\r\\n\\t\\t\\tSeSystemEnvir" \
    "onmentPrivilege\\r\\n\\t\\t\\tSeImpersonatePrivilege"                                         \
    "\\r\\n\\t\\t\\tSeDelegateSessionUserImpersonatePrivilege"
#define SYSTEM_PRIVILEGES                                                                          \
    "SeAssignPrimaryTokenPrivilege\\r\\n\\t\\t\\tSeTcbPrivilege\\r\\n\\t\\t\\tSeSecurityPrivilege" \
    "\\r\\n\\t\\t\\t"                                                                              \
    "SeTakeOwnershipPrivilege\\r\\n\\t\\t\\tSeLoadDriverPrivilege\\r\\n\\t\\t\\tSeBackupPrivilege" \
    "\\r\\n\\t\\t\\tSeRestorePrivilege\\r\\n\\t\\t\\t"                                             \
    "SeDebugPrivilege\\r\\n\\t\\t\\tSeAuditPrivilege\\r\\n\\t\\t\\tSeSystemEnvironmentPrivilege\\" \
    "r\\n\\t\\t\\tSeImpersonatePrivilege\\r\\n\\t\\t\\t"                                           \
    "SeDelegateSessionUserImpersonatePrivilege"

/* What differs between the types of logon. */
struct manner {
    unsigned type;
    const char *process, *package, *image;
    bool by_network;
};

static const struct manner manners[] = {
    { 2, "User32 ", "Negotiate", "C:\\Windows\\System32\\svchost.exe", false },
    { 3, "Kerberos", "Kerberos", "-", true },
    { 5, "Advapi  ", "Negotiate", "C:\\Windows\\System32\\services.exe", false },
    { 7, "User32 ", "Negotiate", "C:\\Windows\\System32\\svchost.exe", false },
    { 10, "User32 ", "Negotiate", "C:\\Windows\\System32\\svchost.exe", false },
};

static const struct manner *manner_of(unsigned type)
{
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
        if (manners[i].type == type)
            return &manners[i];
    }
    return &manners[0];
}

static const char *hex(struct story *s, uint64_t v)
{
    return story_text(s, "0x%llx", (unsigned long long)v);
}

static void tell(struct story *s, uint64_t t, const struct logon *l, const struct manner *m,
                 const char *ip, uint64_t linked)
{
    unsigned pid = m->type == 5 ? s->pid_of[BY_SERVICES] : m->by_network ? 0 : 728;
    bool full = strcmp(l->integrity, "Medium") != 0;

    TELL(s, LOG_SECURITY, &SEC_4624, t, m->by_network ? "S-1-0-0" : "S-1-5-18",
         m->by_network ? "-" : HOST "$", m->by_network ? "-" : "CORP",
         m->by_network ? "0x0" : "0x3e7", l->who->sid, l->who->name, l->who->domain, hex(s, l->id),
         story_text(s, "%u", m->type), m->process, m->package,
         m->by_network  ? "-"
         : m->type == 5 ? "-"
                        : HOST,
         m->by_network ? story_text(s, "{%s-1d2e-4f30-8a9b-%s}", story_digest(s, l->who->name, 8),
                                    story_digest(s, hex(s, l->id), 12))
                       : NO_GUID,
         "-", "-", "0", hex(s, pid), m->image, ip,
         strcmp(ip, "-") == 0 ? "-"
         : m->by_network      ? story_text(s, "%u", story_between(s, 49700, 65400))
                              : "0",
         "%%1833", "-", "-", "-", "%%1843", hex(s, linked), full ? "%%1842" : "%%1843");
    if (full)
        TELL(s, LOG_SECURITY, &SEC_4672, t, l->who->sid, l->who->name, l->who->domain,
             hex(s, l->id), l->who == &WHO_SYSTEM ? SYSTEM_PRIVILEGES : PRIVILEGES);
}

struct logon *story_logon(struct story *s, uint64_t t, const struct account *who, unsigned type,
                          const char *ip, const char *integrity)
{
    struct logon *l = ew_arena_alloc(&s->arena, sizeof *l);
    uint64_t linked = 0;

    *l = (struct logon){ .who = who, .started = t, .integrity = integrity, .elevation = "%%1936" };
    l->id = who == &WHO_SYSTEM ? 0x3e7 : s->next_logon;
    if (who != &WHO_SYSTEM)
        s->next_logon += 0x1000U + story_between(s, 0x11, 0xfff0);
    /* Session 1 belongs to whoever sits at the machine; 2 to a remote desktop. */
    l->session = type == 2 || type == 7 ? 1 : type == 10 ? 2 : 0;
    if (type == 2 && strcmp(integrity, "Medium") == 0) {
        linked = l->id - 0x2d;
        l->elevation = "%%1938";
    }
    tell(s, t, l, manner_of(type), ip, linked);
    return l;
}

void story_logoff(struct story *s, uint64_t t, const struct logon *l, unsigned type)
{
    TELL(s, LOG_SECURITY, &SEC_4634, t, l->who->sid, l->who->name, l->who->domain, hex(s, l->id),
         story_text(s, "%u", type));
}

void story_explicit(struct story *s, uint64_t t, const struct process *p, const struct account *who,
                    const char *server)
{
    const struct logon *l = p->logon;

    TELL(s, LOG_SECURITY, &SEC_4648, t, l->who->sid, l->who->name, l->who->domain, hex(s, l->id),
         NO_GUID, who->name, who->domain, NO_GUID, server, server, hex(s, p->pid), p->image, "-",
         "-");
}
