/* output.c - write to a temporary name, take the real one when complete.
 *
 * May include base/. */
#include "out/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

enum {
    BUFFER = 256 * 1024,
    DIRECT = 32 * 1024, /* so much at once is written without a copy */
    PARTIAL_NAMES = 99
};

struct output {
    char *path;
    char *tmp; /* NULL: written directly, or committed */
    uint8_t *buffer;
    size_t used;
    uint64_t bytes;
    struct sha256 *sha;
    uint8_t digest[32];
    int fd;
    bool force, is_file, keep;
    int failed; /* rc of the first failure */
};

const char *output_path(const struct output *o)
{
    return o->path;
}

const char *output_temporary(const struct output *o)
{
    return o->tmp;
}

bool output_is_file(const struct output *o)
{
    return o->is_file;
}

uint64_t output_bytes(const struct output *o)
{
    return o->bytes;
}

void output_skip_digest(struct output *o)
{
    sha256_free(o->sha);
    o->sha = NULL;
}

void output_digest(const struct output *o, uint8_t ret[32])
{
    memcpy(ret, o->digest, sizeof o->digest);
}

/* "folder/.evtriage-0123456789abcdef.tmp": short, so that a long name of the target stays legal. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0, room = folder + 40;
    char *name = xcalloc(room, 1);
    snprintf(name, room, "%.*s.evtriage-%016" PRIx64 ".tmp", (int)folder, path, map_seed());
    return name;
}

static int open_temporary(struct output *o, struct ev_err *err)
{
    struct stat st;
    if (lstat(o->path, &st) == 0 && !o->force)
        return ev_err_set(err, EV_EEXIST, "%s is there already; use --force to replace it",
                          o->path);
    o->tmp = temporary_name(o->path);
    o->fd = open(o->tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (o->fd >= 0) {
        o->is_file = true;
        return EV_OK;
    }
    int e = errno;
    free(o->tmp);
    o->tmp = NULL;
    return ev_err_errno(err, EV_EIO, e, "cannot write %s", o->path);
}

static int open_target(struct output *o, struct ev_err *err)
{
    struct stat st;
    if (strcmp(o->path, "-") == 0 || strcmp(o->path, "/dev/stdout") == 0) {
        o->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    } else if (stat(o->path, &st) != 0 || S_ISREG(st.st_mode)) {
        return open_temporary(o, err);
    } else if (S_ISDIR(st.st_mode)) {
        return ev_err_set(err, EV_EUSAGE, "%s is a folder; name a file in it", o->path);
    } else {
        o->fd = open(o->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    }
    return o->fd >= 0 ? EV_OK : ev_err_errno(err, EV_EIO, errno, "cannot write %s", o->path);
}

int output_open(const char *path, bool force, struct output **ret, struct ev_err *err)
{
    if (path[0] == '\0' || strlen(path) >= LIMIT_PATH)
        return ev_err_set(err, EV_EUSAGE, "the name of the output is empty or too long");
    struct output *o = xcalloc(1, sizeof *o);
    o->path = xstrdup(path);
    o->force = force;
    o->fd = -1;
    int rc = open_target(o, err);
    if (rc < 0) {
        output_free(o);
        return rc;
    }
    o->buffer = xcalloc(BUFFER, 1);
    o->sha = sha256_new();
    *ret = o;
    return EV_OK;
}

static int fail(struct output *o, const char *what, struct ev_err *err)
{
    int e = errno;
    o->failed = EV_EIO;
    return ev_err_errno(err, EV_EIO, e, "cannot %s %s", what, o->path);
}

static int write_all(struct output *o, struct slice s, struct ev_err *err)
{
    if (o->sha)
        sha256_add(o->sha, s);
    while (s.n > 0) {
        ssize_t n = write(o->fd, s.p, s.n);
        if (n < 0 && errno != EINTR)
            return fail(o, "write", err);
        if (n > 0)
            s = slice_sub(s, (size_t)n, s.n);
    }
    return EV_OK;
}

int output_adopt(struct output *o, struct ev_err *err)
{
    ssize_t n = -1;
    struct stat st;

    if (!o->sha && stat(o->tmp, &st) == 0) {
        o->bytes = (uint64_t)st.st_size;
        return EV_OK;
    }
    int fd = open(o->tmp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    o->bytes = 0;
    while (fd >= 0 && (n = read(fd, o->buffer, BUFFER)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        o->bytes += (uint64_t)n;
        if (o->sha)
            sha256_add(o->sha, slice_of(o->buffer, (size_t)n));
    }
    int rc = n == 0 ? EV_OK : fail(o, "read back", err);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int flush(struct output *o, struct ev_err *err)
{
    if (o->failed < 0)
        return ev_err_set(err, o->failed, "writing %s failed before", o->path);
    size_t n = o->used;
    o->used = 0;
    return write_all(o, slice_of(o->buffer, n), err);
}

int output_write(struct output *o, struct slice s, struct ev_err *err)
{
    int rc = EV_OK;
    if (o->failed < 0 || s.n >= DIRECT || s.n > BUFFER - o->used)
        rc = flush(o, err);
    if (rc < 0)
        return rc;
    o->bytes += s.n;
    if (s.n >= DIRECT)
        return write_all(o, s, err);
    if (s.n > 0)
        memcpy(o->buffer + o->used, s.p, s.n);
    o->used += s.n;
    return EV_OK;
}

/* Gives from the name to unless that exists. 0, or -1 with errno. */
static int rename_noreplace(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(from, to) == 0)
        return unlink(from);
    if (errno == EEXIST)
        return -1;
    /* File systems without hard links: reserve the name, then replace our own empty file. */
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    close(fd);
    return rename(from, to);
}

