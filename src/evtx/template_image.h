/* template_image.h - the bytes of a definition that was recognised, to recognise it sooner.
 *
 * The same definition differs from chunk to chunk only in where its names lie: in the offsets of
 * those that an earlier definition has written, and in the links of its own. With these masked out
 * whole definitions compare as bytes; a name is looked at once, not at each of its uses.
 * Equal by its image is equal token for token; the reverse does not hold.
 * Rank: base/, template_scan.h. */
#ifndef EVTX_TEMPLATE_IMAGE_H
#define EVTX_TEMPLATE_IMAGE_H

#include "base/arena.h"
#include "evtx/template_scan.h"

#define IMAGE_VARIANTS 3 /* of a template: they differ in which names stand inside */

struct template_image;

struct template_images {
    struct template_image *first;
    uint32_t n;
};

/* Is the definition that s was started on one of these? */
bool template_image_find(const struct template_images *of, const struct template_scan *s);

/* Adds the definition that s was started on; no harm when the arena is full. */
void template_image_keep(struct template_images *of, struct arena *a, struct template_scan s);

#endif
