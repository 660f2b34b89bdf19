#include "app/print.h"

#include <stdarg.h>

#include "base/escape.h"

void print_slice(FILE *f, struct slice s)
{
    struct buf b;
    buf_init(&b, 3 * s.n + 16); /* a control picture has three bytes */
    escape_controls(s, &b);
    fwrite(b.p ? b.p : (const uint8_t *)"", 1, b.n, f);
    buf_release(&b);
}

void print_line(FILE *f, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    const int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n >= 0) {
        print_slice(f, slice_of(text, (size_t)n));
        free(text);
    }
    fputc('\n', f);
}

void print_cells(FILE *f, const struct slice *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputc('\t', f);
        print_slice(f, cell[i]);
    }
    fputc('\n', f);
}
