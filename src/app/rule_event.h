/* rule_event.h - a flat test event of a rule file as an event view.
 * Rank: event/, rule/. */
#ifndef APP_RULE_EVENT_H
#define APP_RULE_EVENT_H

#include "event/event.h"
#include "rule/rule.h"

/* System names (Channel, Provider_Name, EventID, Computer ...) become System fields, all others
 * EventData, in order. Fields and texts in a (which ev uses as its arena); borrows the rule's. */
void rule_event_make(const struct test_event *t, const struct names *names, struct arena *a,
                     struct event *ret);

#endif
