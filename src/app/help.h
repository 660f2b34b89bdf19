/* help.h - --help of the program and of each command, from options.def.
 * Rank: options.h, command.h. */
#ifndef APP_HELP_H
#define APP_HELP_H

#include <stdio.h>

#include "app/command.h"

/* The commands and how to learn more. */
void help_program(FILE *to);
/* Usage and options of one command. */
void help_command(const struct command *c, FILE *to);

#endif
