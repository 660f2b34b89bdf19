#include "app/talk.h"

#include "app/print.h"

/* Names of files and texts of rules stand in what is said: print_line keeps their control characters
 * from the terminal. */
void talk_error(const struct ev_err *err)
{
    char text[1200];
    print_line(stderr, "evtriage: %s", ev_err_format(err, text, sizeof text));
}

void talk(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    const int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    print_line(stderr, "evtriage: %s", text);
    free(text);
}
