/* dump_names.h - where our own dump keeps what a rule calls by a name: for the targets that search it.
 * Rank: base/, export_impl.h. */
#ifndef KNOWLEDGE_DUMP_NAMES_H
#define KNOWLEDGE_DUMP_NAMES_H

#include "knowledge/export_impl.h"

enum dump_place {
    DUMP_DATA, /* under its own name, in `data` or `system` */
    DUMP_CHANNEL,
    DUMP_PROVIDER,
    DUMP_COMPUTER,
    DUMP_EVENT_ID, /* a number */
    DUMP_RECORD_ID /* a number */
};

/* By Sigma's name. */
enum dump_place dump_place_of(struct slice field);
/* The key of the JSON object `event`; NULL for DUMP_DATA. */
const char *dump_key(enum dump_place place);

/* May a log of this rule write names with blanks? Windows Defender does. */
bool dump_has_blanks(const struct rule *r);
/* The name with blanks before inner capitals ("Threat Name"), in a; absent when it has none. */
struct slice dump_blank_name(struct slice field, struct arena *a);

#endif
