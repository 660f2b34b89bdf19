/* opened.c - see opened.h. May include: base/, input/, this folder, the libraries' headers. */
#include "jail/opened.h"

#include "base/mem.h"

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

libbfio_handle_t *opened_io(const struct yal *y, const struct source *src)
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

intptr_t *opened_pun(void *p)
{
    return p;
}

/* --- an opened image or volume as a source --- */

int opened_fault(const struct yal *y, intptr_t **error, struct ev_err *err, const char *what)
{
    char text[4096] = "unknown fault";
    char *end;

    if (*error) {
        (void)y->error_sprint(*error, text, sizeof text);
        y->error_free(error);
    }
    end = strchr(text, '\n');
    if (end)
        *end = '\0';
    return ev_err_set(err, EV_EFORMAT, "%s: %s", what, text);
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
        ssize_t r;
        if (o->view)
            return source_read_at(o->view, offset, buf, n, ret_n, err);
        r = o->read(o->h, to + got, n - got, (int64_t)(offset + got), &error);
        if (r < 0) {
            opened_fault(o->y, &error, err, "the image cannot be read here");
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

void opened_close(void *self)
{
    struct opened *o = self;

    if (o->h)
        o->free(&o->h, NULL);
    if (o->pool)
        o->y->bfio.libbfio_pool_free(&o->pool, NULL);
    if (o->io)
        o->y->bfio.libbfio_handle_free(&o->io, NULL);
    source_free(o->view);
    if (o->up)
        opened_close(o->up);
    for (size_t i = 0; i < o->npart; i++)
        source_free(o->part[i]);
    free(o->part);
    free(o);
}

static const struct source_ops opened_ops = { .read_at = opened_read_at,
                                              .size = opened_size,
                                              .close = opened_close };

struct opened *opened_new(const struct yal *y,
                          ssize_t (*read)(intptr_t *h, void *p, size_t n, int64_t offset,
                                          intptr_t **error),
                          int (*free)(intptr_t **h, intptr_t **error))
{
    struct opened *o = xcalloc(1, sizeof *o);

    o->y = y;
    o->read = read;
    o->free = free;
    return o;
}

const struct opened *opened_of(const struct source *s)
{
    return source_self(s, &opened_ops);
}

struct source *opened_source(struct opened *o, const char *path)
{
    return source_new(&opened_ops, o, path);
}
#endif
