/* container_impl.h - what the files of container.h share.
 * Rank: base/, container.h, wire.h. */
#ifndef INPUT_CONTAINER_IMPL_H
#define INPUT_CONTAINER_IMPL_H

#include <pthread.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/vec.h"
#include "input/container.h"
#include "input/wire.h"

struct container {
    struct container_options o;
    char *path;   /* of the item */
    char *inside; /* what of it is wanted */
    int file;     /* the item, for what lies in it as it is */
    int socket;   /* -1: the helper is gone */
    pid_t pid;
    const uint8_t
        *slot;     /* WIRE_SLOTS of WIRE_SLOT bytes, which the helper may change at any time */
    uint64_t disk; /* the budget */
    uint64_t kept; /* bytes in temporary files that the helper needs till its end */
    uint64_t passed;
    VEC(char *) beside; /* further files opened */
    bool started, go, done;
    struct buf name, text; /* of the member at hand */
    VEC(uint64_t) closing; /* handles that are done with, not said yet; under count_lock */
    struct ev_err lost;    /* why the helper is gone */
    struct wire in, out;
    pthread_mutex_t lock; /* the conversation */

    pthread_mutex_t count_lock; /* what follows */
    pthread_cond_t freed;
    uint64_t flying; /* bytes in temporary files of sources that were given */
    unsigned refs;
};

/* Where the helper is; out has room of LIMIT_PATH. False: nowhere. */
bool container_helper(const struct container_options *o, char *out);
/* Starts the helper: sets socket, pid, slot. */
int container_start(struct container *e, const struct source *from, struct ev_err *err);
/* Ends it. */
void container_stop(struct container *e);
/* Under the lock: the next message into e->in; ALIVE is passed over. When the helper has ended or hangs
 * it is put away, and err and e->lost say so. EV_EINTR: the user stopped. */
int container_hear(struct container *e, struct ev_err *err);
int container_say(struct container *e, const struct wire *w, int fd, struct ev_err *err);
/* Under the lock: tells the helper which handles are done with. */
int container_say_closed(struct container *e, struct ev_err *err);
/* The n bytes of a DATA message, checked; absent when it is none. Shared memory: copy, then look. */
struct slice container_data(const struct container *e);

/* One more user, who calls container_free. */
void container_ref(struct container *e);
/* A log in place, by its handle. */
struct source *container_remote(struct container *e, uint64_t handle, uint64_t size,
                                const char *path);
/* A log that lies in the item as it is: n pairs of where and how much, as in wire.h; handle is to be said
 * closed. NULL: they do not add up to size. */
struct source *container_direct(struct container *e, uint64_t handle, const uint64_t *pair,
                                size_t n, uint64_t size, const char *path);
/* Takes fd over; its size counts as flying until the source is freed. */
struct source *container_spooled(struct container *e, int fd, uint64_t size, const char *path);

#endif
