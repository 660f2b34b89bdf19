/* print.h - text of rules and events on a terminal.
 * Rank: base/. */
#ifndef APP_PRINT_H
#define APP_PRINT_H

#include <stdio.h>

#include "base/slice.h"

/* Control characters as control pictures: what others wrote must not steer the terminal. */
void print_slice(FILE *f, struct slice s);
/* A line of such text from printf's arguments; the newline is added. */
void print_line(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line of n cells with tabs between them. */
void print_cells(FILE *f, const struct slice *cell, size_t n);

#endif
