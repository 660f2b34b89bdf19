/* image_check.h - disk images hashed whole, and compared with the digests that they hold.
 *
 * The helper decodes; what is hashed here are the bytes that also logs are read from.
 * Rank: base/, event/, input/. */
#ifndef SCAN_IMAGE_CHECK_H
#define SCAN_IMAGE_CHECK_H

#include "base/arena.h"
#include "event/integrity.h"
#include "input/container.h"

struct image_check {
    bool verify;             /* compare with what is stored */
    bool hash;               /* all digests, of the files, too */
    bool (*stop)(void *ctx); /* NULL: never */
    void *stop_ctx;
};

/* Reads the disk that m hands over to its end, and frees it. Texts go to the arena. EV_EINTR when
 * stopped; a disk that cannot be read is a state of ret. */
int image_check_media(const struct image_check *c, const struct container_member *m,
                      struct arena *a, struct image_integrity *ret, struct ev_err *err);
/* Completes what is known of the image file at path, whose helper is done: its files, hashed when c says
 * so. A raw image of one file is its own disk. */
int image_check_files(const struct image_check *c, const struct container *from, const char *path,
                      struct arena *a, struct image_integrity *m, struct ev_err *err);

#endif
