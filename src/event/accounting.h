/* accounting.h - every record of a source counted in exactly one class.
 *
 * records = events + skipped + unreadable, and recovered = recovered_events + recovered_skipped +
 * recovered_unbound; a test holds it over every file.
 * Rank: base/, finding.h. */
#ifndef EVENT_ACCOUNTING_H
#define EVENT_ACCOUNTING_H

#include "event/finding.h"

/* Counts of one job or file; they add up. */
struct accounting {
    uint64_t bytes; /* of the source that were looked at */
    uint64_t chunks;
    uint64_t records;           /* active records found */
    uint64_t events;            /* of them handed to the visitor */
    uint64_t skipped;           /* of them not wanted by the filter, not decoded further */
    uint64_t unreadable;        /* of them named by a finding, content lost */
    uint64_t recovered;         /* slack and carved records found */
    uint64_t recovered_events;  /* of them handed to the visitor (options.recover) */
    uint64_t recovered_skipped; /* of them not wanted by the filter, or all without the option */
    uint64_t recovered_unbound; /* of them left out: nothing in them could be trusted */
    uint64_t unbound; /* active and recovered records, in any of these classes, whose template
                                   is gone: no more than System and values without names is known */
    uint64_t finding[FINDING_KINDS];
};
void accounting_add(struct accounting *to, const struct accounting *more);

#endif
