/* launcher.c - starts a program of the triage kit with the kit's own loader and libraries.
 *
 * Linked statically, so that nothing of the system is used: it runs in an empty chroot, too. The kit
 * lies where the launcher lies: PROGRAM or libexec/PROGRAM starts bin/PROGRAM. Rules and the helper
 * for archives and images are the kit's unless the environment names others. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { MORE = 6 }; /* arguments before the user's own: loader, its options, the program */

static int die(const char *what, const char *path)
{
    fprintf(stderr, "evtriage: %s: %s: %s\n", path, what, strerror(errno));
    return 1;
}

/* The file that was started. Without /proc the kernel still tells the name that it was given. */
static int own_path(char out[PATH_MAX])
{
    const ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

    if (n > 0) {
        out[n] = '\0';
        return 0;
    }
    const char *name = (const char *)getauxval(AT_EXECFN);
    return name && realpath(name, out) ? 0 : -1;
}

/* Cuts the last part of a path off; returns it. */
static const char *cut(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash)
        return NULL;
    *slash = '\0';
    return slash + 1;
}

static int join(char out[PATH_MAX], const char *root, const char *folder, const char *name)
{
    const int n = snprintf(out, PATH_MAX, "%s/%s%s", root, folder, name);

    return n > 0 && n < PATH_MAX ? 0 : -1;
}

/* What the environment does not say yet. */
static int offer(const char *variable, const char *root, const char *path)
{
    char full[PATH_MAX];

    return join(full, root, path, "") < 0 || setenv(variable, full, 0) < 0 ? -1 : 0;
}

static int prepare(const char *root, const char *program)
{
    /* A library that the system loads into every program is none of the kit's. */
    unsetenv("LD_PRELOAD");
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("LD_AUDIT");
    if (setenv("EVTRIAGE_PROGRAM", program, 1) < 0 ||
        offer("EVTRIAGE_RULES", root, "share/evtriage/rules") < 0 ||
        offer("EVTRIAGE_EVIDENCE", root, "libexec/evtriage-evidence") < 0)
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    char root[PATH_MAX], loader[PATH_MAX], libraries[PATH_MAX], program[PATH_MAX], self[PATH_MAX];
    char no_cache[] = "--inhibit-cache", where[] = "--library-path";
    const char *name, *folder;

    if (own_path(self) < 0)
        return die("cannot find the kit", argc > 0 ? argv[0] : "launcher");
    memcpy(root, self, sizeof root);
    name = cut(root);
    folder = strrchr(root, '/');
    if (folder && strcmp(folder, "/libexec") == 0)
        (void)cut(root);
    if (!name || join(loader, root, "lib/", "ld-linux-x86-64.so.2") < 0 ||
        join(libraries, root, "lib", "") < 0 || join(program, root, "bin/", name) < 0 ||
        prepare(root, program) < 0)
        return die("cannot start", self);
    char **args = calloc((size_t)argc + MORE + 1, sizeof *args);
    if (!args)
        return die("cannot start", self);
    size_t n = 0;
    args[n++] = loader;
    args[n++] = no_cache;
    args[n++] = where;
    args[n++] = libraries;
    args[n++] = program;
    for (int i = 1; i < argc; i++)
        args[n++] = argv[i];
    execv(loader, args);
    return die("cannot start", loader);
}
