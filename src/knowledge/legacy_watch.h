/* legacy_watch.h - Elasticsearch's watch of a rule as sigmac of March 2020 wrote it.
 * Rank: base/, legacy_tree.h. */
#ifndef KNOWLEDGE_LEGACY_WATCH_H
#define KNOWLEDGE_LEGACY_WATCH_H

#include "base/buf.h"
#include "knowledge/legacy_tree.h"

/* The command that sets the watch called id; query is es-qs text. EV_ESYNTAX for what sigmac did not
 * take. */
int legacy_watch(const struct lvalue *rule, const struct laggregation *g, struct slice id,
                 struct slice query, struct buf *out);

#endif
