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

/* EV_EEXIST when the target is there and force is not given ("use --force"). path "-": stdout. A
 * symbolic link counts as there; force replaces the link, not what it points to. */
int output_open(const char *path, bool force, struct output **ret, struct ev_err *err);
/* Buffered. EV_EIO; then every further call fails likewise. */
int output_write(struct output *o, struct slice s, struct ev_err *err);
/* Flushes, syncs the data, renames, syncs the folder. EV_EIO. EV_EEXIST when somebody made the
 * target meanwhile: then the data stays under the temporary name, which err tells. */
int output_commit(struct output *o, struct ev_err *err);
/* Renames what is there to PATH.partial instead (interrupted runs); PATH.partial.2 and so on where
 * that exists and force was not given. */
int output_commit_partial(struct output *o, struct ev_err *err);
/* Removes the temporary file unless committed. NULL is fine. */
void output_free(struct output *o);
/* As given to output_open; after output_commit_partial the name that it took. */
const char *output_path(const struct output *o);
/* The name that the data have until the commit; NULL where they are written directly, and afterwards.
 * For signal handlers, which cannot call output_free. */
const char *output_temporary(const struct output *o);
/* False for "-", pipes and devices: nothing that could be looked at later. */
bool output_is_file(const struct output *o);
/* Bytes written so far. */
uint64_t output_bytes(const struct output *o);
/* Before the first write: nobody will ask for the digest, which costs more than the writing. */
void output_skip_digest(struct output *o);
/* Somebody else wrote the file under its temporary name: takes its size and digest from there. Before
 * the commit, without any output_write. */
int output_adopt(struct output *o, struct ev_err *err);
/* SHA-256 of all bytes; after a commit only. */
void output_digest(const struct output *o, uint8_t ret[32]);

#endif
