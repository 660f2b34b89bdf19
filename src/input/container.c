#include "input/container_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/tempfile.h"

static int write_all(int fd, struct slice s, struct ev_err *err)
{
    while (s.n > 0) {
        ssize_t w = write(fd, s.p, s.n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return ev_err_errno(err, EV_EIO, errno,
                                "a temporary file cannot be written (see --tmpdir)");
        s = slice_sub(s, (size_t)w, s.n);
    }
    return EV_OK;
}

bool container_split(const char *path, char **ret_file, const char **ret_inside)
{
    struct stat st;
    const char *at = path;

    if (stat(path, &st) == 0)
        at = path + strlen(path);
    else
        at = strstr(path, "!/");
    for (; at; at = strstr(at + 1, "!/")) {
        char *file = xstrdup(path);
        file[at - path] = '\0';
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode)) {
            *ret_file = file;
            *ret_inside = *at ? at + 2 : at;
            return true;
        }
        free(file);
    }
    return false;
}

int container_open(const char *path, const char *inside, const struct source *from,
                   const struct container_options *o, struct container **ret, struct ev_err *err)
{
    struct container *e = xcalloc(1, sizeof *e);
    int rc;

    e->o = *o;
    e->path = xstrdup(path);
    e->inside = xstrdup(inside);
    e->socket = e->file = -1;
    e->refs = 1;
    e->disk = o->disk ? o->disk : LIMIT_EVIDENCE_DISK;
    buf_init(&e->name, 2 * LIMIT_PATH + WIRE_TEXT);
    buf_init(&e->text, WIRE_TEXT + 1024);
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->count_lock, NULL);
    pthread_cond_init(&e->freed, NULL);
    rc = container_start(e, from, err);
    if (rc < 0) {
        ev_err_file(err, path);
        container_free(e);
        return rc;
    }
    *ret = e;
    return EV_OK;
}

void container_ref(struct container *e)
{
    pthread_mutex_lock(&e->count_lock);
    e->refs++;
    pthread_mutex_unlock(&e->count_lock);
}

void container_free(struct container *e)
{
    unsigned left;

    if (!e)
        return;
    pthread_mutex_lock(&e->count_lock);
    left = --e->refs;
    pthread_mutex_unlock(&e->count_lock);
    if (left > 0)
        return;
    container_stop(e);
    if (e->file >= 0)
        close(e->file);
    pthread_mutex_destroy(&e->lock);
    pthread_mutex_destroy(&e->count_lock);
    pthread_cond_destroy(&e->freed);
    buf_release(&e->name);
    buf_release(&e->text);
    vec_release(&e->closing);
    for (size_t i = 0; i < e->beside.n; i++)
        free(e->beside.v[i]);
    vec_release(&e->beside);
    free(e->path);
    free(e->inside);
    free(e);
}

const char *container_beside(const struct container *e, size_t i)
{
    return i < e->beside.n ? e->beside.v[i] : NULL;
}

uint64_t container_passed(const struct container *e)
{
    return e->passed;
}

/* One KEY message a line. */
static int say_keys(struct container *e, enum wire_key kind, struct slice lines, struct ev_err *err)
{
    int rc = EV_OK;

    while (rc == EV_OK && lines.n > 0) {
        size_t n = kind == WIRE_KEY_BITLOCKER_STARTUP ? SIZE_MAX : slice_find_byte(lines, '\n');
        struct slice line = slice_sub(lines, 0, n);

        lines = n == SIZE_MAX ? SLICE_ABSENT : slice_sub(lines, n + 1, lines.n);
        if (kind != WIRE_KEY_BITLOCKER_STARTUP && line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0)
            continue;
        wire_init(&e->out, WIRE_KEY, line);
        e->out.flags = kind;
        rc = container_say(e, &e->out, -1, err);
    }
    return rc;
}

