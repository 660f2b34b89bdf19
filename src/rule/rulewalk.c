/* rulewalk.c - see rulewalk.h. */
#include "rule/rulewalk.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct walker {
    const struct rulewalk_visitor *v;
    struct map seen; /* (dev, ino) of folders that were entered */
    struct arena keys;
    size_t looked; /* names so far */
    size_t depth;
    char path[LIMIT_PATH];
};

static int walk_folder(struct walker *w, size_t len, struct ev_err *err);

/* True the first time that the folder is met. */
static bool enter(struct walker *w, const struct stat *st)
{
    uint64_t id[2] = { (uint64_t)st->st_dev, (uint64_t)st->st_ino };
    struct slice key = arena_dup(&w->keys, slice_of(id, sizeof id));
    bool is_new = false;
    if (key.p != NULL)
        map_put(&w->seen, key, 1, &is_new);
    return is_new;
}

static void trouble(struct walker *w, int errno_value, const char *what)
{
    struct ev_err err;
    ev_err_errno(&err, EV_EIO, errno_value, "%s", what);
    ev_err_file(&err, w->path);
    w->v->trouble(w->v->ctx, &err);
}

static bool is_rule_name(const char *name)
{
    struct slice s = slice_str(name);
    return slice_ends(s, SLICE(".yml")) || slice_ends(s, SLICE(".yaml"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* One name of a folder. */
static int walk_name(struct walker *w, const struct dirent *d, size_t len, struct ev_err *err)
{
    struct stat st;
    size_t n = strlen(d->d_name);
    bool rule = is_rule_name(d->d_name);
    if (!rule && d->d_type == DT_REG)
        return EV_OK;
    if (len + 1 + n >= sizeof w->path) {
        trouble(w, ENAMETOOLONG, "path too long: shorten it");
        return EV_OK;
    }
    w->path[len] = '/';
    memcpy(w->path + len + 1, d->d_name, n + 1);
    if (rule && d->d_type == DT_REG)
        return w->v->file(w->v->ctx, w->path);
    if (stat(w->path, &st) < 0) {
        if (rule)
            trouble(w, errno, "cannot look at it");
        return EV_OK;
    }
    if (S_ISDIR(st.st_mode))
        return enter(w, &st) ? walk_folder(w, len + 1 + n, err) : EV_OK;
    return rule && S_ISREG(st.st_mode) ? w->v->file(w->v->ctx, w->path) : EV_OK;
}

/* The folder at w->path, len bytes. */
static int walk_folder(struct walker *w, size_t len, struct ev_err *err)
{
    struct dirent **name = NULL;
    if (w->depth == LIMIT_WALK_DEPTH) {
        trouble(w, ELOOP, "folders nested too deeply");
        return EV_OK;
    }
    int n = scandir(w->path, &name, is_visible, by_bytes);
    if (n < 0) {
        trouble(w, errno, "cannot read the folder");
        return EV_OK;
    }
    int rc = EV_OK;
    w->depth++;
    for (int i = 0; i < n; i++) {
        if (rc == EV_OK && ++w->looked > LIMIT_RULE_FILES)
            rc = ev_err_set(err, EV_ELIMIT, "more than %d files in the rule folders: name fewer",
                            LIMIT_RULE_FILES);
        if (rc == EV_OK)
            rc = walk_name(w, name[i], len, err);
        w->path[len] = '\0';
        free(name[i]);
    }
    w->depth--;
    free(name);
    return rc;
}

int rulewalk(const char *path, const struct rulewalk_visitor *v, struct ev_err *err)
{
    struct stat st;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (stat(path, &st) < 0) {
        int rc = errno == ENOENT || errno == ENOTDIR ? EV_ENOTFOUND : EV_EIO;
        rc = ev_err_errno(err, rc, errno, "cannot read rules");
        ev_err_file(err, path);
        return rc;
    }
    if (!S_ISDIR(st.st_mode))
        return v->file(v->ctx, path);
    struct walker *w = calloc(1, sizeof *w);
    if (w == NULL || len >= sizeof w->path) {
        free(w);
        return ev_err_set(err, EV_EIO, "the path of the rules is too long: shorten it");
    }
    w->v = v;
    memcpy(w->path, path, len);
    arena_init(&w->keys, LIMIT_MIB(64));
    map_init(&w->seen, map_seed());
    enter(w, &st);
    int rc = walk_folder(w, len, err);
    map_release(&w->seen);
    arena_release(&w->keys);
    free(w);
    return rc;
}

static int read_all(int fd, struct buf *text)
{
    for (;;) {
        uint8_t *at = buf_reserve(text, LIMIT_KIB(16));
        if (at == NULL)
            return EV_ELIMIT;
        ssize_t n = read(fd, at, LIMIT_KIB(16));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? EV_EIO : EV_OK;
        text->n += (size_t)n;
        if (text->n > LIMIT_RULE_FILE)
            return EV_ELIMIT;
    }
}

int rulewalk_read(const char *path, struct buf *text, struct ev_err *err)
{
    buf_clear(text);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc = fd < 0 ? EV_EIO : read_all(fd, text);
    if (rc == EV_ELIMIT)
        ev_err_set(err, rc, "larger than %zu MiB: no rule file is; split it",
                   (size_t)LIMIT_RULE_FILE >> 20);
    else if (rc < 0)
        ev_err_errno(err, rc, errno, "cannot read the file");
    if (rc < 0)
        ev_err_file(err, path);
    if (fd >= 0)
        close(fd);
    return rc;
}
