/* over.c - a disk as if it were a QCOW2 image, for the images that continue it.
 *
 * libqcow joins an image with the one before it only if both are its own, and reads for ever where that one is
 * shorter (an image that was made larger later). So header and tables are made up, in front of the disk's
 * bytes: clusters of 2 MiB, each where it would be, zeros behind the disk's end. Version 2 of the format:
 * docs/interop/qcow2 of QEMU. May include: base/, input/, this folder. */
#include "jail/image.h"

#include "base/mem.h"

#ifdef HAVE_IMAGES

enum { BITS = 21, ENTRY = 8 };
#define CLUSTER (UINT64_C(1) << BITS)
#define PER_TABLE (CLUSTER / ENTRY)
#define COPIED (UINT64_C(1) << 63) /* nobody else uses the cluster */

/* header | first level | second level tables | the disk; each at a multiple of CLUSTER. */
struct over {
    const struct source *disk;
    uint64_t size, clusters, tables,
        level1; /* clusters of the disk; second level tables; clusters of L1 */
};

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint64_t disk_at(const struct over *o)
{
    return (1 + o->level1 + o->tables) * CLUSTER;
}

/* The entry of a table, first or second level, that is at this offset of the file. */
static uint64_t table_entry(const struct over *o, uint64_t offset)
{
    uint64_t i = (offset - CLUSTER) / ENTRY;

    if (i < o->level1 * PER_TABLE)
        return i < o->tables ? (1 + o->level1 + i) * CLUSTER | COPIED : 0;
    i -= o->level1 * PER_TABLE;
    return i < o->clusters ? (disk_at(o) + i * CLUSTER) | COPIED : 0;
}

static void head(const struct over *o, uint8_t *h)
{
    memcpy(h, "QFI\xfb", 4);
    put(h + 4, 2, 4);
    put(h + 20, BITS, 4);
    put(h + 24, o->size, 8);
    put(h + 36, o->tables, 4);
    put(h + 40, CLUSTER, 8);
}

static int over_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                        struct ev_err *err)
{
    const struct over *o = self;
    const uint64_t data = disk_at(o);
    uint8_t first[72] = { 0 }, entry[ENTRY], *to = buf;
    size_t got = 0;

    head(o, first);
    for (; got < n && offset < data; got++, offset++) {
        if (offset < CLUSTER) {
            to[got] = offset < sizeof first ? first[offset] : 0;
            continue;
        }
        put(entry, table_entry(o, offset), ENTRY);
        to[got] = entry[offset % ENTRY];
    }
    if (got < n) {
        size_t part = 0;
        uint64_t at = offset - data;
        int rc = source_read_at(o->disk, at, to + got, n - got, &part, err);
        if (rc < 0)
            return rc;
        got += part;
        at += part;
        if (got < n && at < o->clusters * CLUSTER) {
            uint64_t left = o->clusters * CLUSTER - at;
            part = left < n - got ? (size_t)left : n - got;
            memset(to + got, 0, part);
            got += part;
        }
    }
    *ret_n = got;
    return EV_OK;
}

static bool over_size(void *self, uint64_t *ret)
{
    const struct over *o = self;

    *ret = disk_at(o) + o->clusters * CLUSTER;
    return true;
}

struct source *over_disk(const struct source *disk, uint64_t size)
{
    static const struct source_ops ops = { .read_at = over_read_at,
                                           .size = over_size,
                                           .close = free };
    struct over *o = xcalloc(1, sizeof *o);

    o->disk = disk;
    /* Nothing is added up beyond 64 bits. */
    o->size = size < LIMIT_EVIDENCE_LOG * 1024 ? size : LIMIT_EVIDENCE_LOG * 1024;
    o->clusters = (o->size + CLUSTER - 1) / CLUSTER;
    o->tables = (o->clusters + PER_TABLE - 1) / PER_TABLE;
    o->level1 = (o->tables + PER_TABLE - 1) / PER_TABLE;
    return source_new(&ops, o, "");
}
#endif
