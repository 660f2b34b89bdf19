/* interrupt.h - Ctrl-C: the first asks the run to stop, the second ends it at once.
 *
 * A signal handler can only reach static memory: the flag in interrupt.c is the one variable of the
 * program that lives outside a function.
 * Rank: includes nothing of ours. */
#ifndef APP_INTERRUPT_H
#define APP_INTERRUPT_H

#include <stdbool.h>

/* SIGINT and SIGTERM from now on set the flag; a second one ends the process with the signal's
 * default action (temporary files are unlinked from the start or named *.partial only at the end).
 */
void interrupt_catch(void);
/* Fits scan_options.stop; ctx is ignored. */
bool interrupt_seen(void *ctx);

#endif
