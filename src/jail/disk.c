#include "jail/disk.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/image.h"
#include "jail/space.h"

#ifdef HAVE_IMAGES

/* libtsk reads whole volumes in search of what lost its folder, and says nothing meanwhile; large images are
 * mostly holes. */
static ssize_t disk_read(TSK_IMG_INFO *img, TSK_OFF_T offset, char *p, size_t n)
{
    struct disk *d = (struct disk *)(void *)img;
    const uint64_t at = (uint64_t)offset;
    size_t got = 0;

    if (offset < 0)
        return -1;
    jail_alive(d->j);
    if (at >= d->hole && at < d->data && n <= d->data - at) {
        memset(p, 0, n);
        return (ssize_t)n;
    }
    if (source_read_at(d->src, at, p, n, &got, NULL) < 0)
        return -1;
    if (got > 1 && p[0] == 0 && memcmp(p, p + 1, got - 1) == 0) {
        uint64_t next = source_next_data(d->src, at);
        if (next > at + got) {
            d->hole = at;
            d->data = next;
        }
    }
    return (ssize_t)got;
}

static void disk_closed(TSK_IMG_INFO *img)
{
    (void)img;
}

static void disk_stat(TSK_IMG_INFO *img, FILE *to)
{
    (void)img, (void)to;
}

struct disk *disk_new(struct jail *j, const struct tsk *t, const struct source *s)
{
    struct disk *d = xcalloc(1, sizeof *d);
    uint64_t size = 0;

    d->src = s;
    d->tsk = t;
    d->j = j;
    if (source_size(s, &size) && size > 0 && size < INT64_MAX &&
        t->tsk_img_open_external(d, (TSK_OFF_T)size, 512, disk_read, disk_closed, disk_stat))
        return d;
    free(d);
    return NULL;
}

void disk_free(struct disk *d)
{
    if (!d)
        return;
    d->tsk->tsk_img_close(&d->img);
    free(d);
}

static void source_later(void *s)
{
    source_free(s);
}

static void partition(struct jail *j, const struct source *disk, uint64_t from, uint64_t size,
                      unsigned number, const char *path,
                      void (*volume)(struct jail *j, struct source *s, const char *path))
{
    char name[16], inside[LIMIT_PATH];
    struct source *s;

    snprintf(name, sizeof name, "p%u", number);
    if (!item_join(j, path, "!/", name, inside) || !item_wanted(j, inside))
        return;
    s = source_piece(disk, from, size, inside);
    volume(j, s, inside);
    jail_later(j, source_later, s);
}

void partitions_take(struct jail *j, struct source *source, const char *path,
                     void (*volume)(struct jail *j, struct source *s, const char *path))
{
    const struct tsk *t = libs_tsk(j->libs);
    struct disk *d = disk_new(j, t, source);
    TSK_VS_INFO *vs = d ? t->tsk_vs_open(&d->img, 0, TSK_VS_TYPE_DETECT) : NULL;
    unsigned number = 0;
    uint64_t size = 0;

    (void)source_size(source, &size);
    if (!vs)
        jail_trouble(j, path, "a disk without a partition table or a file system that is known");
    if (!vs)
        space_whole(j, source, path);
    for (TSK_PNUM_T i = 0; vs && i < vs->part_count && i < LIMIT_EVIDENCE_PARTITIONS; i++) {
        const TSK_VS_PART_INFO *part = t->tsk_vs_part_get(vs, i);
        uint64_t from, n;
        if (!part || !(part->flags & TSK_VS_PART_FLAG_ALLOC))
            continue;
        number++;
        if (__builtin_mul_overflow((uint64_t)part->start, (uint64_t)vs->block_size, &from) ||
            __builtin_mul_overflow((uint64_t)part->len, (uint64_t)vs->block_size, &n) ||
            from >= size)
            continue;
        partition(j, source, from, n < size - from ? n : size - from, number, path, volume);
    }
    if (vs)
        t->tsk_vs_close(vs);
    disk_free(d);
}
#endif
