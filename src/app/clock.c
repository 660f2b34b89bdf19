#include "app/clock.h"

#include <time.h>

#include "base/filetime.h"

uint64_t filetime_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return FILETIME_UNIX_EPOCH + (uint64_t)now.tv_sec * FILETIME_SECOND +
           (uint64_t)now.tv_nsec / 100;
}
