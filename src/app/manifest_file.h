/* manifest_file.h - --manifest: the file itself; digests of what was read are input_hashes.h's.
 * Rank: out/, options.h, outputs.h. */
#ifndef APP_MANIFEST_FILE_H
#define APP_MANIFEST_FILE_H

#include "app/outputs.h"
#include "out/manifest.h"

/* Writes o->manifest; m holds what the caller knows, outputs are added here. EV_EIO, EV_EEXIST. */
int manifest_file_write(const struct options *o, const struct outputs *outputs, struct manifest *m,
                        const struct summary *sum, struct ev_err *err);

#endif
