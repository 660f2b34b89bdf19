/* vhd.c - a differencing VHD upon its parent.
 *
 * Not by libvhdi, which (20210425) takes all sectors behind the first one that is there for there too, up to the
 * end of a byte of the bitmap, and so gives zeros for the parent's bytes. It still opens the file, and tells
 * the parent. Virtual Hard Disk Image Format Specification 1.0, Microsoft 2006. May include: base/, input/,
 * this folder. */
#include "jail/image.h"

#include "base/mem.h"

#ifdef HAVE_IMAGES

enum { SECTOR = 512, NO_BLOCK = 0xffffffffu };

struct vhd {
    const struct source *child;
    struct source *parent;
    uint64_t size, table;
    uint32_t count, block; /* of the table; bytes of one */
    uint64_t at;           /* the block whose place and bitmap are known */
    uint64_t place;        /* of its data in the file; 0: it is not there */
    uint8_t *bitmap;
};

static uint64_t big_endian(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* Bytes of a block's bitmap, whole sectors. */
static uint32_t bitmap_bytes(const struct vhd *v)
{
    return (v->block / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
}

static int exactly(const struct source *s, uint64_t offset, void *to, size_t n, struct ev_err *err)
{
    size_t got = 0;
    int rc = source_read_at(s, offset, to, n, &got, err);

    return rc == EV_OK && got < n ? ev_err_set(err, EV_ETRUNC, "the image ends too early") : rc;
}

static int load(struct vhd *v, uint64_t block, struct ev_err *err)
{
    uint8_t entry[4];
    uint32_t sector;
    int rc = EV_OK;

    if (block == v->at)
        return EV_OK;
    v->at = UINT64_MAX;
    v->place = 0;
    if (block < v->count) {
        rc = exactly(v->child, v->table + 4 * block, entry, sizeof entry, err);
        if (rc < 0)
            return rc;
        sector = (uint32_t)big_endian(entry, 4);
        if (sector != NO_BLOCK) {
            rc = exactly(v->child, (uint64_t)sector * SECTOR, v->bitmap, bitmap_bytes(v), err);
            v->place = (uint64_t)sector * SECTOR + bitmap_bytes(v);
        }
    }
    if (rc == EV_OK)
        v->at = block;
    return rc;
}

static bool is_there(const struct vhd *v, uint64_t in_block)
{
    const uint64_t s = in_block / SECTOR;

    return v->place && v->bitmap[s / 8] & 0x80 >> s % 8;
}

/* Bytes from in_block on, n at most, that come from the same file. */
static size_t run(const struct vhd *v, uint64_t in_block, size_t n)
{
    const bool there = is_there(v, in_block);
    uint64_t end = in_block / SECTOR * SECTOR + SECTOR;

    if (!v->place)
        end = v->block;
    while (end < v->block && end < in_block + n && is_there(v, end) == there)
        end += SECTOR;
    return end - in_block < n ? (size_t)(end - in_block) : n;
}

static int vhd_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                       struct ev_err *err)
{
    struct vhd *v = self;
    uint8_t *to = buf;
    size_t got = 0, part = 0;
    int rc;

    if (offset >= v->size)
        n = 0;
    else if (n > v->size - offset)
        n = (size_t)(v->size - offset);
    for (; got < n; got += part) {
        const uint64_t at = offset + got, in_block = at % v->block;
        rc = load(v, at / v->block, err);
        if (rc < 0)
            return rc;
        part = run(v, in_block, n - got);
        if (is_there(v, in_block)) {
            rc = exactly(v->child, v->place + in_block, to + got, part, err);
        } else {
            size_t some = 0;
            rc = source_read_at(v->parent, at, to + got, part, &some, err);
            if (rc == EV_OK && some < part) /* the child was made larger */
                memset(to + got + some, 0, part - some);
        }
        if (rc < 0)
            return rc;
    }
    *ret_n = n;
    return EV_OK;
}

static bool vhd_size(void *self, uint64_t *ret)
{
    *ret = ((struct vhd *)self)->size;
    return true;
}

static void vhd_close(void *self)
{
    struct vhd *v = self;

    source_free(v->parent);
    free(v->bitmap);
    free(v);
}

struct source *vhd_over(const struct source *child, struct source *parent, struct ev_err *err)
{
    static const struct source_ops ops = { .read_at = vhd_read_at,
                                           .size = vhd_size,
                                           .close = vhd_close };
    uint8_t foot[SECTOR], head[1024];
    struct vhd *v = xcalloc(1, sizeof *v);
    int rc = exactly(child, 0, foot, sizeof foot, err);

    v->child = child;
    v->parent = parent;
    v->at = UINT64_MAX;
    if (rc == EV_OK)
        rc = exactly(child, big_endian(foot + 16, 8), head, sizeof head, err);
    if (rc == EV_OK) {
        v->size = big_endian(foot + 48, 8);
        v->table = big_endian(head + 16, 8);
        v->count = (uint32_t)big_endian(head + 28, 4);
        v->block = (uint32_t)big_endian(head + 32, 4);
        if (memcmp(head, "cxsparse", 8) != 0 || v->block < 8 * SECTOR ||
            v->block > LIMIT_MIB(256) || (v->block & (v->block - 1)) || v->table > INT64_MAX ||
            v->size > INT64_MAX)
            rc = ev_err_set(err, EV_EFORMAT, "has a header that cannot be right");
    }
    if (rc < 0) {
        vhd_close(v);
        return NULL;
    }
    v->bitmap = xcalloc(1, bitmap_bytes(v));
    return source_new(&ops, v, "");
}
#endif
