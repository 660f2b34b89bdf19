/* template_bind.h - does the template that a record points to still belong to it?
 *
 * A record of slack space names its template by place and by id (the first dword of the GUID). The
 * place may have been overwritten by another definition; whoever renders it then attributes foreign
 * field names and literals to the record; and a definition that survived may name its elements by
 * places that did not. Of 16,074 slack records of 388 files 1,502 point to a definition of their id.
 * Rank: base/. */
#ifndef EVTX_TEMPLATE_BIND_H
#define EVTX_TEMPLATE_BIND_H

#include "base/slice.h"

/* chunk: the chunk's bytes from its magic on (at most 65,536); at: where the record begins in it.
 * True when every template instance of the record, the nested ones too, points to a definition that
 * carries the id it asks for and whose names agree with their hashes. A record without instances is true: it needs none. False also when
 * the record is malformed as far as it has to be read for the answer. */
bool template_bound(struct slice chunk, size_t at);

/* Can libevtx 20181227 be trusted with the record? It follows a NULL pointer for a string that is a
 * byte order mark and nothing else (U+FEFF or U+FFFE), and such a string may come from anybody who
 * can have an event written. True when the record's structure can be walked and holds none; ids and
 * hashes do not matter here. */
bool template_renderable(struct slice chunk, size_t at);

#endif
