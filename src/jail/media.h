/* media.h - the disk in an image file as evidence by itself: hashed whole, checked block by block.
 * Rank: jail.h. */
#ifndef JAIL_MEDIA_H
#define JAIL_MEDIA_H

#include "jail/jail.h"

/* When the program asked for it, lets it read the disk that the image `file` holds from start to end,
 * and tells of blocks that do not fit the checksums stored beside them. disk is file itself when it is
 * raw: then the program has its bytes already. Borrows both. */
void media_take(struct jail *j, const struct source *file, struct source *disk, const char *path);

#endif
