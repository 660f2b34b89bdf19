/* manifest_file.h - --manifest: digests of what was read, and the file itself.
 * Rank: out/, options.h, outputs.h. */
#ifndef APP_MANIFEST_FILE_H
#define APP_MANIFEST_FILE_H

#include "app/outputs.h"
#include "out/manifest.h"

/* SHA-256 of every input that was read, into sum. A file that cannot be read again keeps none. */
void manifest_hash_inputs(struct summary *sum);

/* Writes o->manifest; m holds what the caller knows, outputs are added here. EV_EIO, EV_EEXIST. */
int manifest_file_write(const struct options *o, const struct outputs *outputs, struct manifest *m,
                        const struct summary *sum, struct ev_err *err);

#endif
