/* needs.h - what a rule needs, in words: events, its class on each source, and the settings.
 *
 * For cards, and for the rule in the HTML timeline.
 * Rank: base/, rule/, match/, needed.h. */
#ifndef KNOWLEDGE_NEEDS_H
#define KNOWLEDGE_NEEDS_H

#include "rule/rule.h"

enum need {
    NEED_EVENT, /* "Security, EventID 4688: A process was created; since Windows Vista, ..." */
    NEED_CLASS, /* by source: "Security/4688: degraded; not told: OriginalFileName" */
    NEED_POLICY /* "Detailed Tracking: Process Creation (by default off; volume medium): auditpol ..." */
};

/* Calls put with each text, which is borrowed for the call. */
void rule_needs(const struct rule *r, enum need what, void (*put)(void *ctx, struct slice text),
                void *ctx);

#endif
