/* tempfile.h - temporary files that never outlive the process.
 *
 * O_TMPFILE gives the file no name at all; where the file system does not know that, the name lives
 * between two calls, with all signals blocked.
 * Rank: err.h. */
#ifndef BASE_TEMPFILE_H
#define BASE_TEMPFILE_H

#include "base/err.h"

/* dir, or where it is NULL or "" $TMPDIR, or /tmp. Borrowed from dir or the environment. */
const char *tempfile_folder(const char *dir);

/* An open file (read and write) without a name in tempfile_folder(dir); the caller closes it. EV_EIO
 * with the folder and what to do. */
int tempfile_open(const char *dir, int *ret_fd, struct ev_err *err);

#endif
