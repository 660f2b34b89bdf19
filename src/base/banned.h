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

/* rand is forbidden too, but OpenSSL names parameters so: tests/lint/words.sh finds it.
 *
 * Some of these are macros, depending on compiler and options. */
#undef alloca
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat
#undef strtok_r
#undef gets

#ifndef EVTRIAGE_FOREIGN_HEADERS /* libtsk has members of such names; a lint reads jail/ instead */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atof gmtime localtime  \
    ctime asctime alloca gets
#endif
#endif
