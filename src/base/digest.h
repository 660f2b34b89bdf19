/* digest.h - SHA-256, SHA-1 and MD5. The only header of the tree behind which libcrypto is used.
 * Rank: slice.h, err.h. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/err.h"
#include "base/slice.h"

struct sha256; /* opaque running state */

struct sha256 *sha256_new(void);
/* Appends s to what is digested. */
void sha256_add(struct sha256 *d, struct slice s);
/* Ends the digest; d may only be freed afterwards. */
void sha256_done(struct sha256 *d, uint8_t ret[32]);
void sha256_free(struct sha256 *d);
/* What is known of the same bytes by other names: disk images carry MD5 and SHA-1 of themselves. */
struct digests {
    uint8_t sha256[32], sha1[20], md5[16];
    bool has_sha256, has_sha1, has_md5; /* without: not asked for, or not to be had of libcrypto */
};
enum { DIGEST_SHA256 = 1, DIGEST_SHA1 = 2, DIGEST_MD5 = 4 };

struct digester; /* several at once, in one pass */

/* which: of DIGEST_*. */
struct digester *digester_new(unsigned which);
void digester_add(struct digester *d, struct slice s);
/* Ends them; d may only be freed afterwards. */
void digester_done(struct digester *d, struct digests *ret);
void digester_free(struct digester *d);

/* "lower-case hex" with NUL. */
void digest_hex(const uint8_t *p, size_t n, char *out);
/* SHA-256 of a whole file, streaming. EV_EIO. */
int sha256_file(const char *path, uint8_t ret[32], struct ev_err *err);

#endif
