/* render_walk.h - calls of the token walk -> XML text.
 *
 * Knows the whole grammar, as the walk does; render_program.h is the fast way for templates of the
 * usual shape and writes the same bytes.
 * Rank: base/, binxml.h, render_name.h, render_value.h. */
#ifndef EVTX_RENDER_WALK_H
#define EVTX_RENDER_WALK_H

#include "base/buf.h"
#include "base/limits.h"
#include "evtx/render_value.h"

#define RENDER_ATTRIBUTES 64 /* of one element; more are left out and counted */

struct render_walk {
    struct render_state *state;
    struct buf *out;
    size_t most;             /* out->n may not pass it */
    const struct binxml *at; /* the walk that calls */
    unsigned depth;
    struct {
        size_t at, n;
    } name[LIMIT_BINXML_DEPTH];     /* of the open elements, in out */
    bool empty[LIMIT_BINXML_DEPTH]; /* its tag was closed at once */
    bool in_attribute, any, doubled;
    size_t from;   /* where the attribute begins */
    uint16_t high; /* first half of a surrogate pair that came as a character reference */
    struct {
        size_t at, n;
    } seen[RENDER_ATTRIBUTES]; /* names of the open tag's attributes, in out */
    unsigned attributes;
};

extern const struct binxml_sink render_walk_calls; /* their ctx is a struct render_walk */

/* Output goes behind what out holds, at most LIMIT_RENDER_XML bytes of it. */
void render_walk_start(struct render_walk *w, struct render_state *state, struct buf *out,
                       const struct binxml *at);

#endif
