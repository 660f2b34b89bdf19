/* container_support.c - what evidence this build can read.
 *
 * The libraries for disk images are known to the helper alone, which opens them when it starts: it is
 * asked. May include: base/, container_impl.h. */
#include "input/container_impl.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const line[] = {
#ifdef HAVE_LIBSECCOMP
    "jail (libseccomp " LIBSECCOMP_VERSION ")",
#else
    "no jail, so no archives and images: built without libseccomp: install libseccomp-dev and "
    "rebuild",
#endif
#ifdef HAVE_LIBARCHIVE
    "zip, 7z, tar, cab, gz, xz, zst, bz2, lz4, lz (libarchive " LIBARCHIVE_VERSION ")",
#else
    "no archives: built without libarchive: install libarchive-dev and rebuild",
#endif
#ifdef HAVE_LIBTSK
    "raw images, GPT, MBR, NTFS, FAT, exFAT (libtsk " LIBTSK_VERSION ")",
#else
    "no disk images: built without libtsk: install libtsk-dev and rebuild",
#endif
};

/* What the helper prints when it is asked for its libraries. False: there is none. */
static bool ask(const char *program, int out)
{
    char name[] = "evtriage-evidence", option[] = "--libraries";
    char *argv[] = { name, option, NULL };
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 1;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (posix_spawn(&pid, program, &actions, NULL, argv, environ) == 0)
        (void)waitpid(pid, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    return status == 0;
}

void container_support(const struct container_options *o, struct buf *out)
{
    char program[LIMIT_PATH], text[4096]; /* a page: fits a pipe that nobody reads yet */
    int end[2];
    ssize_t n = 0;

    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        buf_printf(out, "%s\n", line[i]);
    if (!container_helper(o, program)) {
        buf_str(out, "no archives and images: the program evtriage-evidence is not installed\n");
        return;
    }
    if (pipe2(end, O_CLOEXEC) < 0)
        return;
    if (ask(program, end[1])) {
        close(end[1]);
        end[1] = -1;
        n = read(end[0], text, sizeof text);
    }
    if (n > 0)
        buf_slice(out, slice_of((const uint8_t *)text, (size_t)n));
    for (int i = 0; i < 2; i++)
        if (end[i] >= 0)
            close(end[i]);
}
