/* names.h - field names as small numbers.
 *
 * Rules and outputs register the names that they read before the first event; afterwards the table
 * is const and shared by all workers. Readers translate a name once per template (native) or once
 * per field (XML). Names compare exactly, after blanks have been removed from the event's side
 * ("Threat Name" is ThreatName; notes/sigma.md 1.12).
 * Rank: base/. */
#ifndef EVENT_NAMES_H
#define EVENT_NAMES_H

#include "base/slice.h"

#define NAME_NONE UINT32_MAX /* nobody asks for this field by name */

/* Names that the program itself reads have fixed ids, so that code can write FIELD_IMAGE. The list
 * is names.def: NAME(FIELD_IMAGE, "Image"). */
enum field_id {
#define NAME(id, text) id,
#include "event/names.def"
#undef NAME
    FIELD_FIXED /* first free id */
};

struct names;

/* A table that holds the fixed names. */
struct names *names_new(void);
void names_free(struct names *n);
/* The id of name, registered when new. The bytes are copied, blanks left out. NAME_NONE when
 * LIMIT_NAMES is reached. */
uint32_t names_add(struct names *n, struct slice name);
/* The id of a name as it stands in an event (blanks are skipped), or NAME_NONE. */
uint32_t names_find(const struct names *n, struct slice name);
/* The text of an id; absent for NAME_NONE. Borrowed. */
struct slice names_text(const struct names *n, uint32_t id);
/* name_eq where event_name is the longer one. */
bool name_eq_blanks(struct slice event_name, struct slice name);
/* Is event_name, blanks skipped, the name of a rule's or our own field? That one has no blanks, so of
 * equal length the event's has none either. */
static inline bool name_eq(struct slice event_name, struct slice name)
{
    return event_name.n <= name.n ? slice_eq(event_name, name) : name_eq_blanks(event_name, name);
}
/* Number of ids; ids are 0..count-1. */
uint32_t names_count(const struct names *n);

#endif
