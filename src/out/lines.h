/* lines.h - rows as text for all outputs of a run at once.
 *
 * Between the workers, which render rows (detect/render.h), and the sinks, which write them in order.
 * Rank: sink.h. */
#ifndef OUT_LINES_H
#define OUT_LINES_H

#include "detect/render.h"
#include "out/sink.h"

struct lines {
    struct render render; /* for the workers; first member */
    struct sink **sink;   /* n of them */
    size_t n;
};

/* sink: borrowed, as is *l by its render. False when one of the sinks wants rows as they are; then
 * all of them get those. */
bool lines_init(struct lines *l, struct sink **sink, size_t n);
/* Writes a row that render made (d->text) to all sinks. EV_EIO, EV_EFORMAT. */
int lines_write(const struct lines *l, const struct detection *d, struct ev_err *err);

#endif
