#include "app/manifest_file.h"

#include <stdlib.h>

#include "app/interrupt.h"
#include "base/digest.h"
#include "base/mem.h"

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

void manifest_hash_inputs(struct summary *sum)
{
    for (size_t i = 0; i < sum->nfile; i++) {
        struct summary_file *f = &sum->file[i];
        /* Paths in the summary's arena end with a NUL (arena_dup). */
        const char *path = (const char *)f->path.p;
        /* Of disk images only when --hash-images asked for it: then they are known already. */
        const bool whole = f->fate == FILE_READ || (f->fate == FILE_OPENED && !f->image);
        if (whole && !f->inside && strcmp(path, "-") != 0)
            f->has_sha256 = sha256_file(path, f->sha256, NULL) == EV_OK;
        if (f->image)
            image_file_hash(sum, f);
    }
}

int manifest_file_write(const struct options *o, const struct outputs *outputs, struct manifest *m,
                        const struct summary *sum, struct ev_err *err)
{
    struct manifest_output *list = xcalloc(outputs->n ? outputs->n : 1, sizeof *list);
    struct output *file = NULL;
    char zone[64];

    for (size_t i = 0; i < outputs->n; i++) {
        const struct output *from = outputs->v[i].file;
        list[i].path = output_path(from);
        list[i].bytes = output_bytes(from);
        list[i].is_file = output_is_file(from);
        output_digest(from, list[i].sha256);
    }
    /* The launcher of the triage kit says what it started: this process's file is the loader then. */
    const char *started = getenv("EVTRIAGE_PROGRAM");
    m->program = started ? started : "/proc/self/exe";
    m->argv = (const char *const *)o->argv;
    m->argc = o->argc;
    m->output = list;
    m->noutput = outputs->n;
    manifest_machine_zone(m->start, zone, &m->zone_minutes);
    m->zone = zone;
    int rc = output_open(o->manifest, o->force, &file, err);
    if (rc == EV_OK && output_temporary(file))
        interrupt_remove(output_temporary(file));
    if (rc == EV_OK)
        rc = manifest_write(m, sum, file, err);
    if (rc == EV_OK)
        rc = output_commit(file, err);
    output_free(file);
    free(list);
    return rc;
}
