/* src_piece.c - a part of a source as a source: a partition, a member that is stored as it is.
 * May include: base/, source.h. */
#include "base/mem.h"
#include "input/source.h"

struct piece {
    const struct source *of;
    uint64_t from, size;
};

static int piece_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                         struct ev_err *err)
{
    const struct piece *p = self;

    if (offset >= p->size)
        n = 0;
    else if (n > p->size - offset)
        n = (size_t)(p->size - offset);
    return source_read_at(p->of, p->from + offset, buf, n, ret_n, err);
}

static bool piece_size(void *self, uint64_t *ret_size)
{
    *ret_size = ((struct piece *)self)->size;
    return true;
}

static bool piece_where(void *self, uint64_t offset, uint64_t *ret_at, uint64_t *ret_n)
{
    const struct piece *p = self;

    if (offset >= p->size || !source_where(p->of, p->from + offset, ret_at, ret_n))
        return false;
    if (*ret_n > p->size - offset)
        *ret_n = p->size - offset;
    return true;
}

static uint64_t piece_next_data(void *self, uint64_t offset)
{
    const struct piece *p = self;

    return offset < p->size ? source_next_data(p->of, p->from + offset) - p->from : p->size;
}

struct source *source_piece(const struct source *of, uint64_t from, uint64_t size, const char *path)
{
    static const struct source_ops ops = { .read_at = piece_read_at,
                                           .size = piece_size,
                                           .where = piece_where,
                                           .next_data = piece_next_data,
                                           .close = free };
    struct piece *p = xcalloc(1, sizeof *p);

    *p = (struct piece){ of, from, size };
    return source_new(&ops, p, path);
}
