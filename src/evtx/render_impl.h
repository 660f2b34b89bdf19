/* render_impl.h - shared by the files that render.
 * Rank: base/, event/, this folder. */
#ifndef EVTX_RENDER_IMPL_H
#define EVTX_RENDER_IMPL_H

#include "base/map.h"
#include "evtx/native_impl.h"
#include "evtx/render.h"
#include "evtx/render_direct.h"
#include "evtx/render_walk.h"

struct render {
    struct render_state state;
    struct render_walk walk;
    struct render_direct direct;
    struct buf text;  /* room for one event's clean XML */
    struct map names; /* of one JSON object */
    /* The name of the source at hand, and the beginning of the member `source` of its events. */
    struct buf file, source;
    bool csv_raw;
};

/* The record at hand of a native job. READER_UNREADABLE with j->failed. */
int render_native(struct render *r, const struct reader_now *now, struct buf *out);

/* XML of an event as another wrote it, made well-formed and stripped of what only indents. */
int render_text(struct render *r, struct slice xml, struct buf *out);

#endif
