#include "scan/image_check.h"

int image_check_media(const struct image_check *c, const struct container_member *m,
                      struct arena *a, struct image_integrity *ret, struct ev_err *err)
{
    const bool stored = m->stored.has_md5 || m->stored.has_sha1;
    const unsigned which = (c->hash ? DIGEST_SHA256 | DIGEST_SHA1 | DIGEST_MD5 : 0u) |
                           (m->stored.has_md5 ? DIGEST_MD5 : 0u) |
                           (m->stored.has_sha1 ? DIGEST_SHA1 : 0u);
    struct ev_err fault = { 0 };
    int rc;

    *ret =
        (struct image_integrity){ .path = arena_dup(a, slice_str(m->path)), .stored = m->stored };
    rc = source_digest(m->source, which, c->stop, c->stop_ctx, &ret->media, &ret->size, &fault);
    source_free(m->source);
    if (rc == EV_EINTR) {
        if (err)
            *err = fault;
        return rc;
    }
    if (rc < 0) {
        ret->state = IMAGE_UNREAD;
        ret->fault = arena_dup(a, slice_str(fault.text));
    } else if (c->verify) {
        ret->state = stored ? image_compare(&ret->stored, &ret->media) : IMAGE_NO_HASH;
    }
    return EV_OK;
}

static int check_file(const struct image_check *c, const char *path, struct arena *a,
                      struct image_file *ret, struct ev_err *err)
{
    struct source *s = NULL;
    struct ev_err fault = { 0 };
    uint64_t got;
    int rc = EV_OK;

    ret->path = arena_dup(a, slice_str(path));
    if (source_open_file(path, &s, NULL) < 0)
        return EV_OK;
    (void)source_size(s, &ret->size);
    if (c->hash)
        rc = source_digest(s, DIGEST_SHA256 | DIGEST_SHA1 | DIGEST_MD5, c->stop, c->stop_ctx,
                           &ret->digest, &got, &fault);
    ret->read = rc == EV_OK;
    source_free(s);
    if (rc == EV_EINTR && err)
        *err = fault;
    return rc == EV_EINTR ? rc : EV_OK;
}

int image_check_files(const struct image_check *c, const struct container *from, const char *path,
                      struct arena *a, struct image_integrity *m, struct ev_err *err)
{
    size_t n = 0;
    int rc;

    while (container_beside(from, n))
        n++;
    m->file = arena_zalloc(a, n + 1, sizeof *m->file);
    m->nfile = n + 1;
    rc = check_file(c, path, a, &m->file[0], err);
    for (size_t i = 0; rc == EV_OK && i < n; i++)
        rc = check_file(c, container_beside(from, i), a, &m->file[i + 1], err);
    if (rc < 0 || m->path.p)
        return rc;
    /* Nothing was handed over: the file is the disk. */
    m->path = m->file[0].path;
    m->size = m->file[0].size;
    m->media = m->file[0].digest;
    m->state = c->verify ? IMAGE_NO_HASH : IMAGE_NOT_ASKED;
    return EV_OK;
}
