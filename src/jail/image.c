/* image.c - disk images as sources: raw, split raw, E01, VHD and VHDX, VMDK, QCOW2; and volumes on them
 * that are encrypted (BitLocker) or have shadow copies.
 *
 * All of libyal open and read alike; what differs is in libs.c. May include: base/, input/, this folder,
 * the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/libs.h"

#ifdef HAVE_IMAGES

/* --- a source for a library --- */

struct io {
    const struct source *src;
    uint64_t size, at;
    bool open;
};

static struct io *io_of(intptr_t *h)
{
    return (struct io *)(void *)h;
}

static int io_free(intptr_t **h, libbfio_error_t **error)
{
    (void)error;
    free(*h);
    *h = NULL;
    return 1;
}

static int io_clone(intptr_t **to, intptr_t *from, libbfio_error_t **error)
{
    struct io *copy = xcalloc(1, sizeof *copy);

    (void)error;
    *copy = *io_of(from);
    *to = (intptr_t *)(void *)copy;
    return 1;
}

static int io_open(intptr_t *h, int flags, libbfio_error_t **error)
{
    (void)error, (void)flags;
    io_of(h)->open = true;
    io_of(h)->at = 0;
    return 1;
}

static int io_close(intptr_t *h, libbfio_error_t **error)
{
    (void)error;
    io_of(h)->open = false;
    return 0;
}

static ssize_t io_read(intptr_t *h, uint8_t *p, size_t n, libbfio_error_t **error)
{
    struct io *io = io_of(h);
    size_t got = 0;

    (void)error;
    if (source_read_at(io->src, io->at, p, n, &got, NULL) < 0)
        return -1;
    io->at += got;
    return (ssize_t)got;
}

static ssize_t io_write(intptr_t *h, const uint8_t *p, size_t n, libbfio_error_t **error)
{
    (void)h, (void)p, (void)n, (void)error;
    return -1;
}

static off64_t io_seek(intptr_t *h, off64_t offset, int whence, libbfio_error_t **error)
{
    struct io *io = io_of(h);
    int64_t base = whence == SEEK_CUR   ? (int64_t)io->at
                   : whence == SEEK_END ? (int64_t)io->size
                                        : 0;

    (void)error;
    if (__builtin_add_overflow(base, (int64_t)offset, &base) || base < 0)
        return -1;
    io->at = (uint64_t)base;
    return base;
}

static int io_exists(intptr_t *h, libbfio_error_t **error)
{
    (void)h, (void)error;
    return 1;
}

static int io_is_open(intptr_t *h, libbfio_error_t **error)
{
    (void)error;
    return io_of(h)->open;
}

static int io_size(intptr_t *h, size64_t *size, libbfio_error_t **error)
{
    (void)error;
    *size = io_of(h)->size;
    return 1;
}

static libbfio_handle_t *io_new(const struct yal *y, const struct source *src)
{
    struct io *io = xcalloc(1, sizeof *io);
    libbfio_handle_t *h = NULL;

    io->src = src;
    (void)source_size(src, &io->size);
    if (y->bfio.libbfio_handle_initialize(
            &h, (intptr_t *)(void *)io, io_free, io_clone, io_open, io_close, io_read, io_write,
            io_seek, io_exists, io_is_open, io_size, LIBBFIO_FLAG_IO_HANDLE_MANAGED, NULL) != 1) {
        free(io);
        return NULL;
    }
    return h;
}

/* --- an opened image or volume as a source --- */

struct opened {
    const struct yal *y;
    intptr_t *h;
    libbfio_handle_t *io;
    libbfio_pool_t *pool;
    ssize_t (*read)(intptr_t *h, void *p, size_t n, int64_t offset, intptr_t **error);
    int (*free)(intptr_t **h, intptr_t **error);
    uint64_t size;
    struct source **part; /* further files */
    size_t npart;
};

