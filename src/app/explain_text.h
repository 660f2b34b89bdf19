/* explain_text.h - an explained event as text, and how near it was to a hit.
 * Rank: match/explain.h. */
#ifndef APP_EXPLAIN_TEXT_H
#define APP_EXPLAIN_TEXT_H

#include "base/buf.h"
#include "match/explain.h"

/* Prints which rule it is, its events and condition. */
void explain_rule_text(const struct rule *r);

/* One line of where the event is, then one for each part of the condition: its value (`unknown` where
 * the record does not carry the field), the test in words and what the field holds. Values of a list
 * that are false are counted, not listed, when they are many. */
void explain_event_text(const struct explanation *x, struct event *ev, const char *path,
                        struct buf *out);

/* Twice the number of tests that would have to turn for the rule to hit; unknown tests count once. */
uint64_t explain_distance(const struct explanation *x);

/* Is a test true that says something of its own, under an even number of nots? */
bool explain_is_near(const struct explanation *x);

#endif
