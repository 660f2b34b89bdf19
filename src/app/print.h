/* print.h - text of rules and events on a terminal.
 * Rank: base/. */
#ifndef APP_PRINT_H
#define APP_PRINT_H

#include <stdio.h>

#include "base/slice.h"

/* Control characters as control pictures: what others wrote must not steer the terminal. */
void print_slice(FILE *f, struct slice s);

#endif
