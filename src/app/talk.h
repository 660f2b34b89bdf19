/* talk.h - sentences for the user on standard error.
 * Rank: base/. */
#ifndef APP_TALK_H
#define APP_TALK_H

#include "base/err.h"

/* "evtriage: file:line:column: text" */
void talk_error(const struct ev_err *err);
/* "evtriage: ..." */
void talk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
