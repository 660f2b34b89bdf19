/* bde.c - a BitLocker volume, opened by libbde with the keys that were given.
 *
 * libbde (20190102) sees a volume through a view, which changes what it stumbles over: it refuses entries
 * of version 3, as Windows 11 writes them for a clear key, and of several recovery passwords it knows
 * the first only. What the bytes mean: libbde's documentation of the format, and the volumes of
 * ../shared/disk/bitlk-images.tar.xz. May include: base/, input/, this folder, the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/opened.h"

#ifdef HAVE_IMAGES

enum {
    BLOCKS = 3,            /* copies of the metadata */
    BLOCK = LIMIT_KIB(64), /* of one; entries need far less */
    HEADS = 112,           /* before the first entry */
    ENTRY = 8,             /* before its value: size, kind, kind of value, version */
    KIND_MASTER_KEY = 2,
    PROTECTION = ENTRY + 26, /* of a master key, 16 bits */
    BY_RECOVERY = 0x0800,
    BY_NOBODY = 0x0fff, /* no such kind */
    XTS_256 = 0x8005
};

struct patch {
    uint64_t at;
    uint8_t byte;
};

struct view {
    const struct source *s;
    VEC(struct patch) patch;
};

static uint64_t little(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = n; i > 0; i--)
        v = v << 8 | p[i - 1];
    return v;
}

static int view_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                        struct ev_err *err)
{
    const struct view *v = self;
    size_t got = 0;
    int rc = source_read_at(v->s, offset, buf, n, &got, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < v->patch.n; i++)
        if (v->patch.v[i].at >= offset && v->patch.v[i].at - offset < got)
            ((uint8_t *)buf)[v->patch.v[i].at - offset] = v->patch.v[i].byte;
    *ret_n = got;
    return EV_OK;
}

static bool view_size(void *self, uint64_t *ret)
{
    return source_size(((struct view *)self)->s, ret);
}

static void view_close(void *self)
{
    struct view *v = self;

    vec_release(&v->patch);
    free(v);
}

static void set16(struct view *v, uint64_t at, unsigned value)
{
    (void)vec_push(&v->patch, BLOCK, (struct patch){ at, (uint8_t)value });
    (void)vec_push(&v->patch, BLOCK, (struct patch){ at + 1, (uint8_t)(value >> 8) });
}

/* One copy of the metadata. Hides recovery passwords before number `hide`; returns how many there are. */
static unsigned view_block(struct view *v, uint64_t at, unsigned hide, unsigned *ret_method)
{
    uint8_t *d = xcalloc(1, BLOCK);
    size_t n = 0, end;
    unsigned recoveries = 0;

    if (source_read_at(v->s, at, d, BLOCK, &n, NULL) < 0 || n < HEADS ||
        memcmp(d, "-FVE-FS-", 8) != 0)
        n = HEADS;
    else
        *ret_method = (unsigned)little(d + 64 + 36, 2);
    end = 64 + (size_t)little(d + 64, 4);
    if (end > n)
        end = n;
    for (size_t i = HEADS; i + PROTECTION + 2 <= end;) {
        size_t size = (size_t)little(d + i, 2);
        if (size < ENTRY)
            break;
        if (little(d + i + 6, 2) == 3)
            set16(v, at + i + 6, 1);
        if (little(d + i + 2, 2) == KIND_MASTER_KEY &&
            little(d + i + PROTECTION, 2) == BY_RECOVERY && recoveries++ < hide)
            set16(v, at + i + PROTECTION, BY_NOBODY);
        i += size;
    }
    free(d);
    return recoveries;
}

static struct source *view_new(const struct source *s, unsigned hide, unsigned *ret_recoveries,
                               unsigned *ret_method)
{
    static const struct source_ops ops = { .read_at = view_read_at,
                                           .size = view_size,
                                           .close = view_close };
    struct view *v = xcalloc(1, sizeof *v);
    uint8_t head[512] = { 0 };
    size_t n = 0;

    v->s = s;
    (void)source_read_at(s, 0, head, sizeof head, &n, NULL);
    /* A stick (BitLocker To Go) has the header of a FAT volume in front. */
    const size_t where = memcmp(head + 3, "-FVE-FS-", 8) == 0 ? 176 : 440;
    for (size_t i = 0; i < BLOCKS; i++) {
        unsigned k = view_block(v, little(head + where + 8 * i, 8), hide, ret_method);
        if (k > *ret_recoveries)
            *ret_recoveries = k;
    }
    return source_new(&ops, v, "");
}

