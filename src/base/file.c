/* file.c - a whole file in memory. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Fewer than n when the file shrinks while it is read; -1 with errno. */
static ssize_t read_all(int fd, uint8_t *p, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, p + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static int read_fd(int fd, size_t cap, struct slice *ret, struct ev_err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return ev_err_errno(err, EV_EIO, errno, "cannot be read");
    if (!S_ISREG(st.st_mode))
        return ev_err_set(err, EV_EIO, "is no regular file");
    if ((uint64_t)st.st_size > cap)
        return ev_err_set(err, EV_ELIMIT, "is longer than %zu bytes", cap);
    size_t n = (size_t)st.st_size;
    uint8_t *p = try_realloc(NULL, n + 1, 1);
    if (p == NULL)
        return ev_err_set(err, EV_ENOMEM, "no memory for its %zu bytes", n);
    ssize_t got = read_all(fd, p, n);
    if (got < 0) {
        int rc = ev_err_errno(err, EV_EIO, errno, "cannot be read");
        free(p);
        return rc;
    }
    *ret = slice_of(p, (size_t)got);
    return EV_OK;
}

int file_read(const char *path, size_t cap, struct slice *ret, struct ev_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int rc =
        fd < 0 ? ev_err_errno(err, EV_EIO, errno, "cannot be opened") : read_fd(fd, cap, ret, err);
    if (rc < 0)
        (void)ev_err_file(err, path);
    if (fd >= 0)
        close(fd);
    return rc;
}