static int say_start(struct container *e, struct ev_err *err)
{
    const struct container_options *o = &e->o;
    int rc = container_hear(e, err);

    if (rc == EV_OK && e->in.type == WIRE_TROUBLE) /* it could not lock itself up */
        return ev_err_set(err, EV_EUNSUPPORTED, "%s", e->in.text + strlen(e->in.text) + 1);
    if (rc == EV_OK && e->in.type != WIRE_READY)
        rc = ev_err_set(err, EV_EFORMAT, "its reader does not fit this program");
    if (rc == EV_OK)
        rc = say_keys(e, WIRE_KEY_ARCHIVE, o->archive_passwords, err);
    if (rc == EV_OK)
        rc = say_keys(e, WIRE_KEY_BITLOCKER_PASSWORD, o->bitlocker_passwords, err);
    if (rc == EV_OK)
        rc = say_keys(e, WIRE_KEY_BITLOCKER_RECOVERY, o->bitlocker_recovery, err);
    if (rc == EV_OK)
        rc = say_keys(e, WIRE_KEY_BITLOCKER_STARTUP, o->bitlocker_startup, err);
    if (rc < 0)
        return rc;
    /* Its own name, for members that have none, and what is wanted. */
    buf_clear(&e->name);
    buf_str(&e->name, strrchr(e->path, '/') ? strrchr(e->path, '/') + 1 : e->path);
    buf_byte(&e->name, 0);
    buf_str(&e->name, e->inside);
    wire_init(&e->out, WIRE_START, buf_view(&e->name));
    e->out.flags = (o->all_files ? WIRE_ALL_FILES : 0u) | (o->unallocated ? WIRE_UNALLOCATED : 0u) |
                   (o->media ? WIRE_MEDIA_WANTED : 0u) | (o->no_shadows ? WIRE_NO_SHADOWS : 0u) |
                   (o->sums ? WIRE_SUMS_WANTED : 0u);
    return container_say(e, &e->out, -1, err);
}

static int refuse(struct container *e, const char *why, struct ev_err *err)
{
    wire_init(&e->out, WIRE_NO, slice_str(why));
    return container_say(e, &e->out, -1, err);
}

/* The path of a file in the folder of the item; the caller's. */
static char *path_beside(const struct container *e, const char *name)
{
    const char *slash = strrchr(e->path, '/');
    const size_t n = slash ? (size_t)(slash - e->path) + 1 : 0, m = strlen(name) + 1;
    char *path = xcalloc(1, n + m);

    memcpy(path, e->path, n);
    memcpy(path + n, name, m);
    return path;
}

/* The folder of the item. */
static int folder_open(const struct container *e)
{
    char *dir = xstrdup(e->path), *slash = strrchr(dir, '/');
    int fd;

    if (slash)
        slash[slash == dir] = '\0';
    fd = open(slash ? dir : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(dir);
    return fd;
}

/* A further file, which the evidence names: only in its own folder, through no link. A name without a slash
 * leads nowhere else, so that this needs no openat2, which kernels before 5.6 lack. */
static int open_beside(struct container *e, struct ev_err *err)
{
    const int how = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
    struct stat st;
    int dir, fd = -1, rc;

    if (e->beside.n >= LIMIT_EVIDENCE_BESIDE)
        return refuse(e, "it names too many further files", err);
    if (strlen(e->in.text) != e->in.ntext || strchr(e->in.text, '/'))
        return refuse(e, "no file can have that name", err);
    dir = folder_open(e);
    if (dir >= 0) {
        fd = openat(dir, e->in.text, how);
        close(dir);
    }
    if (fd < 0)
        return refuse(e,
                      errno == ENOENT  ? "is not there"
                      : errno == ELOOP ? "is a link"
                                       : strerror(errno),
                      err);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return refuse(e, "is no regular file", err);
    }
    (void)vec_push(&e->beside, LIMIT_EVIDENCE_BESIDE, path_beside(e, e->in.text));
    wire_init(&e->out, WIRE_FD, SLICE_ABSENT);
    e->out.size = (uint64_t)st.st_size;
    rc = container_say(e, &e->out, fd, err);
    close(fd);
    return rc;
}

/* What streams in, to a new temporary file of limit bytes at most. Reads on to END in any case, so that
 * the conversation goes on. ret_fd: -1 when it could not be kept; then text says why. text: what the
 * helper says of its end. */
static int receive(struct container *e, uint64_t limit, int *ret_fd, uint64_t *ret_size,
                   struct ev_err *err)
{
    struct ev_err why = { 0 };
    uint64_t size = 0;
    int fd = -1, rc, bad = tempfile_open(e->o.tmpdir, &fd, &why);

