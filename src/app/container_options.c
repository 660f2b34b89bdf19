#include "app/container_options.h"

#include <stdlib.h>

#include "app/interrupt.h"
#include "base/limits.h"
#include "base/parse.h"

/* A small file, whole. */
static int read_secret(const char *path, struct arena *a, struct slice *ret, struct ev_err *err)
{
    struct source *s = NULL;
    uint8_t *p;
    size_t n = 0;
    int rc;

    if (!path)
        return EV_OK;
    rc = source_open_file(path, &s, err);
    if (rc < 0)
        return rc;
    p = arena_zalloc(a, LIMIT_KEY_FILE + 1, 1);
    rc = source_read_at(s, 0, p, LIMIT_KEY_FILE + 1, &n, err);
    source_free(s);
    if (rc < 0)
        return rc;
    if (n == 0 || n > LIMIT_KEY_FILE) {
        ev_err_set(err, EV_EUSAGE, n ? "is too large to hold passwords or keys" : "is empty");
        ev_err_file(err, path);
        return EV_EUSAGE;
    }
    *ret = slice_of(p, n);
    return EV_OK;
}

int container_options_make(const struct options *o, struct inputs *in, struct ev_err *err)
{
    struct container_options *e = &in->container;

    const char *silence = getenv("EVTRIAGE_EVIDENCE_SILENCE");
    uint32_t seconds = 0;
    int rc;

    if (silence && parse_u32(slice_str(silence), &seconds) < 0)
        return ev_err_set(err, EV_EUSAGE,
                          "EVTRIAGE_EVIDENCE_SILENCE: \"%s\" is no number of seconds", silence);
    *e = (struct container_options){
        .silence = seconds,
        .program = getenv("EVTRIAGE_EVIDENCE"),
        .tmpdir = o->tmpdir,
        .disk = o->disk,
        .all_files = o->all_files,
        .unallocated = o->unallocated,
        .no_shadows = o->no_shadow_copies,
        .media = o->verify_image || o->hash_images,
        .stop = interrupt_seen,
    };
    in->image_check = (struct image_check){ .verify = o->verify_image,
                                            .hash = o->hash_images,
                                            .stop = interrupt_seen };
    rc = read_secret(o->password_file, &in->arena, &e->archive_passwords, err);
    if (rc == EV_OK)
        rc = read_secret(o->bitlocker_password_file, &in->arena, &e->bitlocker_passwords, err);
    if (rc == EV_OK)
        rc = read_secret(o->bitlocker_recovery_key_file, &in->arena, &e->bitlocker_recovery, err);
    if (rc == EV_OK)
        rc = read_secret(o->bitlocker_startup_key_file, &in->arena, &e->bitlocker_startup, err);
    return rc;
}
