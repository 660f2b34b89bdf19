/* image.h - disk images, partitions, volumes, file systems: the layers below item.c.
 * Rank: jail.h. */
#ifndef JAIL_IMAGE_H
#define JAIL_IMAGE_H

#include "jail/jail.h"

/* Takes an image apart. Borrows s, which the caller keeps through jail_later. head: its first bytes. */
void image_take(struct jail *j, struct source *s, const char *path, struct slice head);
/* disk.c: calls volume for each partition, named p1 and so on, or says that there is no table. */
void partitions_take(struct jail *j, struct source *disk, const char *path,
                     void (*volume)(struct jail *j, struct source *s, const char *path));
/* volume.c: one volume, with its shadow copies; behind BitLocker where a key opens it. */
void volume_take(struct jail *j, struct source *s, const char *path);
/* files.c: the logs of a file system. */
void files_take(struct jail *j, struct source *volume, const char *path);

#endif
