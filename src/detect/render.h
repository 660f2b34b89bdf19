/* render.h - rows as text, made by the worker that found them.
 *
 * What sinks write of a row is decided when the row is known, so workers write it, side by side, and
 * only the text is sorted: no thread decodes and formats all rows at the end. The text says nothing
 * of the row's place and other places, which are known after the sort; copies of a record have equal
 * texts.
 * Rank: detection.h. */
#ifndef DETECT_RENDER_H
#define DETECT_RENDER_H

#include "detect/detection.h"

struct render {
    /* The state of one thread. */
    void *(*open)(const struct render *r);
    void (*close)(void *state);
    /* Appends what all rows of an event share; d as detection_of_event made it, or a whole row.
     * out->full when it did not fit. */
    void (*event)(void *state, const struct detection *d, struct buf *out);
    /* Appends what a row says besides. */
    void (*row)(void *state, const struct detection *d, struct buf *out);
};

#endif
