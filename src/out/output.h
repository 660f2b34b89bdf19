/* output.h - a file that is there complete or not at all.
 *
 * Written to a temporary name beside the target (O_EXCL), renamed without replacing when complete
 * (renameat2 RENAME_NOREPLACE, link() as fallback), replacing only with force. Targets that are no
 * regular files (/dev/stdout, pipes) and "-" are written directly. Every write is checked; a full
 * disk is EV_EIO from output_commit at the latest.
 * Rank: base/. */
#ifndef OUT_OUTPUT_H
#define OUT_OUTPUT_H

#include "base/err.h"
#include "base/slice.h"

struct output;

/* EV_EEXIST when the target is there and force is not given ("use --force"). path "-": stdout. */
int output_open(const char *path, bool force, struct output **ret, struct ev_err *err);
/* Buffered. EV_EIO. */
int output_write(struct output *o, struct slice s, struct ev_err *err);
/* Flushes, syncs the name, renames. EV_EIO, EV_EEXIST. */
int output_commit(struct output *o, struct ev_err *err);
/* Renames what is there to PATH.partial instead (interrupted runs). */
int output_commit_partial(struct output *o, struct ev_err *err);
/* Removes the temporary file unless committed. NULL is fine. */
void output_free(struct output *o);
const char *output_path(const struct output *o);
/* SHA-256 of the bytes written so far. */
void output_digest(const struct output *o, uint8_t ret[32]);

#endif
