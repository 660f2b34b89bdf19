/* car.h - MITRE's Cyber Analytics Repository: what a rule says of it, and what covers its techniques.
 *
 * The rule's own `car.` tags are direct; an analytic that covers one of its techniques is related,
 * which says nothing about the rule itself. The two are never mixed.
 * Rank: attack.h. */
#ifndef KNOWLEDGE_CAR_H
#define KNOWLEDGE_CAR_H

#include "knowledge/attack.h"

struct car_entry {
    const char *id; /* "CAR-2013-05-009" */
    const char *title;
    const char *techniques; /* "T1036=Moderate T1036.003=Moderate": as the repository has them */
    const char *subtypes;   /* "Process, Registry" */
    const char *implementations; /* "Pseudocode, Splunk"; "" when there are none */
};
/* By tag `car.2013-05-009` or id; NULL when unknown. Static. */
const struct car_entry *car_find(struct slice tag);
/* "CAR 2022-03-14" */
const char *car_version(void);

struct car_link {
    struct slice tag;            /* direct: as in the rule; else absent */
    const struct car_entry *car; /* NULL: the tag names none that is known */
    /* related: the rule's technique that the analytic covers, and how well ("Low", "Moderate",
     * "High"). NULL: direct. */
    const struct attack_entry *technique;
    struct slice coverage;
};
#define CAR_LINKS 64 /* room that callers have; SigmaHQ's most is 27 */

/* Analytics of the rule: those that it names, in its order; with related those that cover one of its
 * techniques (as they are called today) and that it does not name, by id. Fills at most room of them
 * and returns how many there are. */
size_t car_links(const struct attack *a, const struct rule *r, bool related, struct car_link *ret,
                 size_t room);

/* "CAR-2013-05-009: Running ...", "CAR-2099-01-001" for one that is unknown; of a related one with
 * " (related by T1036.003)" behind it. */
void car_link_text(const struct car_link *l, struct buf *out);

#endif
