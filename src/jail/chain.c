/* chain.c - images that continue another: differencing VHD and VHDX, QCOW2 with a backing file,
 * snapshots of VMDK.
 *
 * Such an image names the one before it. Whoever made it chose that name, so that only its last part
 * counts, and the program opens it in the folder of the item or not at all. May include: base/, input/,
 * this folder, the libraries' headers. */
#include "jail/image.h"

#include <inttypes.h>

#include "jail/opened.h"

#ifdef HAVE_IMAGES

/* Is parent the disk that h was made upon? Only libvhdi knows, for whom names are often stale. */
static int same_disk(const struct yal *y, intptr_t *h, intptr_t *parent, struct ev_err *err)
{
    uint8_t want[16] = { 0 }, is[16] = { 0 };

    if (!y->parent_id || y->parent_id(h, want, sizeof want, NULL) != 1 ||
        y->id(parent, is, sizeof is, NULL) != 1 || memcmp(want, is, sizeof is) == 0)
        return EV_OK;
    return ev_err_set(err, EV_EFORMAT, "is another disk or was changed since");
}

/* What libqcow takes as parent is an image of its own kind, and no smaller one. */
static struct opened *over_anything(struct jail *j, const struct source *s, const char *path,
                                    enum yal_name kind, uint64_t size, unsigned depth,
                                    struct ev_err *err)
{
    const struct source *disk = s;
    struct opened *lower = NULL, *upper;
    struct source *as_qcow;

    if (kind != YAL_COUNT) {
        lower = image_open(j, s, path, kind, depth, err);
        if (!lower)
            return NULL;
        disk = opened_source(lower, path);
    }
    as_qcow = over_disk(disk, size);
    upper = image_open(j, as_qcow, path, YAL_QCOW, depth, err);
    if (upper) {
        parts_add(upper, as_qcow);
        if (lower)
            parts_add(upper, (struct source *)(uintptr_t)disk);
        return upper;
    }
    source_free(as_qcow);
    if (lower)
        source_free((struct source *)(uintptr_t)disk);
    return NULL;
}

static struct opened *open_parent(struct jail *j, const struct source *s, const char *path,
                                  enum yal_name name, uint64_t size, unsigned depth,
                                  struct ev_err *err)
{
    uint8_t head[PROBE_HEAD];
    enum yal_name kind;
    size_t n = 0;

    if (source_read_at(s, 0, head, sizeof head, &n, err) < 0)
        return NULL;
    kind = image_format(slice_of(head, n));
    if (name == YAL_QCOW)
        return over_anything(j, s, path, kind, size, depth, err);
    /* A fixed VHD has its mark at its end only. */
    if (kind != name && !(name == YAL_VHDI && kind == YAL_COUNT)) {
        ev_err_set(err, EV_EFORMAT, "is an image of another kind");
        return NULL;
    }
    return image_open(j, s, path, name, depth, err);
}

static bool is_vhd(const struct source *s)
{
    uint8_t magic[8] = { 0 };
    size_t n = 0;

    return source_read_at(s, 0, magic, sizeof magic, &n, NULL) == EV_OK &&
           memcmp(magic, "conectix", sizeof magic) == 0;
}

int chain_link(struct jail *j, const char *path, struct opened *o, const struct source *of,
               enum yal_name name, unsigned depth, struct ev_err *err)
{
    const struct yal *y = o->y;
    char text[LIMIT_PATH] = "";
    uint8_t id[16];
    intptr_t *error = NULL;
    struct ev_err why = { 0 };
    struct source *s;
    int rc = y->parent_name(o->h, (uint8_t *)text, sizeof text - 1, &error);

    if (rc < 0)
        return opened_fault(y, &error, err,
                            "names the image that it continues so that it cannot be told");
    if (rc == 0 || !*text) {
        if (!y->parent_id || y->parent_id(o->h, id, sizeof id, NULL) != 1)
            return EV_OK;
        return ev_err_set(err, EV_EFORMAT, "continues another image, whose name it does not tell");
    }
    if (depth + 1 >= LIMIT_EVIDENCE_CHAIN)
        return ev_err_set(err, EV_ELIMIT, "continues another, %d images deep",
                          LIMIT_EVIDENCE_CHAIN);
    s = parts_named(j, path, text, err);
    if (!s)
        return EV_ENOTFOUND;
    parts_add(o, s);
    o->up = open_parent(j, s, path, name, o->size, depth + 1, &why);
    rc = o->up ? same_disk(y, o->h, o->up->h, &why) : why.rc;
    if (rc == EV_ENOTFOUND || rc == EV_ELIMIT) { /* further down: said already */
        if (err)
            *err = why;
        return rc;
    }
    if (rc < 0)
        return ev_err_set(err, EV_ENOTFOUND, "continues %.200s, which %.300s", text, why.text);
    if (name == YAL_VHDI && is_vhd(of)) {
        o->view = vhd_over(of, opened_source(o->up, path), err);
        o->up = NULL;
        return o->view ? EV_OK : EV_EFORMAT;
    }
    /* Behind its end the libraries would ask for ever. */
    if (o->up->size < o->size) {
        jail_trouble(j, path,
                     "is larger than %.200s, which it continues: only %" PRIu64
                     " bytes of it are read",
                     text, o->up->size);
        o->size = o->up->size;
    }
    if (y->set_parent(o->h, o->up->h, &error) != 1)
        return opened_fault(y, &error, err, "does not fit the image that it continues");
    return EV_OK;
}
#endif
