/* interrupt.h - Ctrl-C: the first asks the run to stop, the second ends it and removes everything.
 *
 * A signal handler can only reach static memory: what interrupt.c keeps there are the only variables of
 * the program outside a function.
 * Rank: base/. */
#ifndef APP_INTERRUPT_H
#define APP_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP (those that are not ignored) set the flag; a second one removes
 * the files of interrupt_remove and ends the process with 130. SIGPIPE and SIGQUIT remove them and then
 * do what they do. SIGXFSZ is ignored, so that a write beyond the limit fails like a full disk. */
void interrupt_catch(void);
/* Fits scan_options.stop; ctx is ignored. */
bool interrupt_seen(void *ctx);
/* A temporary file with a name: path is copied. Not from two threads at once. */
void interrupt_remove(const char *path);
/* The files are complete, or removed: nothing is left to do. */
void interrupt_forget(void);

#endif
