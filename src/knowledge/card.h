/* card.h - the page of a rule: what it means, what it needs, and the same query elsewhere.
 *
 * Rank: base/, rule/, match/, attack.h, car.h, needed.h, export.h, page.h. */
#ifndef KNOWLEDGE_CARD_H
#define KNOWLEDGE_CARD_H

#include "base/err.h"
#include "knowledge/attack.h"
#include "knowledge/page.h"
#include "rule/ruleset.h"

struct cards; /* what all cards of a run share: exporters, names of files */

/* What cards are made with; all borrowed, all may be NULL. */
struct card_options {
    const struct attack *attack; /* NULL: the built-in table */
    const char *fields;          /* mapping of the exports, as in struct export_options */
    const char *index, *interval;
};

/* rules and o are borrowed. EV_EUSAGE, EV_ENOTFOUND, EV_ESYNTAX of the exports' options; EV_ELIMIT. */
int cards_new(const struct ruleset *rules, const struct card_options *o, struct cards **ret,
              struct ev_err *err);
void cards_free(struct cards *c);

/* Detections of each rule, by rule->index, for the pages of the index; borrowed. */
void cards_show_rows(struct cards *c, const uint64_t *rows);

/* What some logs hold for a rule. Everything is borrowed. */
struct card_evidence {
    uint64_t rows;              /* detections */
    uint64_t unfiltered;        /* of these, rows whose verdict is not full */
    uint64_t undecided;         /* events that could not be judged */
    uint64_t first, last;       /* FILETIME of the rows */
    struct slices hosts, users; /* of the rows, the most frequent first: "WS-1 (12)" */
    struct slices reasons;      /* what matched, likewise: "selection: Image endswith ... (12)" */
    struct slices untested;     /* tests that hang on fields which the records lack, likewise */
    struct slices listed;       /* the first rows: time, computer, where the record is */
    struct slices
        seen; /* of the events that the rule needs: how many are there, from when to when */
    struct slices
        silent;       /* of computers where it could not, or not wholly, have fired: the reason */
    size_t computers; /* of the evidence */
};

/* Appends the card of a rule. folder: it stands in a folder of cards beside its index, and links to
 * other cards. e: NULL: no evidence was looked at. */
void card_write(struct cards *c, const struct rule *r, enum page_format f, bool folder,
                const struct card_evidence *e, struct buf *out);
/* Name of the rule's file in a folder, without the suffix: its id, or a name made of its title; none
 * twice. Borrowed. */
const char *card_name(const struct cards *c, const struct rule *r);

/* Pages of the index: the n-th one's file name without suffix, NULL after the last; and its text. */
const char *cards_index_name(size_t n);
void cards_index(struct cards *c, size_t n, enum page_format f,
                 bool (*listed)(void *ctx, const struct rule *r), void *ctx, struct buf *out);

#endif
