/* message.h - one sentence about an event, and what its numbers stand for.
 *
 * Wording and tables stand in message.def and meaning.def; nothing here is read from Windows'
 * message libraries, so it works on any evidence and says the same everywhere.
 * Rank: base/, event.h. */
#ifndef EVENT_MESSAGE_H
#define EVENT_MESSAGE_H

#include "event/event.h"

/* A sentence without full stop, UTF-8, long values cut; absent when the table has none for this
 * channel, provider and EventID. In ev->arena. */
void event_message(struct event *ev, struct slice *ret);

/* What field i's value stands for (logon type, status code, %%1936 ...; several parameters joined
 * with ", "); absent when it stands for itself. The raw text is field_text's business. In ev->arena
 * or static. */
struct slice event_meaning(struct event *ev, size_t i);

#endif
