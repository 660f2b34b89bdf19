/* verify_against.h - `evtriage verify --against MANIFEST`: is all that a run was made of still the same?
 * Rank: options.h. */
#ifndef APP_VERIFY_AGAINST_H
#define APP_VERIFY_AGAINST_H

#include "app/options.h"

/* Checks each input, log inside evidence, rule file and output that the manifest holds a digest of, and
 * prints one line, or JSON object, for each. The exit code: 0 all the same; 3 something is missing or
 * cannot be read; 4 something has changed. */
int verify_against(const struct options *o);

#endif
