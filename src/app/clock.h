/* clock.h - the clock, for relative times of options and for the manifest. Rows never see it.
 * Rank: base/. */
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include <stdint.h>

/* Now, as FILETIME. */
uint64_t filetime_now(void);

#endif
