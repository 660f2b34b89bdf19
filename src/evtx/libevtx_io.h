/* libevtx_io.h - a source as libbfio sees it.
 * Rank: base/, input/. The only files that include libevtx's and libbfio's headers are libevtx_*.c
 * and this one's users. */
#ifndef EVTX_LIBEVTX_IO_H
#define EVTX_LIBEVTX_IO_H

#include <libbfio.h>

#include "input/source.h"

/* A handle that reads from src (which must tell its size and read at an offset, and outlive the
 * handle). EV_ENOMEM. Free it with libbfio_handle_free. */
int libevtx_io_new(const struct source *src, uint64_t size, libbfio_handle_t **ret);

#endif
