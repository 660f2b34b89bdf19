/* carried.h - which fields a source can tell at all.
 *
 * The three-valued verdicts (DESIGN.md section 8) need to know whether a field is missing from this
 * record because its source never carries it while another source of the same category does.
 * Rank: base/, event.h. */
#ifndef EVENT_CARRIED_H
#define EVENT_CARRIED_H

#include "event/event.h"

/* Shapes of process_creation sources, as `rules list --source` names them. */
enum shape {
    SHAPE_SYSMON_1,
    SHAPE_4688,
    SHAPE_4688_NO_COMMAND_LINE,
    SHAPE_4688_NO_PARENT,
    SHAPE_COUNT
};
/* "Sysmon/1", "Security/4688", "Security/4688-no-command-line", "Security/4688-no-parent" */
const char *shape_name(enum shape s);

/* True when some source of the Sigma category (UTF-8, exact) carries a field of this name, so that
 * its absence in a record of another source means "unknown", not "absent". Also true for names
 * that notes/sigma.md 1.12 calls derivable (ParentCommandLine, ParentUser, GrandParentImage). */
bool category_carries(struct slice category, struct slice field);

/* The n-th source of a category, as "Sysmon/13"; NULL after the last, and for a category without any. */
const char *category_source(struct slice category, size_t n);
/* Does that source carry the field (Sigma name)? */
bool category_source_carries(struct slice category, size_t n, struct slice field);

/* True when a source of that shape carries the field (Sigma name) under process_creation. */
bool shape_carries(enum shape s, struct slice field);

/* Is this a name of the System part, which every source has? */
bool field_is_system(struct slice field);

/* Is the field unknown in this record, for a rule of this category? twin: as made by twin_make for
 * the rule; field: Sigma name with its id. Unknown: no field of that id in the twin while
 * category_carries says yes; and on 4688 CommandLine or ParentImage that is absent, empty or "-". */
bool field_unknown(struct event *twin, struct slice category, struct slice field, uint32_t id);

/* The half of field_unknown that depends on the record; the other half, category_carries, holds for
 * all events and is asked once when a matcher is built. */
bool field_silent(struct event *twin, uint32_t id);

#endif
