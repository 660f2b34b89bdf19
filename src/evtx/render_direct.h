/* render_direct.h - a record without templates -> XML, when it is of the usual shape.
 *
 * Such a record spells out its elements, which are written as they are met. Names stand at the same
 * places of a chunk for all its records, so each is made UTF-8 once a chunk. Whatever is not an element,
 * an attribute or a text is left to the token walk, which writes the same bytes.
 * Rank: base/, event/, native_impl.h, render_value.h. */
#ifndef EVTX_RENDER_DIRECT_H
#define EVTX_RENDER_DIRECT_H

#include "evtx/native_impl.h"
#include "evtx/render_value.h"

/* A name of the chunk at hand as XML. */
struct render_direct_name {
    uint32_t at, generation; /* its place; of template_cache, valid when equal */
    uint32_t skip;           /* bytes of it where it stands inside the record */
    uint32_t n;
    uint8_t text[64]; /* render_copy touches all */
};

#define RENDER_DIRECT_NAMES 512 /* seen in one chunk: 90 */

/* All zero at first; goes with one worker. */
struct render_direct {
    struct render_direct_name name[RENDER_DIRECT_NAMES];
};

/* Appends the document between at and end of the job's chunk. False, and nothing appended, when it is
 * for the walk. */
bool render_direct(struct render_direct *d, struct render_state *state, struct native_job *j,
                   uint32_t at, uint32_t end, struct buf *out);

#endif
