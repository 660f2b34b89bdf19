/* filter.h - which records are looked at and which rows are shown.
 *
 * Record filters (channel, EventID, computer) keep records from the matcher. Row filters (level,
 * rule, verdict, time) hide rows and count them, so that the summary can say what an option hid.
 * Rank: base/, event/, rule/, match/. */
#ifndef SCAN_FILTER_H
#define SCAN_FILTER_H

#include "detect/detection.h"

struct filter {
    const char *const *channel; /* any of; n 0: all. Compared without ASCII case */
    size_t nchannel;
    const char *const *computer; /* likewise */
    size_t ncomputer;
    const uint32_t *event_id;
    size_t nevent_id;
    uint64_t from, to; /* FILETIME, inclusive; to 0: no end */
    enum rule_level level;
    const char *const *rule; /* id, title or tag, without ASCII case; n 0: all */
    size_t nrule;
    const char *const *exclude_rule;
    size_t nexclude_rule;
    bool require_full;
};

/* What kept a row back; ROW_SHOWN when nothing did. */
enum row_fate { ROW_SHOWN, ROW_HIDDEN_LEVEL, ROW_HIDDEN_RULE, ROW_HIDDEN_VERDICT, ROW_HIDDEN_TIME };

/* Do the filters let events of this key, of this computer, through? */
bool filter_key(const struct filter *f, struct slice channel, uint32_t event_id);
bool filter_computer(const struct filter *f, struct slice computer);
/* time: TimeCreated, or the header's where there is none. */
bool filter_time(const struct filter *f, uint64_t time);
enum row_fate filter_row(const struct filter *f, const struct hit *hit, uint64_t time);
/* Does any of the names (id, title, tag with or without its namespace) mean this rule? */
bool filter_names_rule(const char *const *names, size_t n, const struct rule *r);

#endif
