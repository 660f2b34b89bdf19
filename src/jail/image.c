/* image.c - disk images as sources: raw, split raw, E01, VHD and VHDX, VMDK, QCOW2.
 *
 * May include: base/, input/, this folder, the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/media.h"
#include "jail/opened.h"

#ifdef HAVE_IMAGES

static bool pool_add(struct opened *o, const struct source *s)
{
    libbfio_handle_t *h = opened_io(o->y, s);
    int at;

    return h &&
           o->y->bfio.libbfio_pool_append_handle(o->pool, &at, h, LIBBFIO_OPEN_READ, NULL) == 1;
}

/* s, unless absent, and the parts behind it. */
static bool pool_make(struct opened *o, const struct source *s)
{
    bool good = o->y->bfio.libbfio_pool_initialize(&o->pool, 0, 0, NULL) == 1;

    if (good && s)
        good = pool_add(o, s);
    for (size_t i = 0; good && i < o->npart; i++)
        good = pool_add(o, o->part[i]);
    return good;
}

static bool bytes_at(struct slice s, size_t at, const char *want)
{
    const size_t n = strlen(want);

    return s.n >= at + n && memcmp(s.p + at, want, n) == 0;
}

enum yal_name image_format(struct slice head)
{
    static const struct {
        const char *magic;
        enum yal_name name;
        size_t least; /* bytes that the file must have */
    } format[] = {
        { "EVF", YAL_EWF, 8 },    { "conectix", YAL_VHDI, 8 }, { "vhdxfile", YAL_VHDI, 8 },
        { "KDMV", YAL_VMDK, 21 }, { "# Disk", YAL_VMDK, 21 },  { "QFI\xfb", YAL_QCOW, 4 },
    };

    for (size_t i = 0; i < sizeof format / sizeof *format; i++)
        if (head.n >= format[i].least && bytes_at(head, 0, format[i].magic))
            return format[i].name;
    return YAL_COUNT;
}

/* The files that the descriptor of a VMDK names; one that holds its own descriptor names itself. */
static int extents_open(struct jail *j, const struct source *s, const char *path, struct opened *o,
                        struct ev_err *err)
{
    const struct yal *y = o->y;
    intptr_t *error = NULL;
    uint8_t magic[4] = { 0 };
    size_t got = 0;
    int n = 0, rc = source_read_at(s, 0, magic, sizeof magic, &got, err);
    const bool itself = memcmp(magic, "KDMV", 4) == 0;

    if (rc == EV_OK && y->extent_count(o->h, &n, &error) != 1)
        return opened_fault(y, &error, err, "cannot be opened");
    if (rc == EV_OK && n > LIMIT_EVIDENCE_BESIDE)
        rc = ev_err_set(err, EV_ELIMIT, "names %d further files, which is too many", n);
    for (int i = 0; rc == EV_OK && !itself && i < n; i++) {
        intptr_t *extent = NULL;
        char name[LIMIT_PATH] = "";
        struct source *file;
        if (y->extent(o->h, i, &extent, &error) != 1 ||
            y->extent_name(extent, (uint8_t *)name, sizeof name - 1, &error) != 1)
            rc = opened_fault(y, &error, err, "names a further file that cannot be told");
        else if (!(file = parts_named(j, path, name, err)))
            rc = EV_ENOTFOUND;
        else
            parts_add(o, file);
        if (extent)
            y->extent_free(&extent, NULL);
    }
    if (rc == EV_OK &&
        (!pool_make(o, itself ? s : NULL) || y->extents(o->h, opened_pun(o->pool), &error) != 1))
        rc = opened_fault(y, &error, err, "cannot be opened");
    return rc;
}

static int open_with(struct opened *o, const struct source *s, bool pool, struct ev_err *err)
{
    const struct yal *y = o->y;
    intptr_t *error = NULL;
    bool good;

    if (y->make(&o->h, &error) != 1)
        return opened_fault(y, &error, err, "cannot be opened");
    if (pool)
        good = pool_make(o, s);
    else
        good = (o->io = opened_io(y, s)) != NULL;
    good = good && y->open(o->h, opened_pun(pool ? (void *)o->pool : (void *)o->io),
                           LIBBFIO_OPEN_READ, &error) == 1;
    return good ? EV_OK : opened_fault(y, &error, err, "cannot be opened");
}

struct opened *image_open(struct jail *j, const struct source *s, const char *path,
                          enum yal_name name, unsigned depth, struct ev_err *err)
{
    const struct yal *y = libs_yal(j->libs, name);
    struct opened *o;
    intptr_t *error = NULL;
    char why[LIBS_SENTENCE];
    int rc;

    if (!y) {
        ev_err_set(err, EV_EUNSUPPORTED, "cannot be opened: %s", libs_missing(name, why));
        return NULL;
    }
    o = opened_new(y, y->read, y->free);
    if (name == YAL_EWF)
        parts_following(j, path, o);
    rc = open_with(o, s, name == YAL_EWF, err);
    if (rc == EV_OK && y->extents)
        rc = extents_open(j, s, path, o, err);
    if (rc == EV_OK && y->size(o->h, &o->size, &error) != 1)
        rc = opened_fault(y, &error, err, "cannot be opened");
    if (rc == EV_OK && y->parent_name)
        rc = chain_link(j, path, o, s, name, depth, err);
    if (rc == EV_OK)
        return o;
    opened_close(o);
    return NULL;
}

/* The disk inside an image file. NULL after TROUBLE. */
static struct source *open_image(struct jail *j, struct source *s, const char *path,
                                 enum yal_name name)
{
    struct ev_err err = { 0 };
    struct opened *o = image_open(j, s, path, name, 0, &err);

    if (!o)
        jail_trouble(j, path, "a disk image (%s) that %s", libs_name(name), err.text);
    return o ? opened_source(o, path) : NULL;
}

/* --- what lies in it --- */

static void source_later(void *s)
{
    source_free(s);
}

static bool bare_volume(struct slice s)
{
    return bytes_at(s, 3, "NTFS    ") || bytes_at(s, 3, "-FVE-FS-") || bytes_at(s, 3, "EXFAT   ") ||
           bytes_at(s, 54, "FAT1") || bytes_at(s, 82, "FAT32");
}

void image_take(struct jail *j, struct source *s, const char *path, struct slice head)
{
    const enum yal_name name = image_format(head);
    struct source *disk;
    uint8_t start[512] = { 0 };
    size_t n = 0;

    if (!libs_tsk(j->libs)) {
        jail_trouble(j, path, "a disk image; libtsk.so.19 is not installed: install libtsk19");
        return;
    }
    if (head.n >= 8 && bytes_at(head, 0, "EVF2")) {
        jail_trouble(j, path,
                     "an image of the format Ex01, which libewf does not read; convert it to E01");
        return;
    }
    if (name != YAL_COUNT)
        disk = open_image(j, s, path, name);
    else if (!(disk = parts_split_raw(j, s, path)))
        disk = s;
    if (!disk)
        return;
    media_take(j, s, disk, path);
    if (source_read_at(disk, 0, start, sizeof start, &n, NULL) == EV_OK &&
        bare_volume(slice_of(start, sizeof start)))
        volume_take(j, disk, path);
    else
        partitions_take(j, disk, path, volume_take);
    if (disk != s)
        jail_later(j, source_later, disk);
}
#else
void image_take(struct jail *j, struct source *s, const char *path, struct slice head)
{
    (void)s, (void)head;
    jail_trouble(j, path, "a disk image; built without libtsk: install libtsk-dev and rebuild");
}
#endif