/* The name lasts only when the folder is on disk; not every file system can do that. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = xstrdup(slash ? path : ".");
    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(folder);
}

/* Everything written and the descriptor closed, whatever comes of it. */
static int finish_data(struct output *o, struct ev_err *err)
{
    int rc = flush(o, err);
    if (rc == EV_OK && o->is_file && fsync(o->fd) != 0 && errno != EINVAL)
        rc = fail(o, "write", err);
    int fd = o->fd;
    o->fd = -1;
    if (fd >= 0 && close(fd) != 0 && rc == EV_OK)
        rc = fail(o, "write", err);
    if (rc == EV_OK)
        if (o->sha)
            sha256_done(o->sha, o->digest);
    return rc;
}

int output_commit(struct output *o, struct ev_err *err)
{
    int rc = finish_data(o, err);
    if (rc < 0 || o->tmp == NULL)
        return rc;
    int bad = o->force ? rename(o->tmp, o->path) : rename_noreplace(o->tmp, o->path);
    if (bad != 0) {
        if (errno != EEXIST)
            return fail(o, "name", err);
        o->keep = true;
        o->failed = EV_EEXIST;
        return ev_err_set(err, EV_EEXIST,
                          "%s was made by somebody else meanwhile; the result is kept in %s",
                          o->path, o->tmp);
    }
    free(o->tmp);
    o->tmp = NULL;
    sync_folder(o->path);
    return EV_OK;
}

int output_commit_partial(struct output *o, struct ev_err *err)
{
    int rc = finish_data(o, err);
    if (rc < 0 || o->tmp == NULL)
        return rc;
    size_t room = strlen(o->path) + sizeof ".partial.99";
    char *name = xcalloc(room, 1);
    int bad = -1;
    errno = EEXIST;
    for (int i = 1; i <= PARTIAL_NAMES && bad != 0 && errno == EEXIST; i++) {
        if (i == 1)
            snprintf(name, room, "%s.partial", o->path);
        else
            snprintf(name, room, "%s.partial.%d", o->path, i);
        bad = o->force ? rename(o->tmp, name) : rename_noreplace(o->tmp, name);
    }
    free(o->path);
    o->path = name;
    if (bad != 0)
        return fail(o, "name", err);
    free(o->tmp);
    o->tmp = NULL;
    sync_folder(o->path);
    return EV_OK;
}

void output_free(struct output *o)
{
    if (o == NULL)
        return;
    if (o->fd >= 0)
        close(o->fd);
    if (o->tmp != NULL && !o->keep)
        (void)unlink(o->tmp);
    sha256_free(o->sha);
    free(o->buffer);
    free(o->tmp);
    free(o->path);
    free(o);
}
