#include "jail/media.h"

#include "jail/opened.h"

#ifdef HAVE_IMAGES

/* What libewf has found while the disk was read. */
static void tell_bad_blocks(struct jail *j, const struct opened *o, const char *path)
{
    uint32_t n = 0;
    uint64_t first = 0, count = 0, sectors = 0;

    if (!o || !o->y->bad_count || o->y->bad_count(o->h, &n, NULL) != 1 || n == 0)
        return;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = 0, many = 0;
        if (o->y->bad_at(o->h, i, &at, &many, NULL) != 1)
            continue;
        if (count++ == 0 || at < first)
            first = at;
        sectors += many;
    }
    jail_trouble(j, path,
                 "damaged: %llu sectors of its disk do not fit the checksums stored with them, the "
                 "first is sector %llu",
                 (unsigned long long)sectors, (unsigned long long)first);
}

static void stored_of(const struct opened *o, uint8_t stored[WIRE_STORED])
{
    if (o && o->y->md5 && o->y->md5(o->h, stored + 1, 16, NULL) == 1)
        stored[0] |= 1;
    if (o && o->y->sha1 && o->y->sha1(o->h, stored + 17, 20, NULL) == 1)
        stored[0] |= 2;
}

void media_take(struct jail *j, const struct source *file, struct source *disk, const char *path)
{
    const struct opened *o = opened_of(disk);
    uint8_t stored[WIRE_STORED] = { 0 };

    if (!(j->flags & WIRE_MEDIA_WANTED) || (disk == file && !*path))
        return;
    stored_of(o, stored);
    jail_media(j, disk, path, stored);
    tell_bad_blocks(j, o, path);
}
#else
void media_take(struct jail *j, const struct source *file, struct source *disk, const char *path)
{
    (void)j, (void)file, (void)disk, (void)path;
}
#endif
