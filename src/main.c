/* main.c - the program's entry: argv in, exit code out.
 *
 * Everything else is in libevtriage.a, so that tests reach all of it. */
#include "app/app.h"

int main(int argc, char **argv)
{
    return app_run(argc, argv);
}
