/* rulewalk.h - the rule files below a path, in a fixed order, and their bytes.
 *
 * Folders are walked in bytewise order of names; files named *.yml and *.yaml are visited, names
 * that begin with a dot are not. Symbolic links are followed, but no folder is entered twice, so
 * that loops end. A path of the command line is visited whatever its name.
 * Rank: base/. */
#ifndef RULE_RULEWALK_H
#define RULE_RULEWALK_H

#include "base/buf.h"
#include "base/err.h"

struct rulewalk_visitor {
    /* A negative return ends the walk with that value. */
    int (*file)(void *ctx, const char *path);
    /* Something below the path that could not be looked at. */
    void (*trouble)(void *ctx, const struct ev_err *err);
    void *ctx;
};

/* EV_ENOTFOUND or EV_EIO when path itself cannot be looked at; EV_ELIMIT after LIMIT_RULE_FILES. */
int rulewalk(const char *path, const struct rulewalk_visitor *v, struct ev_err *err);

/* The whole file into text (cap LIMIT_RULE_FILE; cleared first). EV_EIO, EV_ELIMIT. */
int rulewalk_read(const char *path, struct buf *text, struct ev_err *err);

#endif
