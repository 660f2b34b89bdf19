/* libevtx_open.c - the decoder over libevtx: opening and closing.
 *
 * It is the second, independent reader of event logs: slower, and it loses what libevtx cannot
 * render, but it agrees or disagrees with the native one by another author's code. What it shows
 * differently is listed in doc/decoders.md.
 * May include: base/, event/, input/, this folder, libevtx, libbfio. */
#include "evtx/libevtx_impl.h"

#include "base/mem.h"
#include "evtx/libevtx_io.h"

static void reader_close(struct reader *reader)
{
    struct libevtx_reader *r = (struct libevtx_reader *)(void *)reader;
    libevtx_error_t *error = NULL;

    if (!r)
        return;
    if (r->file && libevtx_file_free(&r->file, &error) != 1)
        libevtx_error_free(&error);
    if (r->handle)
        libbfio_handle_free(&r->handle, NULL);
    free(r);
}

static int refuse(struct ev_err *err, const char *path, libevtx_error_t **error)
{
    struct libevtx_why why;

    libevtx_why_read(&why, error);
    ev_err_set(err, EV_EFORMAT, "libevtx cannot read it (%s); the native decoder may", why.text);
    ev_err_file(err, path);
    return EV_EFORMAT;
}

/* Opens r->file on the source; reader_close undoes it, also after a failure. */
static int file_open(struct libevtx_reader *r, struct ev_err *err)
{
    libevtx_error_t *error = NULL;
    const char *path = source_path(r->base.src);

    if (libevtx_io_new(r->base.src, r->size, &r->handle) < 0)
        return ev_err_set(err, EV_ENOMEM, "no memory for libbfio");
    if (libevtx_file_initialize(&r->file, &error) != 1 ||
        libevtx_file_open_file_io_handle(r->file, r->handle, LIBEVTX_OPEN_READ, &error) != 1)
        return refuse(err, path, &error);
    return EV_OK;
}

static int reader_open(struct source *src, const struct reader_options *o, struct reader **ret,
                       struct ev_err *err)
{
    struct libevtx_reader *r;
    uint64_t size = 0;
    int rc;

    if (!source_can_read_at(src) || !source_size(src, &size)) {
        ev_err_set(err, EV_EUNSUPPORTED, "libevtx needs a file, not a stream; save it first");
        ev_err_file(err, source_path(src));
        return EV_EUNSUPPORTED;
    }
    if (size == 0) {
        ev_err_set(err, EV_EFORMAT, "the file is empty");
        ev_err_file(err, source_path(src));
        return EV_EFORMAT;
    }
    r = xcalloc(1, sizeof *r);
    r->base.src = src;
    r->base.options = *o;
    r->size = size;
    rc = file_open(r, err);
    if (rc < 0) {
        reader_close(&r->base);
        return rc;
    }
    *ret = &r->base;
    return EV_OK;
}

static uint64_t reader_jobs(const struct reader *r)
{
    (void)r;
    return 1;
}

const struct decoder decoder_libevtx = {
    .name = "libevtx",
    .open = reader_open,
    .jobs = reader_jobs,
    .run = libevtx_run,
    .close = reader_close,
};
