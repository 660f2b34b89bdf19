/* needed.h - what a log must hold before a rule can see anything, and the setting that writes it.
 *
 * Generated at build time from needed.txt, whose head says the form and the origin of the facts.
 * Everything returned is static.
 * Rank: base/, match/dispatch.h (EventIDs of a rule), rule/. */
#ifndef KNOWLEDGE_NEEDED_H
#define KNOWLEDGE_NEEDED_H

#include "base/buf.h"
#include "base/slice.h"
#include "rule/rule.h"

struct release_entry {
    const char *code; /* "8.1" */
    const char *text; /* "Windows 8.1, Windows Server 2012 R2" */
};

enum policy_kind {
    POLICY_AUDITPOL, /* setting: "{GUID} success failure" */
    POLICY_REGISTRY, /* setting: "KEY!NAME=NUMBER" */
    POLICY_SYSMON,   /* setting: a line of Sysmon's configuration */
    POLICY_CHANNEL,  /* setting: the channel, which has to be switched on */
    POLICY_NONE      /* nothing to be set: the product, or the service itself, writes it */
};
enum policy_default { POLICY_ON, POLICY_ON_SERVER, POLICY_IN_PART, POLICY_OFF };

struct id_range {
    uint16_t from, to;
};

struct policy_entry {
    const char *id; /* "process-creation" */
    enum policy_kind kind;
    enum policy_default by_default; /* of Windows, Sysmon or the product */
    const char *volume;             /* of events: "low", "medium", "high" */
    const char *channel;
    const struct id_range *ids; /* EventIDs that it writes, nids of them */
    size_t nids;
    const char *field; /* not "": needed for that field only, and then besides the others */
    const char *title; /* "Detailed Tracking: Process Creation" */
    const char *setting;
    const char *note; /* "" or sentences */
};

struct needed_entry {
    const char *channel;  /* "Security" */
    const char *provider; /* "": any */
    uint16_t event_id;
    bool any;          /* stands for the other EventIDs of the channel */
    const char *since; /* code of a release */
    const char *title; /* "A process was created" */
    const char
        *fields; /* "SubjectUserSid ... CommandLine@8.1 ...": order of the log, names as rules
                         * say them; @CODE: from that release on. "" when the table has none */
};

/* The entry of the event: its own, else that of its channel, else NULL. Channels compare without
 * ASCII case. */
const struct needed_entry *needed_find(struct slice channel, uint32_t event_id);
/* Does the event have that field (name without @)? False also when the table has no fields. */
bool needed_has_field(const struct needed_entry *e, struct slice field);
/* The n-th entry, in the order of the table; NULL after the last. */
const struct needed_entry *needed_at(size_t n);

/* Entries that the rule's events come from: of its log source's targets and, where it tests them,
 * of the EventIDs that it can be true for. In the order of the targets, none twice; at most room of
 * them are filled in, the number of all is returned. 0: no event log holds such events. */
size_t needed_of_rule(const struct rule *r, const struct needed_entry **ret, size_t room);
#define NEEDED_ROOM 64 /* room that callers have; the most in SigmaHQ is 14 */

/* The policy of that id, or NULL; the n-th, or NULL after the last. */
const struct policy_entry *policy_find(struct slice id);
const struct policy_entry *policy_at(size_t n);
/* Does the policy write the event? channel as needed_find. */
bool policy_writes(const struct policy_entry *p, struct slice channel, uint32_t event_id);
/* Policies of an entry: those that may write the event (alternatives), then those that a field of
 * it needs besides (p->field): the caller looks whether a rule reads that field. Returns how many;
 * at most room filled in. An entry that stands for a channel gets those of the whole channel. 0:
 * written without any setting, or not in the table. */
size_t policies_of(const struct needed_entry *e, const struct policy_entry **ret, size_t room);
#define POLICY_ROOM 8

/* The command or line that sets it, or nothing for POLICY_NONE:
 *   auditpol /set /subcategory:{GUID} /success:enable /failure:enable
 *   reg add "KEY" /v NAME /t REG_DWORD /d 1 /f
 *   <ProcessCreate onmatch="exclude"/>
 *   wevtutil set-log "CHANNEL" /enabled:true */
void policy_command(const struct policy_entry *p, struct buf *out);
const char *
policy_default_name(enum policy_default d); /* "on", "on on servers", "in part", "off" */

/* "Windows 8.1, Windows Server 2012 R2"; the code itself when there is no such release. */
const char *release_text(const char *code);
/* "Data Needed 2026-11" */
const char *needed_version(void);

#endif
