/* app.c - options to subcommand to exit code.
 *
 * May include every room. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

int app_run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts(PACKAGE_NAME " " PACKAGE_VERSION);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    fputs("usage: evtriage --version\n", stderr);
    return 2;
}