    while ((rc = container_hear(e, err)) == EV_OK && e->in.type != WIRE_END) {
        struct slice s = container_data(e);

        if (!s.p) {
            rc =
                ev_err_set(err, EV_EFORMAT, "its reader says nonsense; nothing more of it is read");
            break;
        }
        if (bad == EV_OK && s.n > limit - size)
            bad = ev_err_set(&why, EV_ELIMIT,
                             "needs more than %llu MiB of temporary files; raise --disk",
                             (unsigned long long)(limit >> 20));
        if (bad == EV_OK)
            bad = write_all(fd, s, &why);
        size += s.n;
        wire_init(&e->out, WIRE_ACK, SLICE_ABSENT);
        e->out.flags = bad < 0; /* the rest need not be sent */
        rc = container_say(e, &e->out, -1, err);
        if (rc < 0)
            break;
    }
    buf_clear(&e->text);
    if (rc == EV_OK)
        buf_str(&e->text, bad < 0 ? why.text : e->in.text);
    if ((rc < 0 || bad < 0) && fd >= 0) {
        close(fd);
        fd = -1;
    }
    *ret_fd = fd;
    *ret_size = size;
    return rc;
}

/* Bytes that the helper has to seek in: kept in a temporary file, which it gets for reading only. */
static int spool(struct container *e, struct ev_err *err)
{
    char name[64];
    uint64_t size;
    int fd, again,
        rc = receive(e, e->disk / 2 > e->kept ? e->disk / 2 - e->kept : 0, &fd, &size, err);

    if (rc < 0)
        return rc;
    if (fd < 0) {
        buf_byte(&e->text, 0);
        return refuse(e, (const char *)e->text.p, err);
    }
    e->kept += size;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    again = open(name, O_RDONLY | O_CLOEXEC);
    wire_init(&e->out, WIRE_FD, slice_of(e->text.p, e->text.n));
    e->out.size = size;
    rc = container_say(e, &e->out, again >= 0 ? again : fd, err);
    if (again >= 0)
        close(again);
    close(fd);
    return rc;
}

static void name_member(struct container *e, const char *inside)
{
    buf_clear(&e->name);
    buf_str(&e->name, e->path);
    buf_str(&e->name, *inside ? "!/" : "");
    buf_str(&e->name, inside);
    buf_byte(&e->name, 0);
}

/* Copied out of shared memory, then looked at. */
static struct source *direct(struct container *e, uint64_t size, const char *path)
{
    const uint32_t n = e->in.n, slot = e->in.slot;
    uint64_t *pair;
    struct source *s = NULL;

    if (n == 0 || n > WIRE_SLOT / sizeof(uint64_t[2]) || slot >= WIRE_SLOTS)
        return NULL;
    pair = xcalloc(n, sizeof(uint64_t[2]));
    memcpy(pair, e->slot + (size_t)slot * WIRE_SLOT, n * sizeof(uint64_t[2]));
    s = container_direct(e, e->in.handle, pair, n, size, path);
    free(pair);
    return s;
}

static int found(struct container *e, struct container_member *ret, struct ev_err *err)
{
    const uint32_t flags = e->in.flags, sum = (uint32_t)e->in.offset;
    uint64_t size = e->in.size;
    int fd = -1, rc = EV_OK;

    name_member(e, e->in.text);
    *ret = (struct container_member){ .path = (const char *)e->name.p };
    memcpy(ret->time, e->in.time, sizeof ret->time);
    e->go = false;
    if (flags & WIRE_EXTENTS) {
        ret->source = direct(e, size, ret->path);
        if (!ret->source)
            return ev_err_set(err, EV_EFORMAT,
                              "its reader says nonsense; nothing more of it is read");
    } else if (!(flags & WIRE_STREAM)) {
        ret->source = container_remote(e, e->in.handle, size, ret->path);
    } else {
        rc = receive(e, e->disk / 2, &fd, &size, err);
        if (rc < 0)
            return rc;
        buf_byte(&e->text, 0);
        if (e->text.n > 1)
            ret->trouble = (const char *)e->text.p;
        if (fd >= 0)
            ret->source = container_spooled(e, fd, size, ret->path);
    }
    if (ret->source)
        source_set_state(ret->source, flags & WIRE_RAW       ? SOURCE_RAW
                                      : flags & WIRE_DELETED ? SOURCE_DELETED
                                                             : SOURCE_LIVE);
    if (ret->source && (flags & WIRE_SUM))
        ret->source = source_summed(ret->source, sum);
    return 1;
}

