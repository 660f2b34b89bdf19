/* zone_rule.h - the POSIX TZ rule at the end of a TZif file: `CET-1CEST,M3.5.0,M10.5.0/3`.
 *
 * It says which offset holds after the file's last transition.
 * Rank: base/. */
#ifndef OUT_ZONE_RULE_H
#define OUT_ZONE_RULE_H

#include "base/err.h"
#include "base/slice.h"

struct zone_day {
    char kind;    /* 'M': month.week.day; 'J': day 1..365 without 29 February; 'N': day 0..365 */
    int a, b, c;  /* M: month, week, weekday; J and N: day in a */
    int32_t time; /* seconds after local midnight; may be negative or more than a day */
};

struct zone_rule {
    int32_t std, dst; /* seconds east of UTC */
    bool has_dst;
    struct zone_day start, end; /* of daylight saving time */
};

/* EV_ESYNTAX when text is no such rule. */
int zone_rule_parse(struct slice text, struct zone_rule *ret);
/* Seconds east of UTC at that time (seconds since 1970). */
int32_t zone_rule_offset(const struct zone_rule *r, int64_t unix_time);

#endif