static bool set_key(struct opened *o, const struct secret *k)
{
    const struct yal *y = o->y;
    const uint8_t *text = (const uint8_t *)k->text;
    struct source *bek;
    libbfio_handle_t *io;
    bool good;

    if (k->kind == WIRE_KEY_BITLOCKER_PASSWORD)
        return y->password(o->h, text, k->n, NULL) == 1;
    if (k->kind == WIRE_KEY_BITLOCKER_RECOVERY)
        return y->recovery(o->h, text, k->n, NULL) == 1;
    bek = source_open_memory(slice_of(text, k->n), "key");
    io = opened_io(y, bek);
    good = io && y->startup(o->h, opened_pun(io), NULL) == 1;
    if (io)
        y->bfio.libbfio_handle_free(&io, NULL);
    source_free(bek);
    return good;
}

struct attempt {
    struct jail *j;
    const struct yal *y;
    const struct source *s;
    unsigned recoveries, method;
    char why[160]; /* the library's word when it does not open it whatever the key */
    bool fits;     /* a key opened what the library then could not read */
};

/* Opens it with the key (NULL: none) and past `hide` recovery passwords. NULL: no. */
static struct opened *attempt(struct attempt *a, const struct secret *k, unsigned hide)
{
    const struct yal *y = a->y;
    struct opened *o = opened_new(y, y->read, y->free);
    struct source *view = view_new(a->s, hide, &a->recoveries, &a->method);
    intptr_t *error = NULL;
    struct ev_err err = { 0 };
    int rc;

    parts_add(o, view);
    jail_alive(a->j);
    if (y->make(&o->h, NULL) == 1 && (!k || set_key(o, k)) && (o->io = opened_io(y, view))) {
        rc = y->open(o->h, opened_pun(o->io), LIBBFIO_OPEN_READ, &error);
        if (rc == 1 && y->locked(o->h, NULL) == 0 && y->size(o->h, &o->size, NULL) == 1)
            return o;
        if (rc != 1 && error) {
            (void)opened_fault(y, &error, &err, "");
            a->fits |= a->method == XTS_256 && strstr(err.text, "tweak key") != NULL;
            if (!strstr(err.text, "missing ")) /* that kind of key does not open this volume */
                snprintf(a->why, sizeof a->why, "%.150s", err.text + 2);
        }
    }
    opened_close(o);
    return NULL;
}

struct source *bde_unlock(struct jail *j, const struct yal *y, const struct source *s,
                          const char *path)
{
    struct attempt a = { .j = j, .y = y, .s = s };
    struct opened *o = attempt(&a, NULL, 0);
    size_t tried = 0;

    for (size_t i = 0; !o && i < j->keys.n; i++) {
        const struct secret *k = &j->keys.v[i];
        unsigned hide = 0;
        if (k->kind == WIRE_KEY_ARCHIVE)
            continue;
        tried++;
        do
            o = attempt(&a, k, hide);
        while (!o && k->kind == WIRE_KEY_BITLOCKER_RECOVERY && ++hide < a.recoveries);
    }
    if (o)
        return opened_source(o, path);
    if (a.fits)
        jail_trouble(
            j, path,
            "BitLocker with AES-XTS and keys of 256 bits: a key fits, but this libbde does not "
            "read that kind; a newer one may, or decrypt the volume first");
    else if (*a.why)
        jail_trouble(j, path, "BitLocker of a kind that libbde does not read (%s)", a.why);
    else
        jail_trouble(j, path,
                     tried ? "BitLocker, none of the keys given opens it"
                           : "BitLocker, no key given (--bitlocker-password-file, "
                             "--bitlocker-recovery-key-file, --bitlocker-startup-key-file)");
    return NULL;
}
#endif
