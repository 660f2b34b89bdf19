/* spool.c - sorted runs of rows in an unlinked temporary file.
 *
 * A row is the length of its own bytes and that of its common text (4 bytes each, little-endian), then
 * both. The highest bit of the second says that the common text is that of the row before.
 * May include: base/. */
#include "detect/spool.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/tempfile.h"

#define HEAD 8
#define SAME UINT32_C(0x80000000)

struct spool {
    int fd;
    char *dir;
    uint64_t size; /* bytes written */
    size_t buffer;
    struct buf out;
    size_t last_at, last_n; /* in out: the common text of the row before, in this run */
    struct buf kept;        /* the same when out was written since; then last_n is 0 */
};

int spool_new(const char *tmpdir, size_t buffer, struct spool **ret, struct ev_err *err)
{
    struct spool *s;
    int fd, rc = tempfile_open(tmpdir, &fd, err);

    if (rc < 0)
        return rc;
    s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->dir = xstrdup(tempfile_folder(tmpdir));
    s->buffer = buffer;
    buf_init(&s->out, buffer + 2 * LIMIT_DETECTION + HEAD);
    buf_init(&s->kept, LIMIT_DETECTION);
    *ret = s;
    return EV_OK;
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    close(s->fd);
    free(s->dir);
    buf_release(&s->out);
    buf_release(&s->kept);
    free(s);
}

static int no_memory(size_t n, struct ev_err *err)
{
    return ev_err_set(err, EV_ENOMEM, "no memory for a row of %zu bytes", n);
}

static int write_out(struct spool *s, struct ev_err *err)
{
    size_t done = 0;

    while (done < s->out.n) {
        ssize_t n = pwrite(s->fd, s->out.p + done, s->out.n - done, (off_t)(s->size + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            ev_err_errno(err, EV_EIO, n < 0 ? errno : ENOSPC,
                         "cannot write to a temporary file there (make room or choose another "
                         "folder with --tmpdir)");
            ev_err_file(err, s->dir);
            return EV_EIO;
        }
        done += (size_t)n;
    }
    s->size += done;
    if (s->last_n) {
        buf_clear(&s->kept);
        buf_put(&s->kept, s->out.p + s->last_at, s->last_n);
        s->last_n = 0;
    }
    buf_clear(&s->out);
    return s->kept.full ? no_memory(done, err) : EV_OK;
}

int spool_flush(struct spool *s, uint64_t *ret_end, struct ev_err *err)
{
    int rc;

    s->last_n = 0; /* the next run is read without this one */
    buf_clear(&s->kept);
    rc = write_out(s, err);
    if (rc == EV_OK)
        *ret_end = s->size;
    return rc;
}

static void store32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int spool_put(struct spool *s, const struct spool_row *row, struct ev_err *err)
{
    const struct slice last =
        s->last_n ? slice_of(s->out.p + s->last_at, s->last_n) : buf_view(&s->kept);
    const bool same = row->common.n && slice_eq(last, row->common);
    const size_t n = row->own.n + (same ? 0 : row->common.n);
    uint8_t head[HEAD];
    int rc;

    if (row->own.n > LIMIT_DETECTION || row->common.n > LIMIT_DETECTION)
        return ev_err_set(err, EV_ELIMIT, "a row of %zu bytes is too large to sort", n);
    if (s->out.n && s->out.n + sizeof head + n > s->buffer) {
        rc = write_out(s, err);
        if (rc < 0)
            return rc;
    }
    store32(head, (uint32_t)row->own.n);
    store32(head + 4, (uint32_t)row->common.n | (same ? SAME : 0));
    buf_put(&s->out, head, sizeof head);
    buf_slice(&s->out, row->own);
    if (!same)
        buf_slice(&s->out, row->common);
    if (s->out.full)
        return no_memory(n, err);
    if (!same) {
        s->last_n = row->common.n;
        s->last_at = s->out.n - s->last_n;
        buf_clear(&s->kept);
    }
    return EV_OK;
}

void run_reader_init(struct run_reader *r, const struct spool *s, uint64_t at, uint64_t end,
                     size_t room)
{
    *r = (struct run_reader){ .spool = s, .at = at, .end = end, .room = room };
    r->p = xrealloc(NULL, room, 1);
    buf_init(&r->kept, LIMIT_DETECTION);
}

void run_reader_release(struct run_reader *r)
{
    free(r->p);
    r->p = NULL;
    buf_release(&r->kept);
}

/* Reads until at least `want` bytes lie at r->p + r->from. */
static int run_reader_fill(struct run_reader *r, size_t want, struct ev_err *err)
{
    if (r->n - r->from >= want)
        return EV_OK;
    if (want - (r->n - r->from) > r->end - r->at)
        return ev_err_set(err, EV_EFORMAT, "the temporary file ends inside a row");
    if (r->common.p != r->kept.p) { /* before its bytes make room */
        buf_clear(&r->kept);
        buf_slice(&r->kept, r->common);
        if (r->kept.full)
            return no_memory(r->common.n, err);
        r->common = buf_view(&r->kept);
    }
    if (want > r->room) {
        r->p = xrealloc(r->p, want, 1);
        r->room = want;
    }
    memmove(r->p, r->p + r->from, r->n - r->from);
    r->n -= r->from;
    r->from = 0;
    while (r->n < want) {
        size_t most = r->room - r->n;
        ssize_t n;

        if (most > r->end - r->at)
            most = (size_t)(r->end - r->at);
        n = pread(r->spool->fd, r->p + r->n, most, (off_t)r->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            ev_err_errno(err, EV_EIO, n < 0 ? errno : EIO, "cannot read back a temporary file");
            ev_err_file(err, r->spool->dir);
            return EV_EIO;
        }
        r->n += (size_t)n;
        r->at += (uint64_t)n;
    }
    return EV_OK;
}

int run_reader_next(struct run_reader *r, struct spool_row *ret, struct ev_err *err)
{
    size_t own, common;
    bool same;
    int rc;

    if (r->from == r->n && r->at == r->end)
        return 0;
    rc = run_reader_fill(r, HEAD, err);
    if (rc < 0)
        return rc;
    own = load32(r->p + r->from);
    common = load32(r->p + r->from + 4) & ~SAME;
    same = load32(r->p + r->from + 4) & SAME;
    if (own > LIMIT_DETECTION || common > LIMIT_DETECTION || (same && common != r->common.n))
        return ev_err_set(err, EV_EFORMAT, "a temporary file holds a row of %zu bytes",
                          own + common);
    r->from += HEAD;
    rc = run_reader_fill(r, own + (same ? 0 : common), err);
    if (rc < 0)
        return rc;
    ret->own = slice_of(r->p + r->from, own);
    r->from += own;
    if (!same) {
        r->common = slice_of(r->p + r->from, common);
        r->from += common;
    }
    ret->common = r->common;
    return 1;
}
