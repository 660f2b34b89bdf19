/* summary_text.h - the figures of a run for people, on standard error.
 * Rank: base/, detect/, notices.h, zone.h. */
#ifndef OUT_SUMMARY_TEXT_H
#define OUT_SUMMARY_TEXT_H

#include "base/buf.h"
#include "detect/summary.h"
#include "out/zone.h"

struct summary_text_options {
    const struct zone *zone; /* NULL: UTC */
    unsigned width;          /* lines are folded there; 0: 100 */
    bool color;
};

/* Appends the summary: evidence, records, time, channels, rules, detections, findings, and what to
 * know before relying on it. Ends with a newline. */
void summary_text(const struct summary *sum, const struct summary_text_options *o, struct buf *out);

#endif