/* The library's own words, on one line. */
static void why(const struct yal *y, intptr_t **error, struct ev_err *err, const char *what)
{
    char text[400] = "unknown fault";
    char *end;

    if (*error) {
        (void)y->error_sprint(*error, text, sizeof text);
        y->error_free(error);
    }
    end = strchr(text, '\n');
    if (end)
        *end = '\0';
    ev_err_set(err, EV_EFORMAT, "%s: %s", what, text);
}

static int opened_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    struct opened *o = self;
    uint8_t *to = buf;
    size_t got = 0;

    if (offset >= o->size)
        n = 0;
    else if (n > o->size - offset)
        n = (size_t)(o->size - offset);
    while (got < n) {
        intptr_t *error = NULL;
        ssize_t r = o->read(o->h, to + got, n - got, (int64_t)(offset + got), &error);
        if (r < 0) {
            why(o->y, &error, err, "the image cannot be read here");
            return EV_EIO;
        }
        if (r == 0)
            break;
        got += (size_t)r;
    }
    *ret_n = got;
    return EV_OK;
}

static bool opened_size(void *self, uint64_t *ret)
{
    *ret = ((struct opened *)self)->size;
    return true;
}

static void opened_close(void *self)
{
    struct opened *o = self;

    if (o->h)
        o->free(&o->h, NULL);
    if (o->pool)
        o->y->bfio.libbfio_pool_free(&o->pool, NULL);
    if (o->io)
        o->y->bfio.libbfio_handle_free(&o->io, NULL);
    for (size_t i = 0; i < o->npart; i++)
        source_free(o->part[i]);
    free(o->part);
    free(o);
}

static const struct source_ops opened_ops = { .read_at = opened_read_at,
                                              .size = opened_size,
                                              .close = opened_close };

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
        libbfio_handle_t *h = io_new(y, i ? o->part[i - 1] : s);
        if (!h || y->bfio.libbfio_pool_append_handle(o->pool, &at, h, LIBBFIO_OPEN_READ, NULL) != 1)
            return false;
    }
    return true;
}

static void *pun(void *p)
{
    return p;
}

static int open_with(struct opened *o, const struct source *s, bool pool, struct ev_err *err)
{
    const struct yal *y = o->y;
    intptr_t *error = NULL;
    bool good;

    if (y->make(&o->h, &error) != 1) {
        why(y, &error, err, "cannot be opened");
        return EV_EFORMAT;
    }
    if (pool)
        good = pool_make(o, s);
    else
        good = (o->io = io_new(y, s)) != NULL;
    good = good && y->open(o->h, pun(pool ? (void *)o->pool : (void *)o->io), LIBBFIO_OPEN_READ,
                           &error) == 1;
    if (good && y->extents)
        good = pool_make(o, s) && y->extents(o->h, pun(o->pool), &error) == 1;
    good = good && y->size(o->h, &o->size, &error) == 1;
    if (!good) {
        why(y, &error, err, "cannot be opened");
        return EV_EFORMAT;
    }
    return EV_OK;
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
    o = xcalloc(1, sizeof *o);
    o->y = y;
    o->read = y->read;
    o->free = y->free;
    if (name == YAL_EWF)
        open_parts(j, path, o);
    if (open_with(o, s, name == YAL_EWF, &err) < 0) {
        jail_trouble(j, path, "a disk image (%s) that %s", libs_name(name), err.text);
        opened_close(o);
        return NULL;
    }
    return source_new(&opened_ops, o, path);
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
    o = xcalloc(1, sizeof *o);
    open_parts(j, path, o);
    d = xcalloc(1, sizeof *d);
    *d = (struct joined){ o->part, o->npart, s, o };
    return source_new(&ops, d, path);
}

/* --- volumes --- */

static void source_later(void *s)
{
    source_free(s);
}

static bool is_volume_of(const struct yal *y, const struct source *s)
{
    libbfio_handle_t *io = io_new(y, s);
    bool yes = io && y->is(pun(io), NULL) == 1;

    if (io)
        y->bfio.libbfio_handle_free(&io, NULL);
    return yes;
}

