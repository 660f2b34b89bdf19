/* old_kernel.c - runs a command as if the kernel were eight years old: Linux 4.19, November 2018.
 *
 * System calls that came later do not exist for it (ENOSYS), which is what shows whether loader, libc and
 * program do without them. What later kernels changed in old calls it cannot take back. Linked statically,
 * so that it also runs in a chroot; used by prove.sh only. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The last of 4.19; the next on x86-64 is 424, of 5.1. */
enum { LAST_CALL = SYS_rseq };

static int grow_old(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_CALL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { .len = sizeof filter / sizeof *filter, .filter = filter };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        return -1;
    /* Else nothing would be shown by what follows. */
    return syscall(SYS_close_range, ~0u, ~0u, 0) < 0 && errno == ENOSYS ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc < 2 || grow_old() < 0) {
        fputs("old_kernel: cannot put the filter on\n", stderr);
        return 125;
    }
    execv(argv[1], argv + 1);
    fprintf(stderr, "old_kernel: %s: %s\n", argv[1], strerror(errno));
    return 127;
}
