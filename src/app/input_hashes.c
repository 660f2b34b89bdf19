#include "app/input_hashes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"

struct hashed {
    const char *path;
    uint8_t sha256[32];
    bool made;
};

struct input_hashes {
    struct hashed *v;
    size_t n;
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

static void *hash_all(void *ctx)
{
    struct input_hashes *h = ctx;
    for (size_t i = 0; i < h->n && !atomic_load(&h->stop); i++)
        h->v[i].made = sha256_file(h->v[i].path, h->v[i].sha256, NULL) == EV_OK;
    return NULL;
}

struct input_hashes *input_hashes_start(const struct inputs *in)
{
    struct input_hashes *h = xcalloc(1, sizeof *h);
    h->v = xcalloc(in->list.n ? in->list.n : 1, sizeof *h->v);
    for (size_t i = 0; i < in->list.n; i++) {
        const struct input *from = &in->list.v[i];
        if (from->fate == FILE_READ && !from->of_container && !from->source)
            h->v[h->n++].path = from->path;
    }
    h->running = h->n && pthread_create(&h->thread, NULL, hash_all, h) == 0;
    return h;
}

static void wait(struct input_hashes *h)
{
    if (h->running)
        pthread_join(h->thread, NULL);
    h->running = false;
}

/* The digest of an image file, where it was made. */
static void image_file_hash(const struct summary *sum, struct summary_file *f)
{
    for (size_t i = 0; i < sum->nimage; i++)
        for (size_t k = 0; k < sum->image[i].nfile; k++) {
            const struct image_file *from = &sum->image[i].file[k];
            if (!slice_eq(from->path, f->path) || !from->digest.has_sha256)
                continue;
            f->has_sha256 = true;
            memcpy(f->sha256, from->digest.sha256, sizeof f->sha256);
        }
}

void input_hashes_finish(struct input_hashes *h, struct summary *sum)
{
    size_t at = 0; /* both are in the order of the inputs */

    wait(h);
    for (size_t i = 0; i < sum->nfile; i++) {
        struct summary_file *f = &sum->file[i];
        /* Paths in the summary's arena end with a NUL (arena_dup). */
        const char *path = (const char *)f->path.p;
        const struct hashed *made =
            at < h->n && strcmp(h->v[at].path, path) == 0 ? &h->v[at++] : NULL;
        /* Of disk images only when --hash-images asked for it: then they are known already. */
        const bool whole = f->fate == FILE_READ || (f->fate == FILE_OPENED && !f->image);
        if (whole && !f->inside && made && made->made) {
            f->has_sha256 = true;
            memcpy(f->sha256, made->sha256, sizeof f->sha256);
        } else if (whole && !f->inside && strcmp(path, "-") != 0) {
            f->has_sha256 = sha256_file(path, f->sha256, NULL) == EV_OK;
        }
        if (f->image)
            image_file_hash(sum, f);
    }
}

void input_hashes_free(struct input_hashes *h)
{
    if (!h)
        return;
    atomic_store(&h->stop, true);
    wait(h);
    free(h->v);
    free(h);
}
