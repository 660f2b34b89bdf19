/* disk.h - a source for libtsk.
 * Rank: libs.h. */
#ifndef JAIL_DISK_H
#define JAIL_DISK_H

#include "jail/libs.h"

#ifdef HAVE_IMAGES
struct disk {
    TSK_IMG_INFO img; /* first: libtsk hands it back */
    const struct source *src;
    const struct tsk *tsk;
    struct jail *j;
    uint64_t hole, data; /* from hole up to data there are zeros only, as far as known */
};

/* Borrows s. NULL: libtsk does not want it. */
struct disk *disk_new(struct jail *j, const struct tsk *t, const struct source *s);
void disk_free(struct disk *d);
#endif

#endif
