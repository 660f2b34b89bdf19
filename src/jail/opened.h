/* opened.h - what a library has opened, an image, a volume or a shadow copy, as a source.
 *
 * All of libyal open and read alike; what differs is in libs.c.
 * Rank: jail.h, libs.h. */
#ifndef JAIL_OPENED_H
#define JAIL_OPENED_H

#include "jail/libs.h"

#ifdef HAVE_IMAGES

struct opened {
    const struct yal *y;
    intptr_t *h;
    libbfio_handle_t *io;
    libbfio_pool_t *pool;
    ssize_t (*read)(intptr_t *h, void *p, size_t n, int64_t offset, intptr_t **error);
    int (*free)(intptr_t **h, intptr_t **error);
    uint64_t size;
    struct source **part; /* further files */
    size_t npart;
    struct opened *up;   /* what it continues */
    struct source *view; /* read instead, when the library reads it wrong; or NULL */
};

/* Nothing opened yet. read and free: of y, for what is going to be opened. */
struct opened *opened_new(const struct yal *y,
                          ssize_t (*read)(intptr_t *h, void *p, size_t n, int64_t offset,
                                          intptr_t **error),
                          int (*free)(intptr_t **h, intptr_t **error));
/* Frees it and all that it holds; also what a source made of it does at its end. */
void opened_close(void *opened);
/* The source; o belongs to it. */
struct source *opened_source(struct opened *o, const char *path);
/* What s was made of; NULL: of something else. */
const struct opened *opened_of(const struct source *s);
/* EV_EFORMAT with "WHAT: the library's own words" on the first cause, on one line. Frees *error. */
int opened_fault(const struct yal *y, intptr_t **error, struct ev_err *err, const char *what);

/* A source in the form that the library y reads; NULL: no. The caller frees it by y->bfio. */
libbfio_handle_t *opened_io(const struct yal *y, const struct source *src);
/* libyal has one type of pointer for all that it is given. */
intptr_t *opened_pun(void *p);

#endif
#endif