static bool unlock_with(struct opened *o, const struct source *s, const struct secret *k,
                        struct ev_err *err)
{
    const struct yal *y = o->y;
    const uint8_t *text = k ? (const uint8_t *)k->text : NULL;
    struct source *bek;
    libbfio_handle_t *io;

    if (y->make(&o->h, NULL) != 1)
        return false;
    if (k && k->kind == WIRE_KEY_BITLOCKER_PASSWORD && y->password(o->h, text, k->n, NULL) != 1)
        return false;
    if (k && k->kind == WIRE_KEY_BITLOCKER_RECOVERY && y->recovery(o->h, text, k->n, NULL) != 1)
        return false;
    if (k && k->kind == WIRE_KEY_BITLOCKER_STARTUP) {
        bek = source_open_memory(slice_of(text, k->n), "key");
        io = io_new(y, bek);
        bool good = io && y->startup(o->h, pun(io), NULL) == 1;
        if (io)
            y->bfio.libbfio_handle_free(&io, NULL);
        source_free(bek);
        if (!good)
            return false;
    }
    o->io = io_new(y, s);
    if (!o->io || y->open(o->h, pun(o->io), LIBBFIO_OPEN_READ, NULL) != 1)
        return false;
    (void)err;
    return y->locked(o->h, NULL) == 0 && y->size(o->h, &o->size, NULL) == 1;
}

/* The plain volume behind BitLocker: without a key (a clear key lies in it), then with each. */
static struct source *unlock(struct jail *j, const struct yal *y, struct source *s,
                             const char *path)
{
    size_t tried = 0;

    for (size_t i = 0; i <= j->keys.n; i++) {
        const struct secret *k = i ? &j->keys.v[i - 1] : NULL;
        struct opened *o;
        if (k && k->kind == WIRE_KEY_ARCHIVE)
            continue;
        tried += k != NULL;
        o = xcalloc(1, sizeof *o);
        o->y = y;
        o->read = y->read;
        o->free = y->free;
        if (unlock_with(o, s, k, NULL))
            return source_new(&opened_ops, o, path);
        opened_close(o);
        jail_alive(j);
    }
    jail_trouble(j, path,
                 tried ? "BitLocker, none of the keys given opens it, or libbde does not "
                         "know this kind"
                       : "BitLocker, no key given (--bitlocker-password-file, "
                         "--bitlocker-recovery-key-file, --bitlocker-startup-key-file)");
    return NULL;
}

static void shadow(struct jail *j, const struct yal *y, intptr_t *volume, int i, const char *path)
{
    char name[32], inside[LIMIT_PATH];
    struct opened *o = xcalloc(1, sizeof *o);
    intptr_t *error = NULL;
    struct ev_err err = { 0 };
    struct source *s;

    snprintf(name, sizeof name, "@vss%d", i + 1);
    o->y = y;
    o->read = y->store_read;
    o->free = y->store_free;
    if (!item_join(j, path, "", name, inside) || !item_wanted(j, inside)) {
        opened_close(o);
        return;
    }
    if (y->store(volume, i, &o->h, &error) != 1 || y->store_size(o->h, &o->size, &error) != 1) {
        why(y, &error, &err, "cannot be opened");
        jail_trouble(j, inside, "a shadow copy that %s", err.text);
        opened_close(o);
        return;
    }
    s = source_new(&opened_ops, o, inside);
    files_take(j, s, inside);
    jail_later(j, source_later, s);
}

