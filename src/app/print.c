#include "app/print.h"

#include "base/escape.h"

void print_slice(FILE *f, struct slice s)
{
    struct buf b;
    buf_init(&b, 3 * s.n + 16); /* a control picture has three bytes */
    escape_controls(s, &b);
    fwrite(b.p ? b.p : (const uint8_t *)"", 1, b.n, f);
    buf_release(&b);
}
