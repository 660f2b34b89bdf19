/* container_start.c - the helper's birth, end, and what its end says.
 * May include: base/, container_impl.h. */
#include "input/container_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "input/src_file.h"

#define HELPER "evtriage-evidence"
enum { TICK = 250 /* milliseconds between looks at the stop flag */ };

extern char **environ;

/* DIR/TAIL into out when it can be run. */
static bool helper_at(const char *dir, size_t n, const char *tail, char *out)
{
    int len = snprintf(out, LIMIT_PATH, "%.*s%s" HELPER, (int)n, dir, tail);

    return len > 0 && len < LIMIT_PATH && access(out, X_OK) == 0;
}

/* Beside the program (a build folder, a kit), below its parent, where it is installed. */
bool container_helper(const struct container_options *o, char *out)
{
    char self[LIMIT_PATH];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);

    if (o->program)
        return snprintf(out, LIMIT_PATH, "%s", o->program) < LIMIT_PATH && access(out, X_OK) == 0;
    while (n > 0 && self[n - 1] != '/')
        n--;
    if (n > 0 &&
        (helper_at(self, (size_t)n, "", out) || helper_at(self, (size_t)n, "../libexec/", out)))
        return true;
    return helper_at(EVTRIAGE_LIBEXECDIR, strlen(EVTRIAGE_LIBEXECDIR), "/", out);
}

/* Above the numbers that the helper gets them under. */
static int raised(int fd)
{
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 16);

    if (fd >= 0)
        close(fd);
    return high;
}

static int memory_new(const uint8_t **ret_map)
{
    const size_t n = (size_t)WIRE_SLOTS * WIRE_SLOT;
    int fd = raised(memfd_create("evtriage-evidence", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    void *p;

    if (fd < 0)
        return -1;
    /* Sealed: a shorter file under the mapping would end the program by a signal. */
    if (ftruncate(fd, (off_t)n) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0 ||
        (p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0)) == MAP_FAILED) {
        close(fd);
        return -1;
    }
    *ret_map = p;
    return fd;
}

static int spawn(struct container *e, const char *program, int socket, int memory, int file)
{
    char name[] = HELPER;
    char *argv[] = { name, NULL };
    posix_spawn_file_actions_t actions;
    int nothing[2], rc; /* a pipe without another end: there need be no /dev/null */

    if (pipe2(nothing, O_CLOEXEC) < 0)
        return errno;
    nothing[0] = raised(nothing[0]);
    nothing[1] = raised(nothing[1]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, nothing[0], 0);
    posix_spawn_file_actions_adddup2(&actions, nothing[1], 1);
    posix_spawn_file_actions_adddup2(&actions, socket, WIRE_SOCKET);
    posix_spawn_file_actions_adddup2(&actions, memory, WIRE_MEMORY);
    posix_spawn_file_actions_adddup2(&actions, file, WIRE_EVIDENCE);
    rc = posix_spawn(&e->pid, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 2; i++)
        if (nothing[i] >= 0)
            close(nothing[i]);
    if (rc != 0)
        e->pid = 0;
    return rc;
}

int container_start(struct container *e, const struct source *from, struct ev_err *err)
{
    char program[LIMIT_PATH];
    int pair[2] = { -1, -1 }, memory = -1, file, fault = 0;
    int rc = EV_OK;

    file = raised(from ? source_dup_fd(from)
                       : open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file < 0) {
        rc = ev_err_errno(err, EV_EIO, errno, "cannot be opened");
    } else if (!container_helper(&e->o, program)) {
        rc = ev_err_set(err, EV_EUNSUPPORTED,
                        "the program %s/" HELPER
                        ", which reads archives and disk images, is not there: install it",
                        EVTRIAGE_LIBEXECDIR);
    } else {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
            pair[1] = raised(pair[1]);
            memory = memory_new(&e->slot);
        }
        fault = memory < 0 || pair[1] < 0 ? errno : spawn(e, program, pair[1], memory, file);
        if (fault)
            rc = ev_err_errno(err, EV_EIO, fault, "%s cannot be started", program);
    }
    e->socket = pair[0];
    if (rc < 0)
        container_stop(e);
    for (int i = 0; i < 3; i++) {
        const int fd[] = { pair[1], memory, rc < 0 ? file : -1 };
        if (fd[i] >= 0)
            close(fd[i]);
    }
    e->file = rc < 0 ? -1 : file;
    return rc;
}

