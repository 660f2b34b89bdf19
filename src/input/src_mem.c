/* src_mem.c - bytes in memory as a source: tests, fuzzers, archive members that are small.
 * May include: base/, source.h. */
#include "input/source.h"

#include "base/mem.h"

struct src_mem {
    struct slice bytes;
};

static int mem_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                       struct ev_err *err)
{
    const struct src_mem *m = self;
    struct slice part = SLICE_ABSENT;

    (void)err;
    if (offset < m->bytes.n)
        part = slice_sub(m->bytes, (size_t)offset, n);
    if (part.n > 0)
        memcpy(buf, part.p, part.n);
    *ret_n = part.n;
    return EV_OK;
}

static bool mem_size(void *self, uint64_t *ret_size)
{
    const struct src_mem *m = self;

    *ret_size = m->bytes.n;
    return true;
}

static void mem_close(void *self)
{
    free(self);
}

static const struct source_ops mem_ops = {
    .read_at = mem_read_at,
    .size = mem_size,
    .close = mem_close,
};

struct source *source_open_memory(struct slice bytes, const char *path)
{
    struct src_mem *m = xcalloc(1, sizeof *m);

    m->bytes = bytes;
    return source_new(&mem_ops, m, path);
}
