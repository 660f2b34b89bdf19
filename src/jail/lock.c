#include "jail/lock.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static int limit(int what, uint64_t n)
{
    const struct rlimit l = { (rlim_t)n, (rlim_t)n };

    return setrlimit((__rlimit_resource_t)what, &l);
}

static int lock_limits(struct ev_err *err)
{
    if (limit(RLIMIT_FSIZE, 0) < 0 || limit(RLIMIT_CORE, 0) < 0 ||
        limit(RLIMIT_NOFILE, LIMIT_EVIDENCE_BESIDE + 64) < 0) {
        /* A harder limit of the user's own is as good. */
        if (errno != EPERM)
            return ev_err_errno(err, EV_EIO, errno, "resource limits cannot be set");
    }
    /* The sanitizer maps terabytes. */
    if (!SANITIZED && limit(RLIMIT_AS, LIMIT_EVIDENCE_MEMORY) < 0 && errno != EPERM)
        return ev_err_errno(err, EV_EIO, errno, "the memory limit cannot be set");
    return EV_OK;
}

/* All that each version of Landlock can refuse: files, from version 4 on connections, from 6 on signals and
 * sockets of others. Best effort: seccomp alone already refuses every way to open a file. */
int jail_lock_files(void)
{
#if defined(SYS_landlock_create_ruleset) && defined(SYS_landlock_restrict_self)
    static const uint64_t known[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };
    const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);
    struct {
        uint64_t fs, net, scoped;
    } handled = { 0 };
    long rc;
    int fd;

    if (version < 1)
        return 0;
    handled.fs = known[version < 5 ? version : 5];
    handled.net = version >= 4 ? 3 : 0;
    handled.scoped = version >= 6 ? 3 : 0;
    /* Older kernels take the longer form as long as what they do not know is zero. */
    fd = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0u);
    if (fd < 0)
        return 0;
    rc = syscall(SYS_landlock_restrict_self, fd, 0u);
    close(fd);
    return rc == 0 ? (int)version : 0;
#else
    return 0;
#endif
}

#ifdef HAVE_LIBSECCOMP
#include <seccomp.h>

/* What computing, reading descriptors and talking through the socket takes. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
};

/* What libraries ask for in passing and can do without: answered by "no". */
static const int refused[] = {
    SCMP_SYS(open),      SCMP_SYS(openat),     SCMP_SYS(openat2),   SCMP_SYS(stat),
    SCMP_SYS(lstat),     SCMP_SYS(newfstatat), SCMP_SYS(statx),     SCMP_SYS(access),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),    SCMP_SYS(ioctl),      SCMP_SYS(fcntl),     SCMP_SYS(uname),
    SCMP_SYS(sysinfo),   SCMP_SYS(getuid),     SCMP_SYS(geteuid),   SCMP_SYS(getgid),
    SCMP_SYS(getegid),   SCMP_SYS(getrlimit),  SCMP_SYS(prlimit64), SCMP_SYS(getrusage),
    SCMP_SYS(write),     SCMP_SYS(writev),     SCMP_SYS(fadvise64), SCMP_SYS(sched_getaffinity),
};

static int add_rules(scmp_filter_ctx c)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
        rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; rc == 0 && !SANITIZED && i < sizeof refused / sizeof *refused; i++)
        rc = seccomp_rule_add(c, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    /* Memory, but none that can be run. */
    if (rc == 0)
        rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (rc == 0)
        rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* abort() of a library: its own signal only. */
    if (rc == 0)
        rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                              SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    if (rc == 0 && SANITIZED) /* its report */
        rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                              SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0));
    return rc;
}

static const char no_seccomp[] = "this system does not let the reader of archives and images lock "
                                 "itself up (seccomp), so it reads nothing";

static int lock_calls(struct ev_err *err)
{
    scmp_filter_ctx c = seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EACCES) : SCMP_ACT_KILL_PROCESS);
    int rc;

    if (!c)
        return ev_err_set(err, EV_EUNSUPPORTED, "%s; Linux 4.14 and later can", no_seccomp);
    rc = add_rules(c);
    if (rc == 0)
        rc = seccomp_load(c);
    seccomp_release(c);
    if (rc < 0)
        return ev_err_errno(err, EV_EUNSUPPORTED, -rc, "%s", no_seccomp);
    return EV_OK;
}
#else
static int lock_calls(struct ev_err *err)
{
    return ev_err_set(err, EV_EUNSUPPORTED,
                      "archives and images are read only behind seccomp; built without libseccomp: "
                      "install libseccomp-dev and rebuild");
}
#endif

int jail_lock(struct ev_err *err)
{
    int rc = lock_limits(err);

    if (rc < 0)
        return rc;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return ev_err_errno(err, EV_EUNSUPPORTED, errno, "privileges cannot be given up");
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)jail_lock_files();
    return lock_calls(err);
}
