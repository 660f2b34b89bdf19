/* spool.c - sorted runs of rows in an unlinked temporary file.
 *
 * A row is its length (4 bytes, little-endian) and its bytes.
 * May include: base/. */
#include "detect/spool.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/tempfile.h"

struct spool {
    int fd;
    char *dir;
    uint64_t size; /* bytes written */
    size_t buffer;
    struct buf out;
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
    buf_init(&s->out, buffer + LIMIT_DETECTION + 4);
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
    free(s);
}

int spool_flush(struct spool *s, uint64_t *ret_end, struct ev_err *err)
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
    buf_clear(&s->out);
    if (ret_end)
        *ret_end = s->size;
    return EV_OK;
}

int spool_put(struct spool *s, struct slice row, struct ev_err *err)
{
    uint8_t head[4];
    int rc;

    if (row.n > LIMIT_DETECTION)
        return ev_err_set(err, EV_ELIMIT, "a row of %zu bytes is too large to sort", row.n);
    if (s->out.n && s->out.n + sizeof head + row.n > s->buffer) {
        rc = spool_flush(s, NULL, err);
        if (rc < 0)
            return rc;
    }
    for (unsigned i = 0; i < sizeof head; i++)
        head[i] = (uint8_t)(row.n >> (8 * i));
    buf_put(&s->out, head, sizeof head);
    buf_slice(&s->out, row);
    if (s->out.full)
        return ev_err_set(err, EV_ENOMEM, "no memory for a row of %zu bytes", row.n);
    return EV_OK;
}

void run_reader_init(struct run_reader *r, const struct spool *s, uint64_t at, uint64_t end,
                     size_t room)
{
    *r = (struct run_reader){ .spool = s, .at = at, .end = end, .room = room };
    r->p = xrealloc(NULL, room, 1);
}

void run_reader_release(struct run_reader *r)
{
    free(r->p);
    r->p = NULL;
}

/* Reads until at least `want` bytes lie at r->p + r->from. */
static int run_reader_fill(struct run_reader *r, size_t want, struct ev_err *err)
{
    if (r->n - r->from >= want)
        return EV_OK;
    if (want - (r->n - r->from) > r->end - r->at)
        return ev_err_set(err, EV_EFORMAT, "the temporary file ends inside a row");
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

int run_reader_next(struct run_reader *r, struct slice *ret_row, struct ev_err *err)
{
    size_t len;
    int rc;

    if (r->from == r->n && r->at == r->end)
        return 0;
    rc = run_reader_fill(r, 4, err);
    if (rc < 0)
        return rc;
    len = (size_t)r->p[r->from] | (size_t)r->p[r->from + 1] << 8 | (size_t)r->p[r->from + 2] << 16 |
          (size_t)r->p[r->from + 3] << 24;
    if (len > LIMIT_DETECTION)
        return ev_err_set(err, EV_EFORMAT, "a temporary file holds a row of %zu bytes", len);
    r->from += 4;
    rc = run_reader_fill(r, len, err);
    if (rc < 0)
        return rc;
    *ret_row = slice_of(r->p + r->from, len);
    r->from += len;
    return 1;
}
