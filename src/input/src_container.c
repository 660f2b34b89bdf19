/* src_container.c - logs inside evidence as sources: in place by questions to the helper, or in a
 * temporary file. May include: base/, container_impl.h. */
#include "input/container_impl.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

struct remote {
    struct container *e;
    uint64_t handle, size;
};

/* One slot's worth at most. */
static int ask(struct remote *r, uint64_t offset, uint8_t *to, size_t n, size_t *ret_n,
               struct ev_err *err)
{
    struct container *e = r->e;
    struct slice s;
    int rc;

    pthread_mutex_lock(&e->lock);
    rc = container_say_closed(e, err);
    wire_init(&e->out, WIRE_READ, SLICE_ABSENT);
    e->out.handle = r->handle;
    e->out.offset = offset;
    e->out.n = (uint32_t)(n < WIRE_SLOT ? n : WIRE_SLOT);
    if (rc == EV_OK)
        rc = container_say(e, &e->out, -1, err);
    if (rc == EV_OK)
        rc = container_hear(e, err);
    if (rc == EV_OK && e->in.type == WIRE_FAILED) {
        rc = ev_err_set(err, EV_EIO, "%s", e->in.text);
    } else if (rc == EV_OK) {
        s = container_data(e);
        if (s.p && s.n <= n) {
            memcpy(to, s.p, s.n);
            *ret_n = s.n;
        } else {
            container_stop(e);
            rc = ev_err_set(err, EV_EIO, "its reader says nonsense; nothing more of it is read");
            e->lost = err ? *err : (struct ev_err){ .rc = EV_EIO };
        }
    }
    pthread_mutex_unlock(&e->lock);
    return rc;
}

static int remote_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    struct remote *r = self;
    size_t got = 0, part = 0;

    if (offset >= r->size)
        n = 0;
    else if (n > r->size - offset)
        n = (size_t)(r->size - offset);
    while (got < n) {
        int rc = ask(r, offset + got, (uint8_t *)buf + got, n - got, &part, err);
        if (rc < 0)
            return rc;
        if (part == 0)
            break;
        got += part;
    }
    *ret_n = got;
    return EV_OK;
}

static bool remote_size(void *self, uint64_t *ret_size)
{
    *ret_size = ((struct remote *)self)->size;
    return true;
}

static void remote_close(void *self)
{
    struct remote *r = self;

    /* Said by whoever talks next: here the conversation may be busy for long. */
    pthread_mutex_lock(&r->e->count_lock);
    (void)vec_push(&r->e->closing, LIMIT_EVIDENCE_MEMBERS, r->handle);
    pthread_mutex_unlock(&r->e->count_lock);
    container_free(r->e);
    free(r);
}

struct source *container_remote(struct container *e, uint64_t handle, uint64_t size,
                                const char *path)
{
    static const struct source_ops ops = { .read_at = remote_read_at,
                                           .size = remote_size,
                                           .close = remote_close };
    struct remote *r = xcalloc(1, sizeof *r);

    container_ref(e);
    *r = (struct remote){ e, handle, size };
    return source_new(&ops, r, path);
}

struct spooled {
    struct container *e;
    uint64_t size;
    int fd;
};

static int spooled_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                           struct ev_err *err)
{
    const struct spooled *s = self;
    size_t got = 0;

    while (got < n) {
        ssize_t r = pread(s->fd, (uint8_t *)buf + got, n - got, (off_t)(offset + got));
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return ev_err_errno(err, EV_EIO, errno, "a temporary file cannot be read");
        if (r == 0)
            break;
        got += (size_t)r;
    }
    *ret_n = got;
    return EV_OK;
}

static bool spooled_size(void *self, uint64_t *ret_size)
{
    *ret_size = ((struct spooled *)self)->size;
    return true;
}

static void spooled_close(void *self)
{
    struct spooled *s = self;

    close(s->fd);
    pthread_mutex_lock(&s->e->count_lock);
    s->e->flying -= s->size;
    pthread_cond_broadcast(&s->e->freed);
    pthread_mutex_unlock(&s->e->count_lock);
    container_free(s->e);
    free(s);
}

struct source *container_spooled(struct container *e, int fd, uint64_t size, const char *path)
{
    static const struct source_ops ops = { .read_at = spooled_read_at,
                                           .size = spooled_size,
                                           .close = spooled_close };
    struct spooled *s = xcalloc(1, sizeof *s);

    pthread_mutex_lock(&e->count_lock);
    e->refs++;
    e->flying += size;
    pthread_mutex_unlock(&e->count_lock);
    *s = (struct spooled){ e, size, fd };
    return source_new(&ops, s, path);
}
