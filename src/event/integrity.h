/* integrity.h - what is known of a disk image as bytes: its files, its digests, those it carries.
 *
 * An image file (E01) may hold the MD5 and SHA-1 of the disk that was copied. --verify-image reads the
 * disk again and compares; --hash-images names the digests of disk and files.
 * Rank: base/. */
#ifndef EVENT_INTEGRITY_H
#define EVENT_INTEGRITY_H

#include "base/digest.h"

enum image_state {
    IMAGE_NOT_ASKED, /* hashed only, or nothing at all */
    IMAGE_MATCHES,   /* every digest that it holds is that of its content */
    IMAGE_DIFFERS,
    IMAGE_NO_HASH, /* it holds none: nothing to compare with */
    IMAGE_UNREAD   /* its content could not be read to the end */
};
const char *image_state_name(enum image_state s); /* "matches" ... */

/* A file that the image consists of: its own, further segments, parents. */
struct image_file {
    struct slice path;
    uint64_t size;
    struct digests digest;
    bool read;
};

struct image_integrity {
    struct slice path;     /* as in source_file: `host.E01`, `evidence.zip!/host.E01` */
    uint64_t size;         /* of the disk in it */
    struct digests media;  /* of the disk */
    struct digests stored; /* that the image holds; has_md5, has_sha1 */
    enum image_state state;
    struct slice fault; /* IMAGE_UNREAD: why */
    struct image_file *file;
    size_t nfile;
};

/* Compares what is stored with what was read. */
enum image_state image_compare(const struct digests *stored, const struct digests *is);
/* One sentence of how it stands with the stored digests; out has room of IMAGE_SENTENCE. */
enum { IMAGE_SENTENCE = 256 };
void image_sentence(const struct image_integrity *m, char *out);

#endif
