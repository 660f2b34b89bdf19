/* walk.h - files below the paths of the command line, in a fixed order.
 *
 * Folders are walked in bytewise order of names; symbolic links inside folders are not followed
 * (loops; links out of the evidence), on the command line they are. Devices, sockets and pipes are
 * skipped. A folder that cannot be opened is reported and the walk goes on.
 * Rank: base/, source.h. */
#ifndef INPUT_WALK_H
#define INPUT_WALK_H

#include "base/err.h"

struct walk_visitor {
    /* A regular file (or "-"). A negative return ends the walk with that value. */
    int (*file)(void *ctx, const char *path);
    /* Something that could not be looked at: err says what. EV_EIO: the system said no;
     * EV_ELIMIT: a cap; EV_EUNSUPPORTED: a link, device, socket or pipe, left alone on purpose.
     * NULL: ignored. */
    void (*trouble)(void *ctx, const struct ev_err *err);
    void *ctx;
};

/* Visits path itself (a file, "-", or a folder with all below). EV_ENOTFOUND when path does not
 * exist. */
int walk_path(const char *path, const struct walk_visitor *v, struct ev_err *err);

#endif
