/* message.h - one sentence about an event, and what its numbers stand for.
 *
 * Wording and tables stand in message.def and meaning.def; nothing here is read from Windows'
 * message libraries, so it works on any evidence and says the same everywhere.
 * Rank: base/, event.h. */
#ifndef EVENT_MESSAGE_H
#define EVENT_MESSAGE_H

#include "event/event.h"

struct process;

/* A sentence without full stop, UTF-8, long values cut; absent when the table has none for this
 * channel, provider and EventID. In ev->arena. process: as process_of has it. */
void event_message(struct event *ev, const struct process *process, struct slice *ret);

/* What field i's value stands for (logon type, status code, %%1936 ...; several parameters joined
 * with ", "); absent when it stands for itself. The raw text is field_text's business. In ev->arena
 * or static. */
static inline struct slice event_meaning(struct event *ev, size_t i);

/* event_meaning of a field that may have one. */
struct slice event_meaning_find(struct event *ev, size_t i);

static inline struct slice event_meaning(struct event *ev, size_t i)
{
    const struct field *f = &ev->field[i];

    if (f->part == EVENT_SYSTEM || f->part == EVENT_RENDERING)
        return SLICE_ABSENT;
    if (f->id < FIELD_LOGONTYPE || f->id > FIELD_SERVICESTARTTYPE) {
        const struct slice text = event_text(ev, i);

        /* Parameters: %%1936, perhaps behind blanks. */
        if (text.n < 3 || (text.p[0] != '%' && text.p[0] > ' '))
            return SLICE_ABSENT;
    }
    return event_meaning_find(ev, i);
}

#endif
