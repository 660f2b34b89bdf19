/* legacy_text.h - a legacy tree as the text of one query. For legacy_export.c.
 * Rank: base/, legacy_export.h, legacy_tree.h. */
#ifndef KNOWLEDGE_LEGACY_TEXT_H
#define KNOWLEDGE_LEGACY_TEXT_H

#include "knowledge/legacy_export.h"
#include "knowledge/legacy_tree.h"

/* What Elasticsearch's writer remembers between values: is the field its keyword form, whose values
 * stand without quotes? True at first. */
struct legacy_state {
    enum legacy_target target;
    bool keyword;
    struct arena *a;
};

/* Writes the query of the tree without its aggregation. EV_ESYNTAX for what the writer did not take:
 * then out holds rubbish behind its old end. */
int legacy_text(struct legacy_state *s, const struct lnode *root, struct buf *out);

#endif
