/* dispatch.h - which rules look at an event, and through which twin.
 *
 * Rules with the same log source share one entry, so that an event is compared with each log source
 * once. For dropping records early there is a table by channel of the EventIDs that some rule can
 * fulfil: also of `service:` rules, which write theirs as a test.
 * Rank: base/, event/, rule/. */
#ifndef MATCH_DISPATCH_H
#define MATCH_DISPATCH_H

#include "base/map.h"
#include "rule/logsource.h"

/* Records of one target that some rule wants. */
struct want {
    const struct logsource_target *target;
    bool any;     /* of any EventID */
    uint32_t *id; /* sorted, n of them */
    size_t n, room;
};

struct dispatch {
    struct logsource *source; /* distinct ones, n of them */
    size_t n, room;
    struct want *want; /* one per target; after dispatch_done sorted by channel, NULL first */
    size_t nwant, want_room;
    size_t nanywhere;   /* wants without a channel */
    struct map channel; /* lower-case name -> first want << 32 | count */
    struct arena arena;
};

/* EventIDs that one rule can be true for; more than this is taken as any. */
#define IDS_MOST 64

struct ids {
    bool any;
    uint32_t v[IDS_MOST]; /* n of them */
    size_t n;
};

/* A superset of the EventIDs (as the record's own field says them) for which the rule is other
 * than false. */
void rule_ids(const struct rule *r, struct ids *ret);

void dispatch_init(struct dispatch *d);
void dispatch_release(struct dispatch *d);
/* The index of the rule's log source; SIZE_MAX when no event log can satisfy it. */
size_t dispatch_add(struct dispatch *d, const struct rule *r);
/* After the last rule, before the first event. */
void dispatch_done(struct dispatch *d);

/* Does the event belong to the log source? Then *ret says through which twin. */
bool dispatch_takes(const struct dispatch *d, size_t source, struct event *ev, enum twin_kind *ret);
/* May some rule want events of this key? Thread safe. */
bool dispatch_wants(const struct dispatch *d, struct slice provider, struct slice channel,
                    uint32_t event_id);

#endif
