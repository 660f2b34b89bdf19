/* story.h - what the parts of the story's maker share.
 *
 * One run tells one week of one host; every log is a list of events that is
 * sorted by time before it is written. All chance comes from one seeded
 * generator, so the files are the same wherever and whenever they are made.
 */
#ifndef STORY_H
#define STORY_H

#include "../writer/ew_file.h"

/* Times are FILETIME; spans in ticks of 100 ns. */
#define TICKS_SECOND ((uint64_t)10000000)
#define TICKS_MINUTE (60 * TICKS_SECOND)
#define TICKS_HOUR (60 * TICKS_MINUTE)
#define TICKS_DAY (24 * TICKS_HOUR)

enum log {
    LOG_SECURITY,
    LOG_SYSMON,
    LOG_SYSTEM,
    LOG_POWERSHELL,
    LOG_TASKS,
    LOG_SESSIONS,
    LOG_WMI,
    LOG_DEFENDER,
    LOG_DC,
    LOG_OLD,
    NLOGS
};

/* Who writes the record: gives Execution/ProcessID. */
enum writer {
    BY_KERNEL,
    BY_LSASS,
    BY_SYSMON,
    BY_SERVICES,
    BY_SVCHOST,
    BY_EVENTLOG,
    BY_DEFENDER,
    BY_ACTOR,
    BY_NOBODY
};

/* One kind of event, as the provider's manifest has it. fields: "Name:type;Name;...",
 * a field without type is a string. root: element inside UserData, with its xmlns;
 * section: the Name attribute of EventData. */
struct kind {
    const char *provider, *guid, *source, *channel;
    uint16_t id, task;
    uint8_t version, level, opcode;
    uint64_t keywords;
    int64_t qualifiers;
    enum ew_layout layout;
    enum writer by;
    const char *user; /* SID in System/Security; "" for none, "*" for the actor's */
    const char *root, *xmlns, *section;
    const char *fields;
};

struct account {
    const char *sid, *name, *domain;
};

struct logon {
    const struct account *who;
    uint64_t id, started;
    unsigned session;
    const char *integrity; /* Medium, High, System */
    const char *elevation; /* %%1936 default, %%1937 full, %%1938 limited */
};

struct process {
    unsigned pid;
    char guid[40];
    const char *image, *command, *directory;
    const struct logon *logon;
    const struct process *parent;
};

struct entry {
    uint64_t time;
    size_t order; /* keeps equal times in the order told */
    enum log log;
    const struct kind *kind;
    int64_t pid, tid;
    const char *user, *activity, *computer;
    const char **value;
    size_t nvalues;
};

struct story {
    struct ew_arena arena;
    struct entry *entry;
    size_t n, cap;
    uint64_t rng;
    unsigned next_pid, next_index;
    uint64_t next_logon;
    unsigned pid_of[BY_NOBODY + 1];
    /* The next event's actor, for kinds written BY_ACTOR or with user "*". */
    unsigned actor_pid;
    const char *actor_sid, *activity;
    const char *computer;
};

/* The cast (story_cast.c). */
extern const struct account WHO_SYSTEM, WHO_LOCAL, WHO_NETWORK, WHO_USER, WHO_ADMIN, WHO_MONITOR,
    WHO_MACHINE;
#define HOST "WS-FIN-07"
#define COMPUTER "WS-FIN-07.corp.example"

/* story_base.c: chance, text, time. */
uint64_t story_random(struct story *s);
/* A number from low to high, both included. */
unsigned story_between(struct story *s, unsigned low, unsigned high);
/* Text of up to 511 bytes that lives as long as the story. */
const char *story_text(struct story *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "2026-03-05 10:42:00", with or without fraction. */
uint64_t story_time(const char *text);
/* A bit later: between low and high milliseconds, with odd ticks. */
uint64_t story_after(struct story *s, uint64_t t, unsigned low, unsigned high);
/* Sysmon's form of a time: "2026-03-05 10:42:00.123". */
const char *story_utc(struct story *s, uint64_t t);
/* Hexadecimal digits that only depend on the text. */
const char *story_digest(struct story *s, const char *of, size_t digits);

/* Tells one event. The values must be as many as the kind has fields. */
void story_tell(struct story *s, enum log log, const struct kind *kind, uint64_t t,
                const char *const *value, size_t n);
#define TELL(s, log, kind, t, ...)                                                                 \
    story_tell(s, log, kind, t, (const char *const[]){ __VA_ARGS__ },                              \
               sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* story_process.c: processes, in Security and Sysmon alike. */
struct process *story_start(struct story *s, uint64_t t, const struct process *parent,
                            const struct logon *logon, const char *image, const char *command);
void story_end(struct story *s, uint64_t t, const struct process *p);
/* A process that is there but whose start is in no log. */
struct process *story_standing(struct story *s, uint64_t t, unsigned pid,
                               const struct process *parent, const struct logon *logon,
                               const char *image, const char *command);
void story_lookup(struct story *s, uint64_t t, const struct process *p, const char *name,
                  const char *result);
void story_connect(struct story *s, uint64_t t, const struct process *p, const char *ip,
                   const char *host, unsigned port, const char *service);
void story_file(struct story *s, uint64_t t, const struct process *p, const char *path);
void story_registry(struct story *s, uint64_t t, const struct process *p, const char *key,
                    const char *details);
void story_access(struct story *s, uint64_t t, const struct process *p,
                  const struct process *target, const char *mask, const char *trace);

/* story_logon.c */
struct logon *story_logon(struct story *s, uint64_t t, const struct account *who, unsigned type,
                          const char *ip, const char *integrity);
void story_logoff(struct story *s, uint64_t t, const struct logon *l, unsigned type);
/* 4648: p used the credentials of `who` towards a server. */
void story_explicit(struct story *s, uint64_t t, const struct process *p, const struct account *who,
                    const char *server);

/* story_system.c: everything that services do. */
void story_service_state(struct story *s, uint64_t t, const char *service, const char *state);
void story_task(struct story *s, uint64_t t, const struct process *svchost,
                const struct logon *logon, const char *name, const char *image, const char *command,
                unsigned seconds);
void story_system_day(struct story *s, uint64_t midnight);
void story_boot(struct story *s, uint64_t t);

/* story_powershell.c: engine start, and script blocks cut into parts. */
void story_engine(struct story *s, uint64_t t, const struct process *p);
void story_script(struct story *s, uint64_t t, const struct process *p, const char *text,
                  const char *path, size_t part);
/* 4103: one command with one parameter. */
void story_invoke(struct story *s, uint64_t t, const struct process *p, const char *command,
                  const char *parameter, const char *value);

/* The chapters. */
struct cast_now {
    struct logon *system, *local, *network, *user, *user_admin;
    struct process *services, *svchost, *svchost_tasks, *lsass, *explorer, *outlook, *wmi;
};
void story_week(struct story *s, struct cast_now *c);
void story_attack(struct story *s, struct cast_now *c);
void story_dc(struct story *s);

#endif
