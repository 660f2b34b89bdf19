/* lock.h - the process gives up what it does not need, for good.
 *
 * Afterwards it can compute, read the descriptors that it has or is sent, and talk through its socket:
 * no file can be opened, written or run, no process or connection made. Order: before the first byte of
 * evidence is read, after every library is loaded.
 * Rank: base/. */
#ifndef JAIL_LOCK_H
#define JAIL_LOCK_H

#include "base/err.h"

/* Resource limits, Landlock where the kernel has it, seccomp. EV_EUNSUPPORTED: this build or system
 * cannot; evidence must not be read then. */
int jail_lock(struct ev_err *err);
/* Its part that is Landlock, by itself for tests. After PR_SET_NO_NEW_PRIVS. The version; 0: the kernel has
 * none. */
int jail_lock_files(void);

#endif
