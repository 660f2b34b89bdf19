/* src_file.h - a source over an open file descriptor; shared by src_file.c and src_stdin.c.
 * Rank: base/, source.h. */
#ifndef INPUT_SRC_FILE_H
#define INPUT_SRC_FILE_H

#include "input/source.h"

/* Takes fd over (pread works on it). size: as the source shall tell it; bytes that the file gains
 * later are not read, so that two passes over a log in use see the same. */
struct source *source_from_fd(int fd, uint64_t size, const char *path);
/* Likewise, the file at the bottom of all that lies in it: source_where leads to it. */
struct source *source_of_item(int fd, uint64_t size, const char *path);
/* Another descriptor of the same file, the caller's; -1 when s is no source over one. */
int source_dup_fd(const struct source *s);

#endif
