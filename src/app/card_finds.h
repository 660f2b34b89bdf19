/* card_finds.h - what the logs of --evidence hold for each rule, for its card.
 * Rank: scan/, knowledge/, load.h, run.h, survey.h. */
#ifndef APP_CARD_FINDS_H
#define APP_CARD_FINDS_H

#include "app/load.h"
#include "knowledge/card.h"

struct card_finds;

/* Surveys and scans what --evidence names with all loaded rules. Says what could not be read.
 * EV_EINTR when it was interrupted; EV_ENOTFOUND when there is no event log. */
int card_finds_new(const struct options *o, struct loaded *l, struct card_finds **ret,
                   struct ev_err *err);
void card_finds_free(struct card_finds *f);
/* Detections by rule->index; borrowed. NULL when f is NULL. */
const uint64_t *card_finds_rows(const struct card_finds *f);
/* Of one rule; borrowed until the next call. NULL when f is NULL. */
const struct card_evidence *card_finds_of(struct card_finds *f, const struct rule *r);

#endif
