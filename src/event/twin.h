/* twin.h - an event as the names of a rule's log source would tell it.
 *
 * Rules of category process_creation speak Sysmon's language; Security 4688 tells the same with
 * other names. twin_make builds a second field list over the same values, with the names of the
 * category, and leaves the event alone. Facts: notes/peers.md 5.1, notes/sigma.md 1.12,
 * DESIGN.md section 8.
 * 4688: Image, CommandLine, ParentImage, ProcessId (two fields: decimal and 0x), ParentProcessId
 * (likewise), User (DOMAIN\name of the account that the process runs as; well-known SIDs by name),
 * LogonId, IntegrityLevel (two fields: the word and the SID). 4688's own `ProcessId` does not
 * appear under that name. All other 4688 fields keep theirs.
 * Rank: base/, event.h. */
#ifndef EVENT_TWIN_H
#define EVENT_TWIN_H

#include "event/event.h"

enum twin_kind {
    TWIN_NONE,         /* the event itself */
    TWIN_PROCESS_4688, /* Security 4688 as process_creation */
    TWIN_KINDS
};

/* Fills *ret with the twin of ev, its fields in ev->arena. TWIN_NONE copies the struct. EV_ELIMIT
 * when the arena is full. Borrowed from ev: valid as long as ev. */
int twin_make(struct event *ev, enum twin_kind kind, struct event *ret_twin);

/* Is this Security 4688? */
bool event_is_4688(const struct event *ev);

/* The facts of a process for output columns (DESIGN.md section 5), from any event: process creation
 * by the twin; other events by their Image/ProcessId/User fields, Subject account or System SID.
 * Absent slices where the event does not say. Text in ev->arena. */
struct process {
    struct slice user, image, command_line, logon_id, id;
    struct slice parent_id, parent_image, parent_command_line;
};
void process_of(struct event *ev, struct process *ret);

#endif
