/* banned.h - calls that this program does not make; force-included before everything.
 *
 * Each has a bounded, checked or thread-safe replacement in base/. The headers that declare them
 * come first, so that only our calls fail. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atof gmtime localtime   \
    ctime asctime rand srand alloca gets
#endif
