/* libevtx_io.c - libbfio's callbacks over source_read_at.
 *
 * By callbacks and not by path, so that libevtx reads exactly the source that the native reader
 * reads, wherever its bytes are. May include: base/, input/, libbfio. */
#include "evtx/libevtx_io.h"

#include <stdio.h>

#include "base/mem.h"

struct io {
    const struct source *src;
    uint64_t size;
    uint64_t at;
    bool open;
};

/* libbfio passes the struct as an opaque word pointer. */
static struct io *io_of(intptr_t *handle)
{
    return (struct io *)(void *)handle;
}

static int io_free(intptr_t **handle, libbfio_error_t **error)
{
    (void)error;
    free(*handle);
    *handle = NULL;
    return 1;
}

static int io_clone(intptr_t **to, intptr_t *from, libbfio_error_t **error)
{
    struct io *copy = xcalloc(1, sizeof *copy);

    (void)error;
    *copy = *io_of(from);
    copy->open = false;
    *to = (intptr_t *)(void *)copy;
    return 1;
}

static int io_open(intptr_t *handle, int flags, libbfio_error_t **error)
{
    (void)error;
    if (flags & LIBBFIO_ACCESS_FLAG_WRITE)
        return -1;
    io_of(handle)->open = true;
    io_of(handle)->at = 0;
    return 1;
}

static int io_close(intptr_t *handle, libbfio_error_t **error)
{
    (void)error;
    io_of(handle)->open = false;
    return 0;
}

static ssize_t io_read(intptr_t *handle, uint8_t *buffer, size_t size, libbfio_error_t **error)
{
    struct io *io = io_of(handle);
    size_t n = 0;

    (void)error;
    if (source_read_at(io->src, io->at, buffer, size, &n, NULL) < 0)
        return -1;
    io->at += n;
    return (ssize_t)n;
}

static ssize_t io_write(intptr_t *handle, const uint8_t *buffer, size_t size,
                        libbfio_error_t **error)
{
    (void)handle, (void)buffer, (void)size, (void)error;
    return -1; /* evidence is never written */
}

static off64_t io_seek(intptr_t *handle, off64_t offset, int whence, libbfio_error_t **error)
{
    struct io *io = io_of(handle);
    int64_t base = 0;

    (void)error;
    if (whence == SEEK_CUR)
        base = (int64_t)io->at;
    else if (whence == SEEK_END)
        base = (int64_t)io->size;
    else if (whence != SEEK_SET)
        return -1;
    if (__builtin_add_overflow(base, (int64_t)offset, &base) || base < 0)
        return -1;
    io->at = (uint64_t)base;
    return (off64_t)base;
}

static int io_exists(intptr_t *handle, libbfio_error_t **error)
{
    (void)handle, (void)error;
    return 1;
}

static int io_is_open(intptr_t *handle, libbfio_error_t **error)
{
    (void)error;
    return io_of(handle)->open;
}

static int io_size(intptr_t *handle, size64_t *size, libbfio_error_t **error)
{
    (void)error;
    *size = io_of(handle)->size;
    return 1;
}

int libevtx_io_new(const struct source *src, uint64_t size, libbfio_handle_t **ret)
{
    struct io *io = xcalloc(1, sizeof *io);
    libbfio_handle_t *handle = NULL;
    libbfio_error_t *error = NULL;

    io->src = src;
    io->size = size;
    if (libbfio_handle_initialize(&handle, (intptr_t *)(void *)io, io_free, io_clone, io_open,
                                  io_close, io_read, io_write, io_seek, io_exists, io_is_open,
                                  io_size, LIBBFIO_FLAG_IO_HANDLE_MANAGED, &error) != 1) {
        libbfio_error_free(&error);
        free(io);
        return EV_ENOMEM;
    }
    *ret = handle;
    return EV_OK;
}
