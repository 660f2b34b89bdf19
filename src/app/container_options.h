/* container_options.h - the command line's wishes for archives and disk images.
 * Rank: options.h, scan/. */
#ifndef APP_CONTAINER_OPTIONS_H
#define APP_CONTAINER_OPTIONS_H

#include "app/options.h"
#include "scan/inputs.h"

/* Sets in->container, with the secrets that files hold; they live in in's arena. EV_EUSAGE, EV_EIO. */
int container_options_make(const struct options *o, struct inputs *in, struct ev_err *err);

#endif
