/* twin.h - an event as the names of a rule's log source would tell it.
 *
 * Rules of a category speak Sysmon's language; Windows' own logs tell some of it with other names.
 * twin_make builds a second field list over the same values, with the names of the category, and
 * leaves the event alone; fields of the event whose name means something else in the category are
 * left out, all others keep theirs. Facts: notes/peers.md 5.1, notes/sigma.md 1.12, DESIGN.md
 * section 8.
 * process_creation on 4688: Image, CommandLine, ParentImage, ProcessId (two fields: decimal and 0x),
 *   ParentProcessId (likewise), User (DOMAIN\name of the account that the process runs as; well-known
 *   SIDs by name), LogonId, IntegrityLevel (two fields: the word and the SID).
 * registry_* on 4657: EventType (SetValue, DeleteValue), TargetObject (HKLM, HKU; where Sysmon says
 *   CurrentControlSet or HKCR a second one with the long name), Details (not of a deletion), Image,
 *   ProcessId (both bases), User.
 * network_connection on 5156: Image (two fields: the device path, and with a drive letter), ProcessId
 *   (both bases), Protocol (tcp, udp), Initiated, SourceIp, SourceIsIpv6, SourcePort, DestinationIp,
 *   DestinationIsIpv6, DestinationPort.
 * wmi_event on 5861: EventType and EventID (of filter, consumer and binding), EventNamespace, Name,
 *   Query, Type, Destination, Consumer, Filter.
 * Rank: base/, event.h. */
#ifndef EVENT_TWIN_H
#define EVENT_TWIN_H

#include "event/event.h"

enum twin_kind {
    TWIN_NONE,          /* the event itself */
    TWIN_PROCESS_4688,  /* Security 4688 as process_creation */
    TWIN_REGISTRY_4657, /* Security 4657 as registry_set, registry_delete, registry_event */
    TWIN_NETWORK_5156,  /* Security 5156 as network_connection */
    TWIN_WMI_5861,      /* WMI-Activity 5861 as wmi_event */
    TWIN_KINDS
};

/* Fills *ret with the twin of ev, its fields in ev->arena. TWIN_NONE copies the struct. EV_ELIMIT
 * when the arena is full. Borrowed from ev: valid as long as ev. */
int twin_make(struct event *ev, enum twin_kind kind, struct event *ret_twin);

/* Has the twin an EventID that the event has not? (Then none may be ruled out by the event's.) */
static inline bool twin_adds_ids(enum twin_kind kind)
{
    return kind == TWIN_WMI_5861;
}

/* The twin that the event has in its category; TWIN_NONE when it has none. */
enum twin_kind event_twin_kind(const struct event *ev);

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
