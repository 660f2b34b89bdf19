#include "app/talk.h"

#include <stdio.h>

void talk_error(const struct ev_err *err)
{
    char text[1200];
    fprintf(stderr, "evtriage: %s\n", ev_err_format(err, text, sizeof text));
}

void talk(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("evtriage: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
}
