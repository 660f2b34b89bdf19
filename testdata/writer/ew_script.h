/* ew_script.h - events as text, one block each, to a log file.
 *
 *   ! first=1000 max-records=5 minor=2 flags=1 residue=true     options, before the first event
 *   ! chunk                                                     the next event begins a new chunk
 *   @ 2026-03-02T08:01:02.1234567Z id=4688 version=2 computer=WS-FIN-07.corp.example pid=4 tid=88
 *   SubjectUserSid:sid=S-1-5-18
 *   CommandLine=cmd.exe /c echo hi        a string: everything behind '=', as it stands
 *   :str[]=one|two                        a Data without name
 *   <Binary>${bin:0AFF}</Binary>          XML (ew_node.h) inside EventData; '|' goes on a line
 *   # comment
 *
 * Keys of '@' (values with spaces in "quotes"): layout (generic system classic
 * direct raw), provider guid source channel computer, id version level opcode
 * task keywords qualifiers pid tid user activity related, record (EventRecordID),
 * number (id in the header), written (time in the header), template (GUID to
 * force), name (Name attribute of EventData). Unset ones keep the last event's
 * value within a file, except record, number, written, template, activity,
 * related, name; first the defaults of ew_event_init().
 * XML elements EventData, UserData, ProcessingErrorData are the body, Event is a
 * whole raw event, RenderingInfo stands behind the body, others are put inside
 * EventData in order.
 */
#ifndef EW_SCRIPT_H
#define EW_SCRIPT_H

#include "ew_file.h"

/* Compiles text into f, which it initialises and finishes; the caller releases
 * it. tsv, if not NULL, gets what readers must come to (ew_expect.h), each line
 * led by the position of the record in the file, from 1. False: message in err. */
bool ew_script_compile(struct ew_str text, struct ew_file *f, struct ew_buf *tsv, char *err,
                       size_t errn);

/* The same with options that hold where the text sets none. */
bool ew_script_compile_as(struct ew_str text, const struct ew_file_options *options,
                          struct ew_file *f, struct ew_buf *tsv, char *err, size_t errn);

#endif
