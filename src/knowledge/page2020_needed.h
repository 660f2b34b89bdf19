/* page2020_needed.h - which Data Needed a page of 2020 names.
 * Rank: base/, atc2020.h, legacy_value.h. */
#ifndef KNOWLEDGE_PAGE2020_NEEDED_H
#define KNOWLEDGE_PAGE2020_NEEDED_H

#include "knowledge/atc2020.h"
#include "knowledge/legacy_value.h"

#define PAGE2020_NEEDED_MAX 512 /* entries of the table and more */

/* A set of them, sorted by name. */
struct needed_set {
    const char *name[PAGE2020_NEEDED_MAX];
    size_t n;
};

/* What the documents of a rule file ask for, enrichments included. */
void page2020_needed(const struct lvalue_file *documents, struct needed_set *ret);

#endif
