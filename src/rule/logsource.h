/* logsource.h - a rule's log source as channels, providers and EventIDs (notes/sigma.md 1.12).
 * Rank: base/, event/. */
#ifndef RULE_LOGSOURCE_H
#define RULE_LOGSOURCE_H

#include "base/err.h"
#include "event/twin.h"
#include "rule/rule.h"

/* One way in which the log source occurs in a log. An event belongs to it when all given parts
 * agree; texts compare without ASCII case. */
struct logsource_target {
    const char *channel;  /* NULL: any */
    const char *provider; /* NULL: any */
    uint16_t id[24];      /* EventIDs, nid of them; 0: any */
    uint8_t nid;
    const char *field; /* NULL, or a field that must have one of two values (EventType) */
    const char *value[2];
    enum twin_kind twin; /* how rules of the category see the event */
};

struct logsource {
    const struct logsource_target *target; /* static, n of them */
    size_t n;
    const char *never; /* why there are none: no event log holds such events; else NULL */
};

/* The targets for the rule's category, product and service. EV_EUNSUPPORTED with the reason when
 * the log source is not one of Windows event logs (other product, unknown category or service:
 * named). file_access and file_rename are known, but need an ETW provider: no target, and never
 * says so. `product: windows` alone: one target that takes every event. */
int logsource_resolve(const struct rule *r, struct logsource *ret, struct ev_err *err);

/* The event's name of a field that the rule's category calls otherwise (antivirus: Signature is
 * Defender's ThreatName); field itself for all others. */
struct slice logsource_field(const struct rule *r, struct slice field);

/* Does the event (System facts, one field) belong to the target? */
bool logsource_target_takes(const struct logsource_target *t, struct event *ev);

/* Is there a category that asks for EventIDs of this channel? */
bool logsource_asks_ids(struct slice channel);

#endif
