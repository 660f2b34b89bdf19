/* profiling.h - the profile of a run: clocks around its stages, and telling the result.
 * Rank: out/, options.h. */
#ifndef APP_PROFILING_H
#define APP_PROFILING_H

#include "app/options.h"
#include "detect/profile.h"

/* Was one asked for? */
bool profiling_wanted(const struct options *o);
/* Now; 0 when p is NULL: then nothing is measured. */
uint64_t profiling_begin(const struct profile *p);
/* Adds the time since from to that stage; returns now. */
uint64_t profiling_stage(struct profile *p, enum profile_stage stage, uint64_t from);
/* Prints and writes what was asked for. EV_EEXIST, EV_EIO, EV_ENOMEM. */
int profiling_tell(const struct options *o, const struct profile *p, struct ev_err *err);

#endif
