/* image.h - disk images, partitions, volumes, file systems: the layers below item.c.
 * Rank: jail.h. */
#ifndef JAIL_IMAGE_H
#define JAIL_IMAGE_H

#include "jail/libs.h"

struct opened;

/* Takes an image apart. Borrows s, which the caller keeps through jail_later. head: its first bytes. */
void image_take(struct jail *j, struct source *s, const char *path, struct slice head);
#ifdef HAVE_IMAGES
/* The library for an image of that beginning; YAL_COUNT: none, it is raw. */
enum yal_name image_format(struct slice head);
/* Opens the image s with its further files and all that it continues. path: of the item at the top,
 * "" when it lies in a folder; depth: how many images continue this one. Borrows s. NULL: err says "cannot be
 * opened: why" or the like. */
struct opened *image_open(struct jail *j, const struct source *s, const char *path,
                          enum yal_name name, unsigned depth, struct ev_err *err);
/* chain.c: finds and opens the image that o, made of the source of, continues, if any. */
int chain_link(struct jail *j, const char *path, struct opened *o, const struct source *of,
               enum yal_name name, unsigned depth, struct ev_err *err);
/* vhd.c: a differencing VHD, whose parent's disk goes over to it, also on failure. Borrows child. */
struct source *vhd_over(const struct source *child, struct source *parent, struct ev_err *err);
/* over.c: a disk as if it were a QCOW2 image of size bytes; borrows disk. */
struct source *over_disk(const struct source *disk, uint64_t size);
/* bde.c: the plain volume behind BitLocker, by a key that lies in it or one that was given. Borrows s. NULL
 * after TROUBLE. */
struct source *bde_unlock(struct jail *j, const struct yal *y, const struct source *s,
                          const char *path);
/* parts.c: the files named after the item, .E02 ... or .002 ..., into o. */
void parts_following(struct jail *j, const char *path, struct opened *o);
/* The file that the image at path names, in the item's own folder, whatever folder is said. */
struct source *parts_named(struct jail *j, const char *path, const char *name, struct ev_err *err);
/* s belongs to o from now on; returns it. */
struct source *parts_add(struct opened *o, struct source *s);
/* s and .002, .003 ... behind it as one disk; NULL when it is not called .001. Borrows s. */
struct source *parts_split_raw(struct jail *j, struct source *s, const char *path);
#endif
/* disk.c: calls volume for each partition, named p1 and so on, or says that there is no table. */
void partitions_take(struct jail *j, struct source *disk, const char *path,
                     void (*volume)(struct jail *j, struct source *s, const char *path));
/* volume.c: one volume, with its shadow copies; behind BitLocker where a key opens it. */
void volume_take(struct jail *j, struct source *s, const char *path);
/* files.c: the logs of a file system. */
void files_take(struct jail *j, struct source *volume, const char *path);

#endif
