/* tempfile.c - temporary files that never outlive the process. */
#include "base/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

const char *tempfile_folder(const char *dir)
{
    if (!dir || !*dir)
        dir = secure_getenv("TMPDIR");
    return dir && *dir ? dir : "/tmp";
}

static int open_and_unlink(const char *dir)
{
    static const char name[] = "/.evtriage-XXXXXX";
    char *path = xcalloc(strlen(dir) + sizeof name, 1);
    sigset_t all, before;

    memcpy(path, dir, strlen(dir));
    memcpy(path + strlen(dir), name, sizeof name);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int fd = mkostemp(path, O_CLOEXEC);
    int e = errno;
    if (fd >= 0)
        (void)unlink(path);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(path);
    errno = e;
    return fd;
}

int tempfile_open(const char *dir, int *ret_fd, struct ev_err *err)
{
    const char *folder = tempfile_folder(dir);
    int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        fd = open_and_unlink(folder);
    if (fd < 0) {
        ev_err_errno(err, EV_EIO, errno,
                     "cannot make a temporary file there (choose another folder with --tmpdir)");
        return ev_err_file(err, folder);
    }
    *ret_fd = fd;
    return EV_OK;
}
