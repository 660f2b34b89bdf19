/* runs.h - where the bytes of a file lie in its volume, as libtsk knows it.
 * Rank: libs.h. */
#ifndef JAIL_RUNS_H
#define JAIL_RUNS_H

#include "jail/libs.h"

#ifdef HAVE_IMAGES
/* As source_ops.where, in the volume. Only what is there byte for byte: no compressed, encrypted or
 * resident content. */
bool runs_where(const struct tsk *t, TSK_FS_FILE *f, const struct source *volume, uint64_t offset,
                uint64_t *ret_at, uint64_t *ret_n);
#endif
#endif
