/* confined.c - what the helper's lock asks of the kernel, and a kernel that has less of it.
 *
 * confined landlock FILE: locks itself up by Landlock alone, then tries to open FILE for reading, to write beside
 * it, and to connect. Exit 0: all was refused; 77: the kernel has no Landlock.
 * confined without CALL,... PROGRAM ARGUMENT...: runs the program where these system calls do not exist. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jail/lock.h"

#ifdef HAVE_LIBSECCOMP
#include <seccomp.h>
#endif

static int refused(const char *what, bool yes)
{
    if (!yes)
        printf("%s was not refused\n", what);
    return yes ? 0 : 1;
}

static int landlock(const char *file)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
    char beside[4096];
    int bad = 0, version, s = socket(AF_INET, SOCK_STREAM, 0), open_before = open(file, O_RDONLY);
    char byte;

    snprintf(beside, sizeof beside, "%s.new", file);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (open_before < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return 1;
    version = jail_lock_files();
    if (version == 0)
        return 77;
    bad |= refused("reading", open(file, O_RDONLY) < 0 && errno == EACCES);
    bad |= refused("writing", open(beside, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
    bad |= refused("removing", unlink(file) < 0 && errno == EACCES);
    bad |= refused("running", execl("/bin/true", "true", (char *)NULL) < 0 && errno == EACCES);
    if (version >= 4 && s >= 0)
        bad |= refused("a connection", connect(s, (struct sockaddr *)(void *)&to, sizeof to) < 0 &&
                                           errno == EACCES);
    /* What is open stays so: that is how the helper reads. */
    bad |= read(open_before, &byte, 1) == 1 ? 0 : 1;
    if (!bad)
        printf("Landlock version %d refuses\n", version);
    return bad;
}

static int without(char *calls, char **argv)
{
#ifdef HAVE_LIBSECCOMP
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);

    for (char *name = strtok_r(calls, ",", &calls); name; name = strtok_r(NULL, ",", &calls)) {
        int call = seccomp_syscall_resolve_name(name);
        if (call == __NR_SCMP_ERROR || seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), call, 0) < 0)
            return 1;
        /* The older way to the same. */
        if (strcmp(name, "seccomp") == 0 &&
            seccomp_rule_add(c, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                             SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)) < 0)
            return 1;
    }
    if (seccomp_load(c) < 0)
        return 77;
    seccomp_release(c);
    execv(argv[0], argv);
    return 1;
#else
    (void)calls, (void)argv;
    return 77;
#endif
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "landlock") == 0)
        return landlock(argv[2]);
    if (argc > 3 && strcmp(argv[1], "without") == 0)
        return without(argv[2], argv + 3);
    return 2;
}
