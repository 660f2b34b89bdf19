/* space.h - what no file uses: free clusters, and what is left of clusters behind the ends of files.
 * Rank: libs.h. */
#ifndef JAIL_SPACE_H
#define JAIL_SPACE_H

#include "jail/libs.h"

#ifdef HAVE_IMAGES
/* Hands the clusters of the file system that no file uses over, as one raw source `$Unallocated` below path.
 * Borrows volume, which is kept through jail_later, and fs, for the call. */
void space_unallocated(struct jail *j, const struct tsk *t, TSK_FS_INFO *fs,
                       const struct source *volume, const char *path);
/* NTFS: what lies behind the ends of files, up to the end of their last cluster, as `$Slack`. */
void space_slack(struct jail *j, const struct tsk *t, TSK_FS_INFO *fs, const struct source *volume,
                 const char *path);
/* A volume, or a disk, of which nothing is known: all of it, as `$Volume`, when what no file uses is
 * wanted. Borrows volume, which is kept through jail_later. */
void space_whole(struct jail *j, const struct source *volume, const char *path);
#endif

#endif
