/* walk.c - folders as a sorted list of files.
 *
 * A folder is read completely and closed before its entries are visited, so that no more than one
 * descriptor is open, whatever the depth. May include: base/, source.h. */
#include "input/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/vec.h"

/* Names of one folder. */
struct listing {
    VEC(char *) name;
};

static void listing_release(struct listing *l)
{
    for (size_t i = 0; i < l->name.n; i++)
        free(l->name.v[i]);
    vec_release(&l->name);
}

static int name_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void trouble(const struct walk_visitor *v, const char *path, int rc, int errno_value,
                    const char *text)
{
    struct ev_err e;

    if (!v->trouble)
        return;
    if (errno_value)
        ev_err_errno(&e, rc, errno_value, "%s", text);
    else
        ev_err_set(&e, rc, "%s", text);
    ev_err_file(&e, path);
    v->trouble(v->ctx, &e);
}

/* The names below path, sorted. False after trouble was told: nothing to visit. */
static bool listing_read(struct listing *l, const char *path, bool follow,
                         const struct walk_visitor *v)
{
    struct dirent *d;
    DIR *dir = NULL;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));

    if (fd >= 0)
        dir = fdopendir(fd);
    if (!dir) {
        trouble(v, path, EV_EIO, errno, "folder cannot be opened");
        if (fd >= 0)
            close(fd);
        return false;
    }
    while (errno = 0, (d = readdir(dir)) != NULL) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        if (!vec_push(&l->name, LIMIT_WALK_NAMES, xstrdup(d->d_name))) {
            trouble(v, path, EV_ELIMIT, 0, "folder holds too many names; only a part is looked at");
            errno = 0;
            break;
        }
    }
    if (errno)
        trouble(v, path, EV_EIO, errno, "folder cannot be read to its end");
    closedir(dir);
    if (l->name.n > 1)
        qsort(l->name.v, l->name.n, sizeof *l->name.v, name_order);
    return true;
}

static int walk_folder(const char *path, bool follow, unsigned depth, const struct walk_visitor *v);

/* An entry that lstat described. */
static int walk_entry(const char *path, mode_t mode, unsigned depth, const struct walk_visitor *v)
{
    if (S_ISREG(mode))
        return v->file(v->ctx, path);
    if (S_ISDIR(mode))
        return walk_folder(path, depth == 0, depth, v);
    if (S_ISLNK(mode))
        trouble(v, path, EV_EUNSUPPORTED, 0,
                "symbolic link, not followed; name it to have it read");
    else
        trouble(v, path, EV_EUNSUPPORTED, 0, "neither a file nor a folder, skipped");
    return EV_OK;
}

static int walk_name(const char *folder, const char *name, unsigned depth,
                     const struct walk_visitor *v)
{
    char path[LIMIT_PATH];
    struct stat st;
    size_t n = strlen(folder);
    const char *slash = n > 0 && folder[n - 1] == '/' ? "" : "/";
    int len = snprintf(path, sizeof path, "%s%s%s", folder, slash, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        trouble(v, folder, EV_ELIMIT, 0, "a name in this folder makes the path too long, skipped");
        return EV_OK;
    }
    if (lstat(path, &st) < 0) {
        trouble(v, path, EV_EIO, errno, "cannot be examined");
        return EV_OK;
    }
    return walk_entry(path, st.st_mode, depth, v);
}

/* Recursion is bounded by LIMIT_WALK_DEPTH. */
static int walk_folder(const char *path, bool follow, unsigned depth, const struct walk_visitor *v)
{
    struct listing l = { 0 };
    int rc = EV_OK;

    if (depth >= LIMIT_WALK_DEPTH) {
        trouble(v, path, EV_ELIMIT, 0, "folder lies too deep, skipped");
        return EV_OK;
    }
    if (listing_read(&l, path, follow, v)) {
        for (size_t i = 0; rc >= 0 && i < l.name.n; i++)
            rc = walk_name(path, l.name.v[i], depth + 1, v);
    }
    listing_release(&l);
    return rc;
}

int walk_path(const char *path, const struct walk_visitor *v, struct ev_err *err)
{
    struct stat st;
    int rc;

    if (strcmp(path, "-") == 0)
        return v->file(v->ctx, path);
    if (stat(path, &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            ev_err_errno(err, EV_ENOTFOUND, errno, "nothing to read");
            ev_err_file(err, path);
            return EV_ENOTFOUND;
        }
        trouble(v, path, EV_EIO, errno, "cannot be examined");
        return EV_OK;
    }
    rc = walk_entry(path, st.st_mode, 0, v);
    return rc < 0 ? rc : EV_OK;
}
