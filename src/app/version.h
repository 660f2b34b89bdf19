/* version.h - what this program is made of.
 * Rank: knowledge/. */
#ifndef APP_VERSION_H
#define APP_VERSION_H

#include <stdbool.h>
#include <stdio.h>

/* One line; verbose: also the versions of tables and optional parts. */
void version_print(FILE *to, bool verbose);

#endif
