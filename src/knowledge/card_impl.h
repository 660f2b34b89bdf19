/* card_impl.h - what the files card*.c share.
 * Rank: card.h, export.h. */
#ifndef KNOWLEDGE_CARD_IMPL_H
#define KNOWLEDGE_CARD_IMPL_H

#include "base/arena.h"
#include "knowledge/card.h"
#include "knowledge/export.h"

#define CARD_TARGETS 32 /* room for exporters; there are ten targets */

struct cards {
    struct arena arena;
    const struct ruleset *rules;
    const struct attack *attack;
    const char **name;    /* by rule->index */
    const uint64_t *rows; /* likewise; NULL: no evidence was looked at */
    struct exporter *exporter[CARD_TARGETS];
    struct buf text; /* of one item */
};

/* c->text cleared, filled as printf does; borrowed until the next use. */
struct slice card_text(struct cards *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sections of a card that have files of their own. */
void card_coverage(struct cards *c, struct page *p, const struct rule *r);
void card_triggers(struct cards *c, struct page *p, const struct rule *r);

#endif
