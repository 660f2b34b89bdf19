/* event.h - what a rule and an output see of a record.
 *
 * An ordered list of fields (names repeat in real logs: 4648 v0 has LogonGuid twice), each a slice
 * into the record and, once somebody asked, its text. No type of any decoder appears here: libevtx,
 * libxml2 and the native reader fill the same struct.
 *
 * Which fields there are (notes/sigma.md 1.12, notes/evtx-format.md 2.2):
 *   System      element text under its name (EventID), attributes as Element_Attribute
 *               (Provider_Name, TimeCreated_SystemTime, EventID_Qualifiers)
 *   EventData   <Data Name="x"> under x; <Data> without a name under "Data", one field per
 *               element; <Binary> under "Binary"; other elements under their own name
 *   UserData    leaf elements under their local name; attributes of elements under the attribute's
 *               local name (xmlns declarations are no fields); nested elements are walked
 *   ProcessingErrorData  like UserData
 *   UnboundData          like UserData; what has lost its template (evtx/binxml_unbound.h)
 *   RenderingInfo        like UserData, part EVENT_RENDERING; no rule sees it but as a keyword
 * A substitution that the format drops (1.7) is no field; an empty element is a field with empty
 * text.
 * Rank: base/, value.h, names.h. */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "base/arena.h"
#include "event/names.h"
#include "event/value.h"

enum event_part {
    EVENT_SYSTEM,
    EVENT_DATA,
    EVENT_USER_DATA,
    EVENT_PROCESSING_ERROR,
    EVENT_RENDERING
};

struct field {
    struct slice name; /* as in the log (blanks kept), UTF-8, local name without prefix */
    uint32_t id;       /* names_find(name), or NAME_NONE */
    uint8_t part;      /* enum event_part */
    struct value value;
    struct slice text; /* p NULL until field_text() made it */
};

enum event_origin { ORIGIN_ACTIVE, ORIGIN_DELETED, ORIGIN_RECOVERED, ORIGIN_CARVED };

/* Where the record lies. */
struct record_place {
    uint64_t offset;        /* of the record from the start of the source; for XML input the line */
    uint64_t chunk;         /* index of its chunk, from 0 */
    uint64_t record_number; /* identifier in the record header */
    uint64_t written;       /* FILETIME in the record header, 0 unknown */
    enum event_origin origin;
};

struct event {
    struct arena *arena; /* where texts are made; reset by the reader before the next record */
    struct field *field; /* n of them, System first, in the order of the record */
    size_t n;

    /* System, read by every reader; absent slices and 0 where the record has none. */
    struct slice provider, channel, computer, user_sid;
    uint32_t event_id;
    uint8_t level, version;
    bool has_event_id, has_record_id;
    uint64_t record_id;    /* System/EventRecordID */
    uint64_t time_created; /* FILETIME; 0: none readable */

    struct record_place place;
    bool cut; /* a cap was reached: fields are missing at the end */
    /* A template was gone: what System and EventData hold beyond what is here cannot be said, values
     * that have lost their names stand under UnboundData. Only rules that test nothing but
     * System may match it. */
    bool unbound;
    bool padded; /* 32 bytes behind each UTF-16 value may be read: they lie in a chunk's buffer */
};

/* Makes the text of one of the event's fields anew; for event_text. */
struct slice event_text_make(struct event *ev, struct field *f);

/* Text of field i, made on first demand in ev->arena. Present and valid UTF-8; absent only when the
 * arena's cap is reached (then ev->cut is set too). */
static inline struct slice event_text(struct event *ev, size_t i)
{
    struct field *f = &ev->field[i];

    return f->text.p ? f->text : event_text_make(ev, f);
}

/* Makes the texts of all fields from `from` on: cheaper than one by one. Where the arena's cap is
 * reached a text stays absent, and ev->cut is set. */
void event_texts(struct event *ev, size_t from);

/* Index of the first field with this id at or after from (System to ProcessingErrorData; not
 * RenderingInfo), or SIZE_MAX. */
size_t event_find(const struct event *ev, uint32_t id, size_t from);

/* Text of the first field with this id; absent when there is none. */
struct slice event_get(struct event *ev, uint32_t id);

/* The same two by name, for fields without an id (outputs, messages); blanks in the event's name do
 * not count. */
size_t event_find_name(const struct event *ev, struct slice name, size_t from);
struct slice event_get_name(struct event *ev, struct slice name);

/* 128-bit hash over the ordered decoded names and texts of all fields (never raw bytes, which
 * differ between copies of the same record). */
void event_content_hash(struct event *ev, uint8_t ret[16]);

/* Short name of an origin: "active", "deleted", "recovered", "carved". */
const char *origin_name(enum event_origin origin);

#endif
