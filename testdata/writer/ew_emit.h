/* ew_emit.h - trees to binary XML tokens inside a chunk (notes 1.4 to 1.8). */
#ifndef EW_EMIT_H
#define EW_EMIT_H

#include "ew_chunk.h"
#include "ew_node.h"

/* Values that one template instance can have. */
enum { EW_MAX_SLOTS = 1024 };

/* A template instance: definition (inline where this chunk has none yet) and the
 * values of the tree. min_slots: at least that many values, the unused NULL.
 * guid: NULL takes the shape's hash; a test may force another. */
void ew_emit_instance(struct ew_chunk *c, const struct ew_node *root, size_t min_slots,
                      const uint8_t *guid);

/* The element as it stands, without template: values as text. */
void ew_emit_direct(struct ew_chunk *c, const struct ew_node *root);

/* True when Windows leaves the attribute or element out: its only values are
 * NULL (notes 1.7). */
bool ew_emit_drops(const struct ew_node *n);

#endif