/* Kills it: all it has is ours, and it may hang. Returns the status that it ended with. */
static int reap(struct container *e, bool ended)
{
    int status = 0;

    if (e->pid <= 0)
        return 0;
    for (int i = 0; ended && i < 40; i++) { /* its socket closes a moment before it is gone */
        const struct timespec nap = { .tv_nsec = 5000000 };
        if (waitpid(e->pid, &status, WNOHANG) == e->pid) {
            e->pid = 0;
            return status;
        }
        nanosleep(&nap, NULL);
    }
    kill(e->pid, SIGKILL);
    while (waitpid(e->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    e->pid = 0;
    return status;
}

void container_stop(struct container *e)
{
    if (e->socket >= 0)
        close(e->socket);
    e->socket = -1;
    (void)reap(e, false);
    if (e->slot)
        munmap((void *)(uintptr_t)e->slot, (size_t)WIRE_SLOTS * WIRE_SLOT);
    e->slot = NULL;
}

/* The helper ended by itself: why. */
static void say_ended(struct container *e)
{
    int status = reap(e, true);

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        ev_err_set(
            &e->lost, EV_EIO,
            "its reader tried a forbidden system call and was ended; nothing more of it is read");
    else if (WIFSIGNALED(status))
        ev_err_set(&e->lost, EV_EIO, "its reader crashed (signal %d); nothing more of it is read",
                   WTERMSIG(status));
    else
        ev_err_set(&e->lost, EV_EIO, "its reader ended with code %d; nothing more of it is read",
                   WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

static int lost(struct container *e, int rc, struct ev_err *err)
{
    if (rc == EV_EFORMAT)
        ev_err_set(&e->lost, EV_EIO, "its reader says nonsense; nothing more of it is read");
    else if (rc == EV_ELIMIT)
        ev_err_set(&e->lost, EV_EIO,
                   "its reader was silent for %d seconds and was ended; nothing more of it is read",
                   LIMIT_EVIDENCE_SILENCE);
    else
        say_ended(e);
    ev_err_file(&e->lost, e->path);
    container_stop(e);
    if (err)
        *err = e->lost;
    return EV_EIO;
}

int container_hear(struct container *e, struct ev_err *err)
{
    const unsigned ticks = (e->o.silence ? e->o.silence : LIMIT_EVIDENCE_SILENCE) * 1000u / TICK;
    unsigned silent = 0;
    int rc;

    if (e->socket < 0) {
        if (err)
            *err = e->lost;
        return e->lost.rc < 0 ? e->lost.rc : EV_EIO;
    }
    for (;;) {
        rc = wire_receive(e->socket, TICK, &e->in, NULL);
        if (rc == EV_OK && e->in.type == WIRE_ALIVE) {
            silent = 0;
            rc = EV_ELIMIT;
        } else if (rc == EV_ELIMIT && ++silent >= ticks) {
            return lost(e, rc, err);
        }
        if (rc == EV_OK)
            return rc;
        if (e->o.stop && e->o.stop(e->o.stop_ctx)) {
            container_stop(e); /* in the middle of a conversation that cannot be taken up again */
            ev_err_set(&e->lost, EV_EINTR, "interrupted");
            return ev_err_set(err, EV_EINTR, "interrupted");
        }
        if (rc != EV_ELIMIT && rc != EV_EINTR)
            return lost(e, rc, err);
    }
}

int container_say(struct container *e, const struct wire *w, int fd, struct ev_err *err)
{
    if (e->socket < 0) {
        if (err)
            *err = e->lost;
        return EV_EIO;
    }
    return wire_send(e->socket, w, fd) == EV_OK ? EV_OK : lost(e, EV_ETRUNC, err);
}

int container_say_closed(struct container *e, struct ev_err *err)
{
    uint64_t handle;
    int rc = EV_OK;

    while (rc == EV_OK) {
        pthread_mutex_lock(&e->count_lock);
        handle = e->closing.n ? e->closing.v[--e->closing.n] : UINT64_MAX;
        pthread_mutex_unlock(&e->count_lock);
        if (handle == UINT64_MAX)
            break;
        wire_init(&e->out, WIRE_CLOSE, SLICE_ABSENT);
        e->out.handle = handle;
        rc = container_say(e, &e->out, -1, err);
    }
    return rc;
}

struct slice container_data(const struct container *e)
{
    if (e->in.type != WIRE_DATA || e->in.slot >= WIRE_SLOTS || e->in.n > WIRE_SLOT)
        return SLICE_ABSENT;
    return slice_of(e->slot + (size_t)e->in.slot * WIRE_SLOT, e->in.n);
}
