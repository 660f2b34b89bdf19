/* src_stdin.c - standard input as a source.
 *
 * Readers need random access, a pipe has none, so its bytes go to an unlinked temporary file first.
 * A redirected regular file is used as it is. May include: base/, source.h, src_file.h. */
#include "input/src_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/tempfile.h"

#define SPOOL_STEP LIMIT_KIB(64)

static int spool_write(int fd, const uint8_t *p, size_t n, struct ev_err *err)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return ev_err_errno(err, EV_EIO, errno,
                                "standard input cannot be kept in a temporary file (see --tmpdir)");
        p += w;
        n -= (size_t)w;
    }
    return EV_OK;
}

static bool stopped(const struct stdin_options *o)
{
    return o->stop && o->stop(o->stop_ctx);
}

static int spool_fill(int fd, const struct stdin_options *o, uint64_t *ret_size, struct ev_err *err)
{
    uint8_t step[SPOOL_STEP];
    uint64_t size = 0;

    for (;;) {
        int rc;

        if (stopped(o))
            return ev_err_set(err, EV_EINTR, "interrupted while standard input was read");
        ssize_t r = read(STDIN_FILENO, step, sizeof step);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return ev_err_errno(err, EV_EIO, errno, "standard input cannot be read");
        if (r == 0)
            break;
        if ((uint64_t)r > o->max_bytes - size)
            return ev_err_set(err, EV_ELIMIT,
                              "standard input is larger than %llu bytes; save it to a file first",
                              (unsigned long long)o->max_bytes);
        rc = spool_write(fd, step, (size_t)r, err);
        if (rc < 0)
            return rc;
        size += (uint64_t)r;
    }
    *ret_size = size;
    return EV_OK;
}

/* Standard input when it is a regular file that nobody has read from yet; -1 otherwise. */
static int stdin_regular(uint64_t *ret_size)
{
    struct stat st;

    if (fstat(STDIN_FILENO, &st) < 0 || !S_ISREG(st.st_mode))
        return -1;
    if (lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
        return -1;
    *ret_size = (uint64_t)st.st_size;
    return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
}

int source_open_stdin(const struct stdin_options *o, struct source **ret, struct ev_err *err)
{
    uint64_t size = 0;
    int fd = stdin_regular(&size);
    int rc;

    if (fd < 0) {
        rc = tempfile_open(o->tmpdir, &fd, err);
        if (rc < 0)
            return rc;
        rc = spool_fill(fd, o, &size, err);
        if (rc < 0) {
            close(fd);
            return rc;
        }
    }
    *ret = source_from_fd(fd, size, "-");
    return EV_OK;
}
