/* image.c - disk images as sources: raw, split raw, E01, VHD and VHDX, VMDK, QCOW2.
 *
 * May include: base/, input/, this folder, the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/opened.h"

#ifdef HAVE_IMAGES

/* The next name of a set: E01 to E99, EAA to EZZ, FAA ...; 001 to 999. False at the end. */
static bool next_name(char *name)
{
    size_t n = strlen(name);
    char *s = name + n - 3;

    if (n < 4 || s[-1] != '.')
        return false;
    if (s[1] >= '0' && s[1] <= '9') {
        int digits = s[0] >= '0' && s[0] <= '9' ? 3 : 2, value = 0, most = digits == 3 ? 999 : 99;
        for (int i = 3 - digits; i < 3; i++)
            value = value * 10 + (s[i] - '0');
        if (value < 0 || value > most)
            return false;
        if (value < most) {
            snprintf(s + 3 - digits, (size_t)digits + 1, "%0*d", digits, value + 1);
            return true;
        }
        s[1] = s[2] = (char)(s[0] == 'e' ? 'a' : 'A');
        return digits == 2;
    }
    for (int i = 2; i >= 0; i--) {
        char last = s[i] >= 'a' ? 'z' : 'Z';
        if (s[i] != last) {
            s[i]++;
            return true;
        }
        s[i] = (char)(last == 'z' ? 'a' : 'A');
    }
    return false;
}

/* Further files of a set beside the item itself; none when the image lies in something. */
static void open_parts(struct jail *j, const char *path, struct opened *o)
{
    char name[LIMIT_PATH];
    struct source *s;

    if (*path || snprintf(name, sizeof name, "%s", j->own_name) >= LIMIT_PATH)
        return;
    while (o->npart < LIMIT_EVIDENCE_BESIDE && next_name(name)) {
        s = jail_open_file(j, name, NULL);
        if (!s)
            break;
        o->part = xrealloc(o->part, o->npart + 1, sizeof(struct source *));
        o->part[o->npart++] = s;
    }
}

static bool pool_make(struct opened *o, const struct source *s)
{
    const struct yal *y = o->y;
    int at;

    if (y->bfio.libbfio_pool_initialize(&o->pool, 0, 0, NULL) != 1)
        return false;
    for (size_t i = 0; i <= o->npart; i++) {
        libbfio_handle_t *h = opened_io(y, i ? o->part[i - 1] : s);
        if (!h || y->bfio.libbfio_pool_append_handle(o->pool, &at, h, LIBBFIO_OPEN_READ, NULL) != 1)
            return false;
    }
    return true;
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
    if (good && y->extents)
        good = pool_make(o, s) && y->extents(o->h, opened_pun(o->pool), &error) == 1;
    good = good && y->size(o->h, &o->size, &error) == 1;
    return good ? EV_OK : opened_fault(y, &error, err, "cannot be opened");
}

/* The disk inside an image file; s itself when it is raw. NULL after TROUBLE. */
static struct source *open_image(struct jail *j, struct source *s, const char *path,
                                 enum yal_name name)
{
    const struct yal *y = libs_yal(j->libs, name);
    struct opened *o;
    struct ev_err err = { 0 };

    if (!y) {
        jail_trouble(j, path, "a disk image; built without %s: install %s-dev and rebuild",
                     libs_name(name), libs_name(name));
        return NULL;
    }
    o = opened_new(y, y->read, y->free);
    if (name == YAL_EWF)
        open_parts(j, path, o);
    if (open_with(o, s, name == YAL_EWF, &err) < 0) {
        jail_trouble(j, path, "a disk image (%s) that %s", libs_name(name), err.text);
        opened_close(o);
        return NULL;
    }
    return opened_source(o, path);
}

/* --- raw, of several files --- */

struct joined {
    struct source *const *part;
    size_t npart;
    const struct source *first;
    struct opened *holder;
};

static int joined_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    const struct joined *d = self;
    uint8_t *to = buf;
    size_t got = 0, part = 0;
    uint64_t size = 0;

    for (size_t i = 0; i <= d->npart && got < n; i++) {
        const struct source *s = i ? d->part[i - 1] : d->first;
        int rc;
        (void)source_size(s, &size);
        if (offset >= size) {
            offset -= size;
            continue;
        }
        rc = source_read_at(s, offset, to + got, n - got, &part, err);
        if (rc < 0)
            return rc;
        got += part;
        offset = 0;
    }
    *ret_n = got;
    return EV_OK;
}

static bool joined_size(void *self, uint64_t *ret)
{
    const struct joined *d = self;
    uint64_t size = 0, all = 0;

    for (size_t i = 0; i <= d->npart; i++) {
        (void)source_size(i ? d->part[i - 1] : d->first, &size);
        all += size;
    }
    *ret = all;
    return true;
}

static void joined_close(void *self)
{
    struct joined *d = self;

    opened_close(d->holder);
    free(d);
}

/* s and .002, .003 ... behind it; NULL when it is not called .001 or nothing follows. */
static struct source *open_split(struct jail *j, struct source *s, const char *path)
{
    static const struct source_ops ops = { .read_at = joined_read_at,
                                           .size = joined_size,
                                           .close = joined_close };
    size_t n = strlen(j->own_name);
    struct opened *o;
    struct joined *d;

    if (*path || n < 4 || strcmp(j->own_name + n - 4, ".001") != 0)
        return NULL;
    o = opened_new(NULL, NULL, NULL); /* for its parts alone */
    open_parts(j, path, o);
    d = xcalloc(1, sizeof *d);
    *d = (struct joined){ o->part, o->npart, s, o };
    return source_new(&ops, d, path);
}

/* --- what lies in it --- */

static void source_later(void *s)
{
    source_free(s);
}

static bool bytes_at(struct slice s, size_t at, const char *want)
{
    const size_t n = strlen(want);

    return s.n >= at + n && memcmp(s.p + at, want, n) == 0;
}

static bool bare_volume(struct slice s)
{
    return bytes_at(s, 3, "NTFS    ") || bytes_at(s, 3, "-FVE-FS-") || bytes_at(s, 3, "EXFAT   ") ||
           bytes_at(s, 54, "FAT1") || bytes_at(s, 82, "FAT32");
}

/* The library for an image of that beginning; YAL_COUNT: none, it is raw. */
static enum yal_name format_of(struct slice head)
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

void image_take(struct jail *j, struct source *s, const char *path, struct slice head)
{
    const enum yal_name name = format_of(head);
    struct source *disk;
    uint8_t start[512] = { 0 };
    size_t n = 0;

    if (!libs_tsk(j->libs)) {
        jail_trouble(j, path, "a disk image; libtsk is not there: install libtsk-dev and rebuild");
        return;
    }
    if (head.n >= 8 && bytes_at(head, 0, "EVF2")) {
        jail_trouble(j, path,
                     "an image of the format Ex01, which libewf does not read; convert it to E01");
        return;
    }
    if (name != YAL_COUNT)
        disk = open_image(j, s, path, name);
    else if (!(disk = open_split(j, s, path)))
        disk = s;
    if (!disk)
        return;
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
