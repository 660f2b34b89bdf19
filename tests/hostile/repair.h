/* repair.h - the checksums of a log made right again, so that no reader is warned by them. */
#ifndef HOSTILE_REPAIR_H
#define HOSTILE_REPAIR_H

#include "change.h"

/* Those of the file's header and of every chunk, wherever it lies. */
void mutant_repair(struct mutant *m);
/* Does a chunk begin at p, of which 8 bytes can be read? */
bool mutant_is_chunk(const uint8_t *p);

#endif
