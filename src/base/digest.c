/* digest.c - SHA-256, SHA-1 and MD5 by libcrypto.
 *
 * It uses the machine's instructions for it, which code of ours would not.
 * May include: base/, libcrypto. */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/limits.h"
#include "base/mem.h"

/* Short pieces gather here: a call of libcrypto costs as much as 100 bytes. */
#define GATHER 512

struct sha256 {
    EVP_MD_CTX *ctx;
    size_t n;
    uint8_t gathered[GATHER];
};

/* libcrypto fails here only for want of memory or of the algorithm itself. */
static void must(int ok)
{
    if (ok == 1)
        return;
    fprintf(stderr, "evtriage: libcrypto cannot make a digest\n");
    abort();
}

struct sha256 *sha256_new(void)
{
    struct sha256 *d = xcalloc(1, sizeof *d);

    d->ctx = EVP_MD_CTX_new();
    must(d->ctx != NULL);
    must(EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL));
    return d;
}

static void pass_on(struct sha256 *d)
{
    if (d->n)
        must(EVP_DigestUpdate(d->ctx, d->gathered, d->n));
    d->n = 0;
}

void sha256_add(struct sha256 *d, struct slice s)
{
    if (s.n > GATHER - d->n)
        pass_on(d);
    if (s.n > GATHER) {
        must(EVP_DigestUpdate(d->ctx, s.p, s.n));
    } else if (s.n) {
        memcpy(d->gathered + d->n, s.p, s.n);
        d->n += s.n;
    }
}

void sha256_done(struct sha256 *d, uint8_t ret[32])
{
    pass_on(d);
    must(EVP_DigestFinal_ex(d->ctx, ret, NULL));
}

void sha256_free(struct sha256 *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

struct digester {
    EVP_MD_CTX *ctx[3]; /* NULL: not asked for, or refused (FIPS knows no MD5) */
};

struct digester *digester_new(unsigned which)
{
    const EVP_MD *md[] = { EVP_sha256(), EVP_sha1(), EVP_md5() };
    struct digester *d = xcalloc(1, sizeof *d);

    for (int i = 0; i < 3; i++) {
        if (!(which & 1u << i))
            continue;
        d->ctx[i] = EVP_MD_CTX_new();
        if (d->ctx[i] && EVP_DigestInit_ex(d->ctx[i], md[i], NULL) == 1)
            continue;
        EVP_MD_CTX_free(d->ctx[i]);
        d->ctx[i] = NULL;
    }
    return d;
}

void digester_add(struct digester *d, struct slice s)
{
    for (int i = 0; i < 3; i++)
        if (d->ctx[i] && s.n)
            must(EVP_DigestUpdate(d->ctx[i], s.p, s.n));
}

void digester_done(struct digester *d, struct digests *ret)
{
    uint8_t *const to[] = { ret->sha256, ret->sha1, ret->md5 };
    bool *const has[] = { &ret->has_sha256, &ret->has_sha1, &ret->has_md5 };

    for (int i = 0; i < 3; i++) {
        *has[i] = d->ctx[i] != NULL;
        if (d->ctx[i])
            must(EVP_DigestFinal_ex(d->ctx[i], to[i], NULL));
    }
}

void digester_free(struct digester *d)
{
    if (!d)
        return;
    for (int i = 0; i < 3; i++)
        EVP_MD_CTX_free(d->ctx[i]);
    free(d);
}

void digest_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digit[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        *out++ = digit[p[i] >> 4];
        *out++ = digit[p[i] & 15];
    }
    *out = '\0';
}

int sha256_file(const char *path, uint8_t ret[32], struct ev_err *err)
{
    struct sha256 *d = NULL;
    uint8_t *block = NULL;
    int rc = EV_OK, fd;
    ssize_t n;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        ev_err_errno(err, EV_EIO, errno, "cannot open");
        ev_err_file(err, path);
        return EV_EIO;
    }
    d = sha256_new();
    block = xrealloc(NULL, LIMIT_KIB(256), 1);
    while ((n = read(fd, block, LIMIT_KIB(256))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            rc = ev_err_errno(err, EV_EIO, errno, "cannot read");
            ev_err_file(err, path);
            goto out;
        }
        sha256_add(d, slice_of(block, (size_t)n));
    }
    sha256_done(d, ret);
out:
    free(block);
    sha256_free(d);
    close(fd);
    return rc;
}