static int media(struct container *e, struct container_member *ret, struct ev_err *err)
{
    const size_t n = strlen(e->in.text) + 1;
    uint8_t stored[WIRE_STORED];

    if (e->in.ntext != n + WIRE_STORED)
        return ev_err_set(err, EV_EFORMAT, "its reader says nonsense; nothing more of it is read");
    memcpy(stored, e->in.text + n, sizeof stored);
    name_member(e, e->in.text);
    *ret = (struct container_member){ .path = (const char *)e->name.p, .media = true };
    ret->stored.has_md5 = stored[0] & 1;
    ret->stored.has_sha1 = (stored[0] & 2) != 0;
    memcpy(ret->stored.md5, stored + 1, 16);
    memcpy(ret->stored.sha1, stored + 17, 20);
    ret->source = container_remote(e, e->in.handle, e->in.size, ret->path);
    e->go = false;
    return 1;
}

static int trouble(struct container *e, struct container_member *ret)
{
    size_t n = strlen(e->in.text);

    name_member(e, e->in.text);
    buf_clear(&e->text);
    if (n < e->in.ntext)
        buf_str(&e->text, e->in.text + n + 1);
    buf_byte(&e->text, 0);
    *ret = (struct container_member){ .path = (const char *)e->name.p,
                                      .trouble = (const char *)e->text.p };
    return 1;
}

/* Answers one message: 1 when it is something to hand over, 0 when it is not. */
static int answer(struct container *e, struct container_member *ret, struct ev_err *err)
{
    switch (e->in.type) {
    case WIRE_FOUND:
        return found(e, ret, err);
    case WIRE_MEDIA:
        return media(e, ret, err);
    case WIRE_TROUBLE:
        return trouble(e, ret);
    case WIRE_PASSED:
        e->passed += e->in.handle;
        return 0;
    case WIRE_FILE:
        return open_beside(e, err);
    case WIRE_SPOOL:
        return spool(e, err);
    case WIRE_DONE:
        e->done = true;
        return 0;
    default:
        return ev_err_set(err, EV_EFORMAT, "its reader says nonsense; nothing more of it is read");
    }
}

/* Half of the budget is for the next log, so that what fits does not hang on how fast others are. */
static void wait_for_room(struct container *e)
{
    pthread_mutex_lock(&e->count_lock);
    while (e->flying > e->disk / 2 - (e->kept < e->disk / 2 ? e->kept : e->disk / 2) &&
           e->flying > 0)
        pthread_cond_wait(&e->freed, &e->count_lock);
    pthread_mutex_unlock(&e->count_lock);
}

int container_next(struct container *e, struct container_member *ret, struct ev_err *err)
{
    int rc = EV_OK;

    wait_for_room(e);
    pthread_mutex_lock(&e->lock);
    if (!e->started)
        rc = say_start(e, err);
    e->started = true;
    if (rc == EV_OK && !e->go && !e->done) {
        rc = container_say_closed(e, err);
    }
    if (rc == EV_OK && !e->go && !e->done) {
        wire_init(&e->out, WIRE_GO, SLICE_ABSENT);
        rc = container_say(e, &e->out, -1, err);
        e->go = true;
    }
    while (rc == EV_OK && !e->done) {
        rc = container_hear(e, err);
        if (rc == EV_OK)
            rc = answer(e, ret, err);
    }
    if (rc < 0 && rc != EV_EINTR && e->socket >= 0) {
        container_stop(e);
        e->lost = (struct ev_err){ 0 };
        ev_err_set(&e->lost, EV_EIO, "its reader was given up");
    }
    if (rc < 0)
        e->done = true;
    pthread_mutex_unlock(&e->lock);
    if (rc < 0)
        ev_err_file(err, e->path);
    return rc;
}
