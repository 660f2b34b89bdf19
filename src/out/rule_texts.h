/* rule_texts.h - what a rule adds to each of its rows, written once.
 *
 * Names of techniques and analytics are looked up in tables, and descriptions escaped, which costs
 * more than all else of a row.
 * Rank: base/, rule/. */
#ifndef OUT_RULE_TEXTS_H
#define OUT_RULE_TEXTS_H

#include "base/buf.h"
#include "base/vec.h"
#include "rule/rule.h"

#define RULE_TEXT_PARTS 3

struct rule_text {
    const struct rule *rule; /* NULL: not written yet */
    struct buf text;
    size_t end[RULE_TEXT_PARTS]; /* of each part in text */
};

struct rule_texts {
    VEC(struct rule_text) v; /* by rule index */
};

/* Appends part i of the rule's text. */
typedef void rule_text_fn(void *ctx, const struct rule *r, unsigned part, struct buf *out);

void rule_texts_release(struct rule_texts *t);
/* The texts of r, written by write (parts of them) when they are asked for first. Borrowed until the
 * next call. */
const struct rule_text *rule_texts_get(struct rule_texts *t, const struct rule *r, unsigned parts,
                                       rule_text_fn *write, void *ctx);
static inline struct slice rule_text_part(const struct rule_text *t, unsigned i)
{
    const size_t from = i ? t->end[i - 1] : 0;

    return (struct slice){ t->text.p + from, t->end[i] - from };
}

#endif
