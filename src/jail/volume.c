/* volume.c - a volume of a disk: unlocked where BitLocker has it, its file system, its shadow copies.
 *
 * May include: base/, input/, this folder, the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/opened.h"

#ifdef HAVE_IMAGES

static void source_later(void *s)
{
    source_free(s);
}

static bool is_volume_of(const struct yal *y, const struct source *s)
{
    libbfio_handle_t *io = opened_io(y, s);
    bool yes = io && y->is(opened_pun(io), NULL) == 1;

    if (io)
        y->bfio.libbfio_handle_free(&io, NULL);
    return yes;
}

static void shadow(struct jail *j, const struct yal *y, intptr_t *volume, int i, const char *path)
{
    char name[32], inside[LIMIT_PATH];
    struct opened *o = opened_new(y, y->store_read, y->store_free);
    intptr_t *error = NULL;
    struct ev_err err = { 0 };
    struct source *s;

    snprintf(name, sizeof name, "@vss%d", i + 1);
    if (!item_join(j, path, "", name, inside) || !item_wanted(j, inside)) {
        opened_close(o);
        return;
    }
    if (y->store(volume, i, &o->h, &error) != 1 || y->store_size(o->h, &o->size, &error) != 1) {
        (void)opened_fault(y, &error, &err, "cannot be opened");
        jail_trouble(j, inside, "a shadow copy that %s", err.text);
        opened_close(o);
        return;
    }
    s = opened_source(o, inside);
    files_take(j, s, inside);
    jail_later(j, source_later, s);
}

/* For who has no libvshadow: the mark of their header is at 0x1e00. */
static bool has_shadows(const struct source *s)
{
    static const uint8_t mark[] = { 0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e,
                                    0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52 };
    uint8_t is[sizeof mark];
    size_t n = 0;

    return source_read_at(s, 0x1e00, is, sizeof is, &n, NULL) == EV_OK && n == sizeof is &&
           memcmp(is, mark, sizeof is) == 0;
}

static void shadows(struct jail *j, struct source *s, const char *path)
{
    const struct yal *y = libs_yal(j->libs, YAL_VSHADOW);
    struct opened *o;
    char why[LIBS_SENTENCE];
    int n = 0;

    if (!y && has_shadows(s))
        jail_trouble(j, path, "its shadow copies are not looked at: %s",
                     libs_missing(YAL_VSHADOW, why));
    if (!y || !is_volume_of(y, s))
        return;
    o = opened_new(y, y->read, y->free);
    if (y->make(&o->h, NULL) != 1 || !(o->io = opened_io(y, s)) ||
        y->open(o->h, opened_pun(o->io), LIBBFIO_OPEN_READ, NULL) != 1 ||
        y->stores(o->h, &n, NULL) != 1) {
        jail_trouble(j, path, "its shadow copies cannot be read");
        n = 0;
    }
    for (int i = 0; i < n && i < LIMIT_EVIDENCE_SHADOWS; i++)
        shadow(j, y, o->h, i, path);
    jail_later(j, opened_close, o);
}

static void volume(struct jail *j, struct source *s, const char *path, bool plain)
{
    const struct yal *bde = libs_yal(j->libs, YAL_BDE);
    uint8_t head[512] = { 0 };
    char why[LIBS_SENTENCE];
    size_t n = 0;
    struct source *open;

    if (source_read_at(s, 0, head, sizeof head, &n, NULL) < 0 || !item_wanted(j, path))
        return;
    /* libbde does not know all that carry the mark, and finds some that do not. */
    if (!plain && (memcmp(head + 3, "-FVE-FS-", 8) == 0 || (bde && is_volume_of(bde, s)))) {
        if (!bde) {
            jail_trouble(j, path, "BitLocker; %s", libs_missing(YAL_BDE, why));
            return;
        }
        open = bde_unlock(j, bde, s, path);
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

void volume_take(struct jail *j, struct source *s, const char *path)
{
    volume(j, s, path, false);
}
#endif
