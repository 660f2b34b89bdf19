/* rx_impl.h - the making of nodes, for rx.c and rx_parse.c. Each gives NULL or false without memory.
 * Rank: rx.h. */
#ifndef KNOWLEDGE_RX_IMPL_H
#define KNOWLEDGE_RX_IMPL_H

#include "knowledge/rx.h"

struct rx *rx_new(struct arena *a, enum rx_kind kind);
/* r or child NULL: false. */
bool rx_add(struct arena *a, struct rx *r, struct rx *child);
bool rx_add_range(struct arena *a, struct rx *set, uint32_t from, uint32_t to);
/* Orders and joins the ranges. */
void rx_set_finish(struct rx *set);
struct rx *rx_full(struct arena *a);
struct rx *rx_point(struct arena *a, uint32_t c);
struct rx *rx_repeat(struct arena *a, struct rx *child, uint32_t min, uint32_t max);

#endif
