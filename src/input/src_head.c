/* src_head.c - a stream whose first bytes were read already, made whole again.
 * May include: base/, source.h. */
#include "input/source.h"

#include "base/mem.h"

struct src_head {
    struct source *from;
    uint8_t *p;
    size_t n, at;
};

static int head_stream(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err)
{
    struct src_head *h = self;
    size_t left = h->n - h->at;

    if (left == 0)
        return source_stream(h->from, buf, n, ret_n, err);
    if (n > left)
        n = left;
    memcpy(buf, h->p + h->at, n);
    h->at += n;
    *ret_n = n;
    return EV_OK;
}

static bool head_size(void *self, uint64_t *ret_size)
{
    struct src_head *h = self;

    return source_size(h->from, ret_size);
}

static void head_close(void *self)
{
    struct src_head *h = self;

    source_free(h->from);
    free(h->p);
    free(h);
}

static const struct source_ops head_ops = {
    .stream = head_stream,
    .size = head_size,
    .close = head_close,
};

struct source *source_with_head(struct slice head, struct source *from)
{
    struct src_head *h = xcalloc(1, sizeof *h);

    h->from = from;
    h->n = head.n;
    h->p = xcalloc(1, head.n + 1);
    if (head.n)
        memcpy(h->p, head.p, head.n);
    return source_new(&head_ops, h, source_path(from));
}
