/* terminal.h - what the user's terminal can show.
 * Rank: includes nothing of ours. */
#ifndef APP_TERMINAL_H
#define APP_TERMINAL_H

#include <stdbool.h>

/* Columns of the terminal behind fd; 0 when it is none. */
unsigned terminal_width(int fd);
/* Should fd get colors? when: "always", "never", or NULL or "auto": on a terminal unless NO_COLOR is
 * set or TERM is dumb. */
bool terminal_color(const char *when, int fd);

#endif
