/* stored.h - a member that a zip holds as it is, read where it lies.
 * Rank: jail.h. */
#ifndef JAIL_STORED_H
#define JAIL_STORED_H

#include "jail/jail.h"

/* The member whose bytes begin at `at` of the zip file s, as a source of its own; NULL: it is not as the
 * header before it says (stored, of that size). When it is anything that is read or taken apart, its bytes
 * are read once for the checksum, and one that does not fit is told; but of a log the program can make the
 * sum while it reads it, if it wants to: then it goes into a. Borrows s. */
struct source *stored_member(struct jail *j, const struct source *s, uint64_t at, uint64_t size,
                             const char *path, struct about *a);

#endif
