/* source.c - dispatch to whatever delivers the bytes.
 *
 * The stream of a source that has only random access is made here, so that every such source tells
 * its bytes in one way only. May include: base/, source.h. */
#include "input/source.h"

#include "base/mem.h"

struct source {
    const struct source_ops *ops;
    void *self;
    char *path;
    enum source_state state;
    uint64_t at; /* next byte of a stream that is made from read_at */
};

struct source *source_new(const struct source_ops *ops, void *self, const char *path)
{
    struct source *s = xcalloc(1, sizeof *s);

    s->ops = ops;
    s->self = self;
    s->path = xstrdup(path);
    return s;
}

void *source_self(const struct source *s, const struct source_ops *ops)
{
    return s->ops == ops ? s->self : NULL;
}

void source_free(struct source *s)
{
    if (!s)
        return;
    if (s->ops->close)
        s->ops->close(s->self);
    free(s->path);
    free(s);
}

const char *source_path(const struct source *s)
{
    return s->path;
}

enum source_state source_state(const struct source *s)
{
    return s->state;
}

void source_set_state(struct source *s, enum source_state state)
{
    s->state = state;
}

bool source_size(const struct source *s, uint64_t *ret_size)
{
    return s->ops->size && s->ops->size(s->self, ret_size);
}

bool source_where(const struct source *s, uint64_t offset, uint64_t *ret_at, uint64_t *ret_n)
{
    return s->ops->where && s->ops->where(s->self, offset, ret_at, ret_n) && *ret_n > 0;
}

bool source_can_read_at(const struct source *s)
{
    return s->ops->read_at != NULL;
}

int source_read_at(const struct source *s, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err)
{
    int rc;

    if (!s->ops->read_at) {
        ev_err_set(err, EV_EUNSUPPORTED, "cannot be read at an offset, only from start to end");
        ev_err_file(err, s->path);
        return EV_EUNSUPPORTED;
    }
    rc = s->ops->read_at(s->self, offset, buf, n, ret_n, err);
    if (rc < 0 && err) {
        ev_err_file(err, s->path);
        ev_err_offset(err, offset);
    }
    return rc;
}

uint64_t source_next_data(const struct source *s, uint64_t offset)
{
    uint64_t next = s->ops->next_data ? s->ops->next_data(s->self, offset) : offset;

    return next < offset ? offset : next;
}

int source_stream(struct source *s, void *buf, size_t n, size_t *ret_n, struct ev_err *err)
{
    size_t got = 0;
    int rc;

    if (s->ops->stream) {
        rc = s->ops->stream(s->self, buf, n, ret_n, err);
        if (rc < 0 && err)
            ev_err_file(err, s->path);
        return rc;
    }
    rc = source_read_at(s, s->at, buf, n, &got, err);
    if (rc < 0)
        return rc;
    s->at += got;
    *ret_n = got;
    return EV_OK;
}
