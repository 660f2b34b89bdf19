/* shelf.c - keep rows, give back the most serious ones in order. */
#include "out/shelf.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "base/vec.h"

enum { LEVELS = LEVEL_CRITICAL + 1 };
#define IN_MEMORY LIMIT_MIB(8)

struct kept {
    uint64_t offset;
    uint32_t n;
    uint8_t level;
};

struct shelf {
    size_t most;
    uint64_t most_bytes;
    char *tmpdir;
    int fd;            /* -1: all is in memory */
    uint64_t on_disk;  /* bytes in the file */
    struct buf memory; /* what follows them */
    VEC(struct kept) row;
    uint64_t count[LEVELS], bytes[LEVELS];
    uint64_t left[LEVELS]; /* to be given yet */
    size_t next;
};

struct shelf *shelf_new(size_t most, uint64_t most_bytes, const char *tmpdir)
{
    struct shelf *s = xcalloc(1, sizeof *s);
    s->most = most;
    s->most_bytes = most_bytes;
    s->tmpdir = xstrdup(tempfile_folder(tmpdir));
    s->fd = -1;
    buf_init(&s->memory, IN_MEMORY + LIMIT_OUT_ROW);
    return s;
}

void shelf_free(struct shelf *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        close(s->fd);
    buf_release(&s->memory);
    vec_release(&s->row);
    free(s->tmpdir);
    free(s);
}

bool shelf_wants(const struct shelf *s, enum rule_level level)
{
    return s->count[level] < s->most && s->bytes[level] < s->most_bytes;
}

static int spill(struct shelf *s, struct ev_err *err)
{
    int rc = s->fd < 0 ? tempfile_open(s->tmpdir, &s->fd, err) : EV_OK;
    struct slice left = buf_view(&s->memory);
    while (rc == EV_OK && left.n > 0) {
        ssize_t n = write(s->fd, left.p, left.n);
        if (n < 0 && errno != EINTR)
            rc = ev_err_errno(err, EV_EIO, errno, "cannot write a temporary file in %s", s->tmpdir);
        else if (n > 0)
            left = slice_sub(left, (size_t)n, left.n);
    }
    s->on_disk += s->memory.n;
    buf_clear(&s->memory);
    return rc;
}

int shelf_add(struct shelf *s, enum rule_level level, struct slice row, struct ev_err *err)
{
    if (!shelf_wants(s, level))
        return EV_OK;
    struct kept k = { s->on_disk + s->memory.n, (uint32_t)row.n, (uint8_t)level };
    vec_push(&s->row, SIZE_MAX, k);
    s->count[level]++;
    s->bytes[level] += row.n;
    buf_slice(&s->memory, row);
    return s->memory.n > IN_MEMORY ? spill(s, err) : EV_OK;
}

size_t shelf_choose(struct shelf *s, uint64_t ret_shown[LEVELS])
{
    size_t n = 0;
    uint64_t bytes = 0;
    for (int level = LEVEL_CRITICAL; level >= 0; level--) {
        /* A level that would pass the byte bound is shown in part, by its mean row. */
        uint64_t mean = s->count[level] ? s->bytes[level] / s->count[level] + 1 : 1;
        uint64_t fit = bytes < s->most_bytes ? (s->most_bytes - bytes) / mean : 0;
        uint64_t take = s->count[level];
        take = take < s->most - n ? take : s->most - n;
        take = take < fit ? take : fit;
        s->left[level] = ret_shown[level] = take;
        n += (size_t)take;
        bytes += take * mean;
    }
    s->next = 0;
    return n;
}

static int read_back(struct shelf *s, const struct kept *k, struct buf *out, struct ev_err *err)
{
    if (k->offset >= s->on_disk) {
        buf_slice(out, slice_sub(buf_view(&s->memory), (size_t)(k->offset - s->on_disk), k->n));
        return 1;
    }
    uint8_t *to = buf_reserve(out, k->n);
    if (to == NULL)
        return ev_err_set(err, EV_ELIMIT, "a row is larger than %zu bytes", out->cap);
    for (size_t done = 0; done < k->n;) {
        ssize_t n = pread(s->fd, to + done, k->n - done, (off_t)(k->offset + done));
        if (n == 0 || (n < 0 && errno != EINTR))
            return ev_err_errno(err, EV_EIO, n == 0 ? EIO : errno,
                                "cannot read the temporary file in %s", s->tmpdir);
        if (n > 0)
            done += (size_t)n;
    }
    out->n += k->n;
    return 1;
}

int shelf_next(struct shelf *s, struct buf *out, struct ev_err *err)
{
    while (s->next < s->row.n) {
        const struct kept *k = &s->row.v[s->next++];
        if (s->left[k->level] > 0) {
            s->left[k->level]--;
            return read_back(s, k, out, err);
        }
    }
    return 0;
}
