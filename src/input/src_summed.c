/* src_summed.c - a source whose checksum is made of what is read of it anyway.
 *
 * Readers take pieces in any order and on several threads, and some twice. So each read leaves a sum of its
 * own; at the end these are joined from the first byte to the last, and only what nobody has read, or
 * what begins inside another piece, is read for the sum. May include: base/, source.h. */
#include <pthread.h>

#include "base/crc32.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "input/source.h"

/* Whoever looks at the beginning reads more of it than its header, which would hide the large piece behind
 * that: little is read again in the end. */
enum { WORTH = LIMIT_KIB(16) };

struct part {
    uint64_t at;
    size_t n;
    uint32_t crc;
};

struct summed {
    struct source *of;
    uint32_t crc; /* as it should be */
    VEC(struct part) part;
    pthread_mutex_t lock;
};

static int summed_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    struct summed *s = self;
    struct part part = { .at = offset };
    int rc = source_read_at(s->of, offset, buf, n, &part.n, err);

    if (rc < 0)
        return rc;
    *ret_n = part.n;
    if (part.n < WORTH)
        return EV_OK;
    part.crc = crc32_add(0, slice_of(buf, part.n));
    pthread_mutex_lock(&s->lock);
    (void)vec_push(&s->part, LIMIT_SUMMED_PARTS, part); /* no room: it is read again in the end */
    pthread_mutex_unlock(&s->lock);
    return EV_OK;
}

static bool summed_size(void *self, uint64_t *ret_size)
{
    return source_size(((struct summed *)self)->of, ret_size);
}

static uint64_t summed_next_data(void *self, uint64_t offset)
{
    return source_next_data(((struct summed *)self)->of, offset);
}

static void summed_close(void *self)
{
    struct summed *s = self;

    source_free(s->of);
    vec_release(&s->part);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static const struct source_ops summed_ops = { .read_at = summed_read_at,
                                              .size = summed_size,
                                              .next_data = summed_next_data,
                                              .close = summed_close };

struct source *source_summed(struct source *of, uint32_t crc)
{
    struct summed *s = xcalloc(1, sizeof *s);
    struct source *whole;

    s->of = of;
    s->crc = crc;
    pthread_mutex_init(&s->lock, NULL);
    whole = source_new(&summed_ops, s, source_path(of));
    source_set_state(whole, source_state(of));
    return whole;
}

static int by_place(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->n > y->n) - (x->n < y->n);
}

/* Adds what lies between *at and end to the sum. */
static int read_between(const struct summed *s, uint64_t *at, uint64_t end, uint32_t *crc,
                        struct ev_err *err)
{
    const size_t step = end - *at < LIMIT_KIB(64) ? (size_t)(end - *at) : LIMIT_KIB(64);
    uint8_t *room = xcalloc(1, step);
    size_t n = 1;
    int rc = EV_OK;

    while (rc == EV_OK && *at < end && n > 0) {
        rc = source_read_at(s->of, *at, room, end - *at < step ? (size_t)(end - *at) : step, &n,
                            err);
        if (rc == EV_OK)
            *crc = crc32_add(*crc, slice_of(room, n));
        *at += rc == EV_OK ? n : 0;
    }
    free(room);
    return rc == EV_OK && *at < end ? ev_err_set(err, EV_ETRUNC, "ends too early") : rc;
}

int source_settle(const struct source *source, struct ev_err *err)
{
    struct summed *s = source_self(source, &summed_ops);
    uint64_t at = 0, size = 0;
    uint32_t crc = 0;
    int rc = EV_OK;

    if (!s)
        return EV_OK;
    if (s->part.n > 1)
        qsort(s->part.v, s->part.n, sizeof *s->part.v, by_place);
    for (size_t i = 0; rc == EV_OK && i < s->part.n; i++) {
        const struct part *p = &s->part.v[i];
        if (p->at > at)
            rc = read_between(s, &at, p->at, &crc, err);
        if (rc == EV_OK && p->at == at) {
            crc = crc32_join(crc, p->crc, p->n);
            at += p->n;
        }
    }
    (void)source_size(s->of, &size);
    if (rc == EV_OK && at < size)
        rc = read_between(s, &at, size, &crc, err);
    if (rc == EV_OK && crc != s->crc)
        rc = ev_err_set(err, EV_EFORMAT,
                        "is damaged or was altered: it does not fit the checksum that its "
                        "archive holds");
    return rc;
}
