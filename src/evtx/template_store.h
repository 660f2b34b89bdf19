/* template_store.h - definitions by template id, for records that have lost theirs.
 *
 * A definition is copied out of its chunk with the names that it uses, so that the chunk may go. The
 * first of an id stays: in a file that was not tampered with there is only one (doc/evtx-format.md).
 * Rank: base/, binxml.h, template_scan.h. */
#ifndef EVTX_TEMPLATE_STORE_H
#define EVTX_TEMPLATE_STORE_H

#include "base/map.h"
#include "base/vec.h"
#include "evtx/template_scan.h"

struct template_store {
    struct arena arena;
    struct map by_id; /* four bytes of id -> index into copy */
    VEC(struct slice) copy;
    bool full; /* a cap was reached: some are missing */
};

void template_store_init(struct template_store *s);
void template_store_release(struct template_store *s);
void template_store_clear(struct template_store *s);

/* Adds every definition that stands in the bytes of a chunk at or after `from`, behind an instance of its own: the
 * instance's offset says that it follows, and its id is the first dword of the GUID. */
void template_store_scan(struct template_store *s, struct slice chunk, size_t from);

/* binxml_find_fn's job. */
bool template_store_find(const struct template_store *s, uint32_t id,
                         struct binxml_definition *ret);

#endif
