/* atc2020.h - names of March 2020: the table that atc2020.awk makes of atc2020.txt.
 *
 * For `--dialect atc-2020` only; today's names are in attack.h.
 * Rank: base/. */
#ifndef KNOWLEDGE_ATC2020_H
#define KNOWLEDGE_ATC2020_H

#include "base/slice.h"

enum atc_kind {
    ATC_TACTIC,          /* tag: id, name */
    ATC_TECHNIQUE,       /* id: name */
    ATC_ENRICHMENT,      /* name: Data Needed, commas */
    ATC_SOURCE,          /* product or service of a rule: name */
    ATC_NEEDED,          /* Data Needed: platform, channel, fields with commas */
    ATC_LOGPOINT_SOURCE, /* service: event_source */
    ATC_LOGPOINT_FIELD   /* field: EventID or "", names with commas */
};

struct atc_row {
    enum atc_kind kind;
    const char *name;
    const char *v[3];
};

extern const struct atc_row atc2020_table[];
extern const size_t atc2020_table_n;

/* The first row of the kind with that name, or NULL. */
const struct atc_row *atc2020_find(enum atc_kind kind, struct slice name);
/* Does a list with commas hold the item? */
bool atc2020_lists(const char *list, struct slice item);

#endif
