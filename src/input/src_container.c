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

/* Under the lock: says READ or NEXT of a place in r, and hears the answer. */
static int exchange(const struct remote *r, enum wire_type what, uint64_t offset, size_t n,
                    struct ev_err *err)
{
    struct container *e = r->e;
    int rc = container_say_closed(e, err);

    wire_init(&e->out, what, SLICE_ABSENT);
    e->out.handle = r->handle;
    e->out.offset = offset;
    e->out.n = (uint32_t)n;
    if (rc == EV_OK)
        rc = container_say(e, &e->out, -1, err);
    if (rc == EV_OK)
        rc = container_hear(e, err);
    return rc;
}

/* One slot's worth at most. */
static int ask(struct remote *r, uint64_t offset, uint8_t *to, size_t n, size_t *ret_n,
               struct ev_err *err)
{
    struct container *e = r->e;
    struct slice s;
    int rc;

    pthread_mutex_lock(&e->lock);
    rc = exchange(r, WIRE_READ, offset, n < WIRE_SLOT ? n : WIRE_SLOT, err);
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

static uint64_t remote_next_data(void *self, uint64_t offset)
{
    struct remote *r = self;
    struct container *e = r->e;

    pthread_mutex_lock(&e->lock);
    /* Whatever it says: beyond the end is the end, and what is behind is not believed. */
    if (exchange(r, WIRE_NEXT, offset, 0, NULL) == EV_OK && e->in.type == WIRE_DATA &&
        e->in.offset > offset)
        offset = e->in.offset < r->size ? e->in.offset : r->size;
    pthread_mutex_unlock(&e->lock);
    return offset;
}

static bool remote_size(void *self, uint64_t *ret_size)
{
    *ret_size = ((struct remote *)self)->size;
    return true;
}

static void say_closed_later(struct container *e, uint64_t handle)
{
    /* Said by whoever talks next: here the conversation may be busy for long. */
    pthread_mutex_lock(&e->count_lock);
    (void)vec_push(&e->closing, LIMIT_EVIDENCE_MEMBERS, handle);
    pthread_mutex_unlock(&e->count_lock);
}

static void remote_close(void *self)
{
    struct remote *r = self;

    say_closed_later(r->e, r->handle);
    container_free(r->e);
    free(r);
}

struct source *container_remote(struct container *e, uint64_t handle, uint64_t size,
                                const char *path)
{
    static const struct source_ops ops = { .read_at = remote_read_at,
                                           .size = remote_size,
                                           .next_data = remote_next_data,
                                           .close = remote_close };
    struct remote *r = xcalloc(1, sizeof *r);

    container_ref(e);
    *r = (struct remote){ e, handle, size };
    return source_new(&ops, r, path);
}

struct extent {
    uint64_t at; /* in the log */
    uint64_t in; /* in the item; SOURCE_HOLE: zeros */
};

struct direct {
    struct container *e;
    uint64_t handle, size;
    size_t n;
    struct extent extent[]; /* n, in order; each reaches to the next */
};

static size_t extent_at(const struct direct *d, uint64_t offset)
{
    size_t low = 0, high = d->n;

    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (d->extent[mid].at <= offset)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Within one extent. */
static int direct_part(const struct direct *d, uint64_t offset, uint8_t *to, size_t n,
                       size_t *ret_n, struct ev_err *err)
{
    const size_t i = extent_at(d, offset);
    const struct extent *x = &d->extent[i];
    const uint64_t end = i + 1 < d->n ? d->extent[i + 1].at : d->size;
    ssize_t r;

    if (n > end - offset)
        n = (size_t)(end - offset);
    *ret_n = n;
    if (x->in == SOURCE_HOLE) {
        memset(to, 0, n);
        return EV_OK;
    }
    do
        r = pread(d->e->file, to, n, (off_t)(x->in + (offset - x->at)));
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return ev_err_errno(err, EV_EIO, errno, "cannot be read");
    *ret_n = (size_t)r;
    return EV_OK;
}

static int direct_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    const struct direct *d = self;
    size_t got = 0, part = 1;

    if (offset >= d->size)
        n = 0;
    else if (n > d->size - offset)
        n = (size_t)(d->size - offset);
    while (got < n && part > 0) {
        int rc = direct_part(d, offset + got, (uint8_t *)buf + got, n - got, &part, err);
        if (rc < 0)
            return rc;
        got += part;
    }
    *ret_n = got;
    return EV_OK;
}

static bool direct_size(void *self, uint64_t *ret_size)
{
    *ret_size = ((struct direct *)self)->size;
    return true;
}

static void direct_close(void *self)
{
    struct direct *d = self;

    say_closed_later(d->e, d->handle);
    container_free(d->e);
    free(d);
}

struct source *container_direct(struct container *e, uint64_t handle, const uint64_t *pair,
                                size_t n, uint64_t size, const char *path)
{
    static const struct source_ops ops = { .read_at = direct_read_at,
                                           .size = direct_size,
                                           .close = direct_close };
    struct direct *d = xcalloc(1, sizeof *d + n * sizeof *d->extent);
    uint64_t at = 0;

    d->e = e;
    d->handle = handle;
    d->size = size;
    d->n = n;
    for (size_t i = 0; i < n && at <= size; i++) {
        d->extent[i] = (struct extent){ at, pair[2 * i] };
        if (pair[2 * i + 1] == 0 || pair[2 * i + 1] > size - at ||
            (pair[2 * i] != SOURCE_HOLE && pair[2 * i] > (uint64_t)INT64_MAX - size))
            break;
        at += pair[2 * i + 1];
    }
    if (at != size || size == 0) {
        free(d);
        return NULL;
    }
    container_ref(e);
    return source_new(&ops, d, path);
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