static void shadows(struct jail *j, struct source *s, const char *path)
{
    const struct yal *y = libs_yal(j->libs, YAL_VSHADOW);
    struct opened *o;
    struct ev_err err = { 0 };
    int n = 0;

    if (!y || !is_volume_of(y, s))
        return;
    o = xcalloc(1, sizeof *o);
    o->y = y;
    o->free = y->free;
    if (y->make(&o->h, NULL) != 1 || !(o->io = io_new(y, s)) ||
        y->open(o->h, pun(o->io), LIBBFIO_OPEN_READ, NULL) != 1 || y->stores(o->h, &n, NULL) != 1) {
        jail_trouble(j, path, "its shadow copies cannot be read");
        n = 0;
    }
    (void)err;
    for (int i = 0; i < n && i < LIMIT_EVIDENCE_SHADOWS; i++)
        shadow(j, y, o->h, i, path);
    jail_later(j, opened_close, o);
}

static void volume(struct jail *j, struct source *s, const char *path, bool plain)
{
    const struct yal *bde = libs_yal(j->libs, YAL_BDE);
    uint8_t head[512] = { 0 };
    size_t n = 0;
    struct source *open;

    if (source_read_at(s, 0, head, sizeof head, &n, NULL) < 0 || !item_wanted(j, path))
        return;
    if (!plain && bde ? is_volume_of(bde, s) : memcmp(head + 3, "-FVE-FS-", 8) == 0) {
        if (!bde) {
            jail_trouble(j, path,
                         "BitLocker; built without libbde: install libbde-dev and rebuild");
            return;
        }
        open = unlock(j, bde, s, path);
        if (open) {
            volume(j, open, path, true);
            jail_later(j, source_later, open);
        }
        return;
    }
    files_take(j, s, path);
    if (!(j->flags & WIRE_NO_SHADOWS) && memcmp(head + 3, "NTFS    ", 8) == 0)
        shadows(j, s, path);
}

static void one_volume(struct jail *j, struct source *s, const char *path)
{
    volume(j, s, path, false);
}

static bool bare_volume(const uint8_t *p)
{
    return memcmp(p + 3, "NTFS    ", 8) == 0 || memcmp(p + 3, "-FVE-FS-", 8) == 0 ||
           memcmp(p + 3, "EXFAT   ", 8) == 0 || memcmp(p + 54, "FAT1", 4) == 0 ||
           memcmp(p + 82, "FAT32", 5) == 0;
}

void image_take(struct jail *j, struct source *s, const char *path, struct slice head)
{
    struct source *disk = s;
    const uint8_t *p = head.p;
    uint8_t start[512] = { 0 };
    size_t n = 0;

    if (!libs_tsk(j->libs)) {
        jail_trouble(j, path, "a disk image; libtsk is not there: install libtsk-dev and rebuild");
        return;
    }
    if (head.n >= 8 && memcmp(p, "EVF2", 4) == 0) {
        jail_trouble(j, path,
                     "an image of the format Ex01, which libewf does not read; convert it to E01");
        return;
    }
    if (head.n >= 8 && memcmp(p, "EVF", 3) == 0)
        disk = open_image(j, s, path, YAL_EWF);
    else if (head.n >= 8 && (memcmp(p, "conectix", 8) == 0 || memcmp(p, "vhdxfile", 8) == 0))
        disk = open_image(j, s, path, YAL_VHDI);
    else if (head.n >= 21 && (memcmp(p, "KDMV", 4) == 0 || memcmp(p, "# Disk", 6) == 0))
        disk = open_image(j, s, path, YAL_VMDK);
    else if (head.n >= 4 && memcmp(p, "QFI\xfb", 4) == 0)
        disk = open_image(j, s, path, YAL_QCOW);
    else
        disk = open_split(j, s, path);
    if (!disk && (head.n < 4 ||
                  (memcmp(p, "EVF", 3) && memcmp(p, "conectix", 8) && memcmp(p, "vhdxfile", 8) &&
                   memcmp(p, "KDMV", 4) && memcmp(p, "# Disk", 6) && memcmp(p, "QFI\xfb", 4))))
        disk = s;
    if (!disk)
        return;
    if (source_read_at(disk, 0, start, sizeof start, &n, NULL) == EV_OK && bare_volume(start))
        one_volume(j, disk, path);
    else
        partitions_take(j, disk, path, one_volume);
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
