/* file.h - a whole file in memory, for tables and documents that people hand over.
 * Rank: err.h, slice.h. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/slice.h"

/* All bytes of a regular file; the caller frees ret->p, also when the file is empty. EV_EIO,
 * EV_ELIMIT when it is longer than cap, EV_ENOMEM; the error names the file. */
int file_read(const char *path, size_t cap, struct slice *ret, struct ev_err *err);

#endif
